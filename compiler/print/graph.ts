import { printDim, printShape } from '../dim.js';
import { canonical, printFormula } from '../formula.js';
import type {
  BoundedSize,
  Constraint,
  Recipe,
  Expression,
  Node,
  OpKind,
  OpOf,
  Padding,
  State,
  SymbolInfo,
  TensorGraph,
  TensorType,
  Value,
  Variable,
} from '../ir.js';
import { decode, type StoredValues } from '../stored.js';
import type { Tensor } from '../tensor.js';
import { table, thousands } from '../text.js';
import { printExpression } from './expression.js';

const MOST = 0xffffffff;
const FEW_VALUES = 4;

/** `(batch, 10)`, led by the dtype unless it is float32. */
export const printType = ({ dtype, shape }: TensorType): string =>
  dtype === 'float32' ? printShape(shape) : `${dtype} ${printShape(shape)}`;

/** A title and its lines, indented; nothing without lines. */
export const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];

/** `varianceScaling(1, fanAvg, uniform)`, then the variable's own seed. */
export function printRecipe({ kind, ...options }: Recipe, seed?: bigint): string {
  const text = `${kind}(${Object.values(options).flat().join(', ')})`;
  return seed === undefined ? text : `${text} seed ${seed}`;
}

/** As `printTensor` prints what they decode to, led by how they are stored. */
export function printStored(values: StoredValues): string {
  if (values.dtype === 'float32') return printTensor(values);
  const data = decode(values);
  return `${values.dtype} as ${printTensor({ dtype: 'float32', shape: values.shape, data })}`;
}

/** `float32 (2, 3) [1, 2, 3, 4, … 6 values]` */
export function printTensor({ dtype, shape, data }: Tensor): string {
  const values = Array.from(data.subarray(0, FEW_VALUES), String);
  if (data.length > FEW_VALUES) values.push(`… ${thousands(data.length)} values`);
  return `${dtype} ${printShape(shape)} [${values.join(', ')}]`;
}

export const printSymbols = (symbols: readonly SymbolInfo[]): string[] =>
  table(
    symbols.map(({ name, kind, input, axis, min, max, typical }) => {
      const limits = max === MOST ? `at least ${min}` : `${min} to ${max}`;
      return [name, kind, `axis ${axis} of ${input}`, `${limits}, typical ${typical}`];
    }),
  );

export const printConstraint = ({ rule, got, expected, subject, message }: Constraint): string =>
  `${printDim(got)} ${rule === 'equal' ? '==' : '>='} ${printDim(expected)}  # ${subject}: ${message}`;

const id = (value: Value): string => `%${value.id}`;
const pair = (sizes: readonly number[]): string => sizes.join('x');
const paddingOf = (padding: Padding): string =>
  `padding ${padding.map(([before, after]) => `${printDim(before)}:${printDim(after)}`).join(' ')}`;

function epilogueOf(epilogue: Expression | undefined, { inputs }: Node): string[] {
  if (!epilogue) return [];
  return [`epilogue ${printExpression(epilogue, ['_', ...inputs.slice(2).map(id)])}`];
}

const window = (op: OpOf<'convolution'> | OpOf<'depthwise'>): string[] => [
  `strides ${pair(op.strides)}`,
  `dilation ${pair(op.dilation)}`,
  paddingOf(op.padding),
  ...(op.kernelLayout === undefined ? [] : [op.kernelLayout]),
];

const printCount = ({ name, max }: BoundedSize): string => `${name} <= ${printDim(max)}`;

const recurrentFlags = ['transposeRight', 'reverse', 'batchFirst', 'resetAfter', 'inputForget'] as const;

/** What stands in braces after the inputs of a node; in an epilogue `_` is the element it is applied to. */
const attributes: { readonly [K in OpKind]: (op: OpOf<K>, node: Node) => readonly string[] } = {
  elementwise: ({ expression }, { inputs }) => [printExpression(expression, inputs.map(id))],
  matmul: ({ transposeRight, epilogue }, node) => [
    ...(transposeRight ? ['transposeRight'] : []),
    ...epilogueOf(epilogue, node),
  ],
  convolution: (op, node) => [...window(op), `groups ${op.groups}`, ...epilogueOf(op.epilogue, node)],
  depthwise: (op, node) => [...window(op), ...epilogueOf(op.epilogue, node)],
  pool: ({ fn, size, strides, padding }) => [fn, `size ${pair(size)}`, `strides ${pair(strides)}`, paddingOf(padding)],
  reduce: ({ fn, axes }) => [fn, `axes ${axes.join(' ')}`],
  softmax: ({ axis, log }) => [...(log ? ['log'] : []), `axis ${axis}`],
  normalize: ({ axes, epsilon }) => [`last ${axes} axes`, `epsilon ${epsilon}`],
  reshape: () => [],
  transpose: ({ permutation }) => [permutation.join(' ')],
  concat: ({ axis }) => [`axis ${axis}`],
  pad: ({ padding, value }) => [paddingOf(padding), `value ${value}`],
  slice: ({ starts, steps }) => [
    `from ${starts.map(printDim).join(' ')}`,
    ...(steps.every((step) => step === 1) ? [] : [`by ${steps.join(' ')}`]),
  ],
  compute: ({ formula }) => [printFormula(canonical(formula), printDim)],
  recurrent: ({ cell, gates, activations, optional, clip, ...flags }) => [
    cell,
    `gates ${gates.join(' ')}`,
    ...activations.map((activation) => printExpression(activation, ['_'])),
    ...(optional.length > 0 ? [`with ${optional.join(' ')}`] : []),
    ...(clip === undefined ? [] : [`clip ${clip}`]),
    ...recurrentFlags.filter((flag) => flags[flag]),
  ],
  gather: ({ axis, wrap }) => [`axis ${axis}`, ...(wrap ? ['wrap'] : [])],
  resample: ({ axis }) => [`axis ${axis}`],
  linearAttention: ({ heads, groups, scale, optional }) => [
    `heads ${heads}`,
    `groups ${groups}`,
    `scale ${scale}`,
    ...(optional.length > 0 ? [`with ${optional.join(' ')}`] : []),
  ],
  attention: ({ heads, groups, scale, softcap, past }) => [
    `heads ${heads}`,
    `groups ${groups}`,
    `scale ${scale}`,
    ...(softcap === null ? [] : [`softcap ${softcap}`]),
    ...(past === null ? [] : [`causal after ${printDim(past)}`]),
  ],
  topK: ({ axis, k, largest, sorted }) => [
    `axis ${axis}`,
    `${largest ? 'largest' : 'smallest'} ${printDim(k)}`,
    ...(sorted ? [] : ['by index']),
  ],
  scatter: ({ form, axis, reduction }) => [form === 'nd' ? 'slices' : `axis ${axis}`, reduction],
  nonMaxSuppression: ({ centerPointBox, most, count }) => [
    ...(most === null ? [] : [`at most ${most} of a class`]),
    ...(centerPointBox ? ['centres'] : []),
    printCount(count),
  ],
  nonZero: ({ count }) => [printCount(count)],
  compress: ({ axis, count }) => [axis === null ? 'flat' : `axis ${axis}`, printCount(count)],
  unique: ({ axis, sorted, count }) => [
    axis === null ? 'flat' : `axis ${axis}`,
    ...(sorted ? ['sorted'] : []),
    printCount(count),
  ],
  constant: ({ tensor }) => [printTensor(tensor)],
  stored: ({ values }) => [printStored(values)],
  initializer: ({ recipe, seed }) => [printRecipe(recipe, seed)],
};

function printNode(node: Node): string {
  const { op, inputs, outputs, origin } = node;
  const list = (attributes[op.kind] as (op: Node['op'], node: Node) => readonly string[])(op, node);
  const braces = list.length === 0 ? '' : ` {${list.join(', ')}}`;
  const results = outputs.map((output) => `${id(output)} ${printType(output)}`).join(', ');
  return `${results} = ${[op.kind, ...inputs.map(id)].join(' ')}${braces}  # ${origin}`;
}

function variableRow({ name, value, layout, trainable, users, fanIn, fanOut, initializer }: Variable): string[] {
  const notes = [initializer, `fans ${printDim(fanIn)} ${printDim(fanOut)}`, `used by ${users.join(' ')}`];
  if (layout) notes.unshift(layout);
  if (!trainable) notes.push('not trainable');
  return [id(value), printType(value), name, notes.join(', ')];
}

const stateRow = ({ name, value, next }: State): string[] => [id(value), printType(value), name, `then ${id(next)}`];

/** One line a symbol, state, variable, constraint and node; `%7` is the value of id 7, the comment the layer it comes from. */
export function printTensorGraph(graph: TensorGraph): string {
  const ports = (list: TensorGraph['inputs']): string[] =>
    table(list.map(({ name, value }) => [id(value), printType(value), name]));
  return [
    `graph ${graph.name ?? ''}`.trimEnd(),
    ...section('symbols', printSymbols(graph.symbols)),
    ...section('inputs', ports(graph.inputs)),
    ...section('states', table((graph.states ?? []).map(stateRow))),
    ...section('variables', table(graph.variables.map(variableRow))),
    ...section('constraints', graph.constraints.map(printConstraint)),
    ...section('initialize', graph.initialize.map(printNode)),
    ...section('prepare', graph.prepare.map(printNode)),
    ...section('forward', graph.forward.map(printNode)),
    ...section('outputs', ports(graph.outputs)),
    '',
  ].join('\n');
}
