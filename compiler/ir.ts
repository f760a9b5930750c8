/**
 * The tensor graph, the form between layers and kernels:
 *
 *   TensorGraph
 *     symbols      sizes unknown when compiling: free (may change between calls) or latched (fixed by the first input)
 *     inputs, outputs, variables
 *     constraints  what `infer` must check before a call
 *     initialize ─▶ variables ─▶ prepare ─▶ prepared values ─▶ forward ─▶ outputs
 *
 * Each of the three functions is a list of nodes in execution order. A node applies one `Op` to values and defines new
 * ones; every value is defined once: as an input, a variable, or an output of one node.
 */
import { printDim, symbolsOf, upperBound, type Dim } from './dim.js';
import { ShapeError } from './errors.js';
import type { Formula } from './formula.js';
import type { BinaryFunction, Comparison, UnaryFunction } from './functions.js';
import type { StoredValues } from './stored.js';
import type { DType, Tensor } from './tensor.js';

export type { BinaryFunction, Comparison, UnaryFunction } from './functions.js';

/** A float32 function of the elements at one position of the node's inputs, which are broadcast. */
export type Expression =
  | { readonly kind: 'input'; readonly index: number }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'unary'; readonly fn: UnaryFunction; readonly x: Expression }
  | { readonly kind: 'binary'; readonly fn: BinaryFunction; readonly left: Expression; readonly right: Expression }
  | Selection
  | FunctionCall;

/** `left fn right ? yes : no`; both are computed. */
export interface Selection {
  readonly kind: 'select';
  readonly fn: Comparison;
  readonly left: Expression;
  readonly right: Expression;
  readonly yes: Expression;
  readonly no: Expression;
}

/** A user's function of float32 scalars. */
export interface FunctionCall {
  readonly kind: 'call';
  readonly function: string;
  readonly args: readonly Expression[];
  /** It returns for any arguments, see `CompiledFunction`: so it may run where there is no element, such as in padding. */
  readonly total: boolean;
}

/** The expressions that an expression applies its function to, in their order. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'input':
    case 'constant':
      return [];
    case 'unary':
      return [expression.x];
    case 'binary':
      return [expression.left, expression.right];
    case 'select':
      return [expression.left, expression.right, expression.yes, expression.no];
    case 'call':
      return expression.args;
  }
}

/** An expression with others in the places of its inputs. */
export function substitute(expression: Expression, input: (index: number) => Expression): Expression {
  const inside = (child: Expression): Expression => substitute(child, input);
  switch (expression.kind) {
    case 'input':
      return input(expression.index);
    case 'constant':
      return expression;
    case 'unary':
      return { ...expression, x: inside(expression.x) };
    case 'binary':
      return { ...expression, left: inside(expression.left), right: inside(expression.right) };
    case 'select': {
      const { left, right, yes, no } = expression;
      return { ...expression, left: inside(left), right: inside(right), yes: inside(yes), no: inside(no) };
    }
    case 'call':
      return { ...expression, args: expression.args.map(inside) };
  }
}

/** Text that two expressions share only if they are the same, constants of NaN, ±∞ and −0 included. */
export const keyOf = (expression: Expression): string =>
  JSON.stringify(expression, (_, value: unknown) => {
    if (typeof value !== 'number' || (Number.isFinite(value) && !Object.is(value, -0))) return value;
    return Object.is(value, -0) ? '-0' : String(value);
  });

/** Whether an expression calls any function of the user's. */
export const callsFunction = (expression: Expression): boolean =>
  expression.kind === 'call' || childrenOf(expression).some(callsFunction);

/** Whether every function that an expression calls returns for any arguments. */
export const isTotal = (expression: Expression): boolean =>
  (expression.kind !== 'call' || expression.total) && childrenOf(expression).every(isTotal);

/** A user's function, compiled from AssemblyScript. */
export interface CompiledFunction {
  readonly name: string;
  /** A WebAssembly module without state that exports `entry` and imports what is in scope of such functions. */
  readonly binary: Uint8Array;
  /** What it does: makes an element of a variable, makes a whole variable, or maps elements of inputs. */
  readonly entry: 'sample' | 'fill' | 'apply';
  /** How many elements `apply` takes before its options; 0 for the others. */
  readonly inputs: number;
  /** How many options it takes, each an f32. */
  readonly options: number;
  /** It has no loop, no recursion and nothing that traps, so that it returns for any arguments. */
  readonly total: boolean;
}

/** Sizes before and after each spatial axis. */
export type Padding = readonly (readonly [before: Dim, after: Dim])[];
export type Pair = readonly [height: number, width: number];

/** The order of a kernel's axes: outputs last, or first. */
export type KernelLayout = 'hwio' | 'oihw';

/** The generator of a graph's random variables, see docs/random.md. */
export const rngs = ['philox', 'jax', 'torch'] as const;
export type Rng = (typeof rngs)[number];

/** How a variable is filled, see docs/random.md. Bounds of `truncatedNormal` are absolute. */
export type Recipe =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
  | { readonly kind: 'normal'; readonly mean: number; readonly std: number }
  | {
      readonly kind: 'truncatedNormal';
      readonly mean: number;
      readonly std: number;
      readonly low: number;
      readonly high: number;
    }
  | {
      readonly kind: 'varianceScaling';
      readonly scale: number;
      /** `weightFanIn`: of the first weight of the layer that has the variable. */
      readonly mode: 'fanIn' | 'fanOut' | 'fanAvg' | 'weightFanIn';
      readonly distribution: 'uniform' | 'truncatedNormal' | 'untruncatedNormal';
    }
  | { readonly kind: 'orthogonal'; readonly gain: number }
  | { readonly kind: 'deltaOrthogonal'; readonly gain: number }
  | { readonly kind: 'sparse'; readonly sparsity: number; readonly std: number }
  | { readonly kind: 'identity'; readonly gain: number }
  | { readonly kind: 'dirac'; readonly groups: number }
  | { readonly kind: 'bilinear' }
  | { readonly kind: 'lstmBias'; readonly forgetBias: number }
  /** A function of the user's that is linked into the module; `options` in the order of its parameters. */
  | { readonly kind: 'custom'; readonly name: string; readonly options: readonly number[] }
  /** A function of the host, which fills the variable when it is initialized. */
  | { readonly kind: 'host'; readonly name: string };

/** The recurrent layers: h is the hidden state, c the cell state, ⊙ the product of elements. */
export type RecurrentCell = 'rnn' | 'gru' | 'lstm';

/** Parts of the last axis of a recurrent layer's weights, `units` columns each. */
export type Gate = 'hidden' | 'update' | 'reset' | 'input' | 'output' | 'forget' | 'cell';

/** Inputs of a recurrent layer that may be absent. */
export type RecurrentInput = 'bias' | 'hidden' | 'cell' | 'peepholes' | 'lengths' | 'mask';

/**
 * What a node does. An `epilogue` is applied to every element before it is stored: its input 0 is the element, input i
 * the broadcast element of the node's input i + 1, counting from the first input after x and w.
 */
export type Op =
  /** Element by element, with NumPy broadcasting. Any number of inputs. */
  | { readonly kind: 'elementwise'; readonly expression: Expression }
  /**
   * x [..., m, k] · w [..., k, n] (or [..., n, k] when transposed) → [..., m, n], with NumPy broadcasting of the leading
   * axes; x may be one row [k] where w is one matrix.
   */
  | { readonly kind: 'matmul'; readonly transposeRight: boolean; readonly epilogue?: Expression }
  /**
   * x [batch, height, width, in], w [kh, kw, in / groups, out] (or [out, in / groups, kh, kw]) → [batch, height', width',
   * out]
   */
  | {
      readonly kind: 'convolution';
      readonly strides: Pair;
      readonly dilation: Pair;
      readonly padding: Padding;
      readonly groups: number;
      /** 'hwio' when left out. */
      readonly kernelLayout?: KernelLayout;
      readonly epilogue?: Expression;
    }
  /**
   * x [batch, height, width, in], w [kh, kw, in, multiplier] (or [in · multiplier, 1, kh, kw]) → [batch, height', width',
   * in · multiplier]; channel c · multiplier + m is channel c under kernel (c, m)
   */
  | {
      readonly kind: 'depthwise';
      readonly strides: Pair;
      readonly dilation: Pair;
      readonly padding: Padding;
      /** 'hwio' when left out. */
      readonly kernelLayout?: KernelLayout;
      readonly epilogue?: Expression;
    }
  /** Windows over [batch, height, width, channels]; an average counts only elements inside the map. */
  | {
      readonly kind: 'pool';
      readonly fn: 'maximum' | 'average';
      readonly size: Pair;
      readonly strides: Pair;
      readonly padding: Padding;
    }
  /** Over the axes given, ascending, which are dropped. */
  | { readonly kind: 'reduce'; readonly fn: 'mean' | 'sum' | 'maximum' | 'minimum'; readonly axes: readonly number[] }
  | { readonly kind: 'softmax'; readonly axis: number; readonly log: boolean }
  /** (x − mean) / √(variance + epsilon) over the last `axes` axes together. */
  | { readonly kind: 'normalize'; readonly axes: number; readonly epsilon: number }
  | { readonly kind: 'reshape'; readonly shape: readonly Dim[] }
  | { readonly kind: 'transpose'; readonly permutation: readonly number[] }
  | { readonly kind: 'concat'; readonly axis: number }
  /** Adds sizes before and after each axis of any rank. */
  | { readonly kind: 'pad'; readonly padding: Padding; readonly value: number }
  /** Element `start + i · step` of each axis for i below its size; a step may be negative. */
  | {
      readonly kind: 'slice';
      readonly starts: readonly Dim[];
      readonly steps: readonly number[];
      readonly sizes: readonly Dim[];
    }
  /** Each element by a formula of its index, in any dtype: what no other op says. */
  | { readonly kind: 'compute'; readonly shape: readonly Dim[]; readonly dtype: DType; readonly formula: Formula }
  /**
   * A recurrent layer in one direction. Its inputs are the projection x [time, batch, gates · units] of the layer's input,
   * with its bias; the recurrent weight R [units, gates · units] (or the other way round when transposed); and those that
   * `optional` names, in its order: the recurrent bias [gates · units], the first hidden and cell state [batch, units]
   * (zero without), peepholes [3 · units] (of the input, output and forget gates), int32 lengths [batch] and a bool mask
   * [time, batch]. Its outputs are h of every step [time, batch, units], the last h [batch, units] and of an LSTM the last
   * c [batch, units]. With `batchFirst` the projection, the mask and h of every step have the batch before the time.
   *
   * With p = h · R + bias of the step before and `activations` f, g, h in this order, where the arguments of f and g are
   * clipped to ±clip:
   *
   *   rnn   h' = f(x + p)
   *   gru   z, r = f(x + p) for update and reset; n = g(x + (r ⊙ h) · R + bias) for hidden, with `resetAfter`
   *         n = g(x + r ⊙ p); h' = (1 − z) ⊙ n + z ⊙ h
   *   lstm  i = f(x + p + P ⊙ c); forget f likewise, 1 − i with `inputForget`; c' = f ⊙ c + i ⊙ g(x + p);
   *         o = f(x + p + P ⊙ c'); h' = o ⊙ h(c')
   *
   * Reversed, steps go from the last to the first. A step at or after a row's length gives 0 and leaves its state; one
   * that is masked (false) leaves it too, and gives what the step before it gave, 0 if it is the first.
   */
  | {
      readonly kind: 'recurrent';
      readonly cell: RecurrentCell;
      /** The order of the gates in the projection, the weight and the bias; of a GRU `hidden` is the last. */
      readonly gates: readonly Gate[];
      readonly activations: readonly Expression[];
      readonly optional: readonly RecurrentInput[];
      readonly transposeRight: boolean;
      readonly reverse: boolean;
      /** False when left out. */
      readonly batchFirst?: boolean;
      readonly clip?: number;
      readonly resetAfter: boolean;
      readonly inputForget: boolean;
    }
  /**
   * x, indices (int32 or int64) → x with the axes of the indices in the place of `axis`. Negative indices count from the
   * end if they `wrap`.
   */
  | { readonly kind: 'gather'; readonly axis: number; readonly wrap: boolean }
  /**
   * x, indices (int32 [count, taps]), weights (float32 [count, taps]) → x with `count` elements along the axis, each the
   * weighted sum of those that its indices name, which are inside the axis. There is at least one tap.
   */
  | { readonly kind: 'resample'; readonly axis: number }
  /**
   * query [batch, time, heads · k], key [batch, time, groups · k], value [batch, time, groups · v], then those of `optional`
   * → output [batch, time, heads · v], state [batch, groups, k, v]. A step multiplies the state's rows by `decay` [batch,
   * time, groups or groups · k], adds the product of its key and its value, and reads it by its queries, times `scale`.
   * With `beta` [batch, time, groups or 1] it adds beta times the difference between the value and what the state has for
   * the key. The state starts as `state`, or zero.
   */
  | {
      readonly kind: 'linearAttention';
      readonly heads: number;
      readonly groups: number;
      readonly scale: number;
      readonly optional: readonly LinearAttentionInput[];
    }
  /**
   * query [batch, queries, heads · k] or [batch, heads, queries, k]; key [batch, keys, groups · k] or [batch, groups, keys,
   * k]; value as the key, with v for k; and perhaps a bias that broadcasts to [batch, heads, queries, keys] → softmax(scale ·
   * q · kᵀ + bias) · v in the query's form, with v for k. Of `heads` heads each `heads / groups` neighbours share one of the
   * keys and values. With `softcap` c a score s is c · tanh(s / c) before the bias. Unless `past` is null, query i sees the
   * keys up to i + past only. A query all of whose scores are −∞ gives 0.
   */
  | {
      readonly kind: 'attention';
      readonly heads: number;
      readonly groups: number;
      readonly scale: number;
      readonly softcap: number | null;
      readonly past: Dim | null;
    }
  /**
   * The k largest or smallest elements along an axis → values, int64 indices. Of equal ones the smaller index comes first,
   * NaN is the largest. They are ordered by value if `sorted`, else by index.
   */
  | {
      readonly kind: 'topK';
      readonly axis: number;
      readonly k: Dim;
      readonly largest: boolean;
      readonly sorted: boolean;
    }
  /**
   * data, indices (int32 or int64, negative ones count from the end), updates → data with updates. `elements`: indices and
   * updates of one shape, each index along `axis`, the other axes from the update's own place. `nd`: the last axis of
   * the indices [..., q] says where in the first q axes of the data a slice of the updates belongs. Of several updates
   * of one element the last is kept; a reduction combines them with the element: bool adds by or and multiplies by and.
   */
  | {
      readonly kind: 'scatter';
      readonly form: 'elements' | 'nd';
      readonly axis: number;
      readonly reduction: ScatterReduction;
    }
  /**
   * boxes [batch, boxes, 4], scores [batch, classes, boxes], and of one element each: the most boxes of a class (int64), a
   * threshold of overlap and one of scores → int64 [count, 3] of (batch, class, box): for each class those with a score
   * above the threshold, the highest first, equal ones in their order, without those whose intersection over union with
   * one already taken is above the other threshold. There are never more than `most` of a class, where that is told. A
   * box is two corners (y, x) in any order, or with `centerPointBox` its centre (x, y), width and height.
   */
  | {
      readonly kind: 'nonMaxSuppression';
      readonly centerPointBox: boolean;
      readonly most: number | null;
      readonly count: BoundedSize;
    }
  /** The positions of elements that are not 0 → int64 [rank, count], in row-major order. */
  | { readonly kind: 'nonZero'; readonly count: BoundedSize }
  /**
   * x, condition (bool [n]) → the slices along the axis where the condition holds, or elements of x flattened. Those
   * beyond the condition are left out.
   */
  | { readonly kind: 'compress'; readonly axis: number | null; readonly count: BoundedSize }
  /**
   * The different slices along an axis, or elements of x flattened → values, and int64: the first index of each, which
   * one each slice of x is, how often each occurs. In lexicographic order if `sorted`, else in that of first occurrence.
   * NaN equals NaN and is the largest, −0 equals 0.
   */
  | { readonly kind: 'unique'; readonly axis: number | null; readonly sorted: boolean; readonly count: BoundedSize }
  /** A value known when compiling. */
  | { readonly kind: 'constant'; readonly tensor: Tensor }
  /** No inputs, one variable as output, whose values travel in fewer bits than float32: what they decode to. */
  | { readonly kind: 'stored'; readonly values: StoredValues }
  /** No inputs, one variable as output. `seed` is the variable's own. */
  | { readonly kind: 'initializer'; readonly recipe: Recipe; readonly seed?: bigint };

export type LinearAttentionInput = 'state' | 'decay' | 'beta';

export type ScatterReduction = 'none' | 'add' | 'multiply' | 'maximum' | 'minimum';

/** A size that depends on data: a symbol that the op defines when it runs, from 0 to `max`, which earlier symbols tell. */
export interface BoundedSize {
  readonly name: string;
  readonly max: Dim;
}

/** The size that an op defines. */
export const definedSize = (op: Op): BoundedSize | undefined => ('count' in op ? op.count : undefined);

/** The symbols that a node's op or the shapes of its outputs depend on. */
export function symbolsIn({ op, outputs }: Node): Set<string> {
  const found = new Set<string>();
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null || ArrayBuffer.isView(part)) return;
    if ('kind' in part && part.kind === 'polynomial') symbolsOf(part as Dim, found);
    else Object.values(part).forEach(visit);
  };
  visit(op);
  for (const { shape } of outputs) visit(shape);
  return found;
}

/** The sizes that depend on data, in the order in which they become known, with their limits over the inputs' symbols. */
export function boundedSizes({ prepare, forward }: Pick<TensorGraph, 'prepare' | 'forward'>): Map<string, Dim> {
  const limits = new Map<string, Dim>();
  for (const { op, origin } of [...prepare, ...forward]) {
    const size = definedSize(op);
    if (size) limits.set(size.name, upperBound(size.max, limits) ?? unbounded(origin, size.max));
  }
  return limits;
}

/** Refuses a size that depends on data in a way for which no limit is known. */
export function unbounded(subject: string, dim: Dim): never {
  const what = `no limit is known for size ${printDim(dim)}, which depends on data`;
  throw new ShapeError('unbounded', subject, what, undefined, printDim(dim));
}

export type OpKind = Op['kind'];
export type OpOf<K extends OpKind> = Extract<Op, { readonly kind: K }>;

export interface TensorType {
  readonly dtype: DType;
  readonly shape: readonly Dim[];
}

export interface Value extends TensorType {
  readonly id: number;
  readonly name: string;
}

export interface Node<O extends Op = Op> {
  readonly op: O;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** The layer or variable this node stands for. */
  readonly origin: string;
  /** Other layers whose nodes it took the places of. */
  readonly others?: readonly string[];
}

/** The order in which users see, read, write and number a weight's elements: outputs last, or first as in torch. */
export type Layout = 'io' | 'hwio' | 'oi' | 'oihw';

export interface Variable {
  readonly name: string;
  readonly value: Value;
  readonly layout: Layout | null;
  readonly trainable: boolean;
  /** Slots it fills, `layer.parameter`, in the order of use. */
  readonly users: readonly string[];
  readonly fanIn: Dim;
  readonly fanOut: Dim;
  /** The fan-in of the first weight of the layer it was made for, where that has one. */
  readonly weightFanIn: Dim | undefined;
  /** As listings show it: `glorotUniform`, `normal(0, 0.05)`, `values`. */
  readonly initializer: string;
  /** The initializer is the layer's or the graph's default. */
  readonly isDefault: boolean;
}

export interface SymbolInfo {
  readonly name: string;
  readonly kind: 'free' | 'latched';
  /** The first input axis that carries it. */
  readonly input: string;
  readonly axis: number;
  readonly min: number;
  readonly max: number;
  /** The size kernels are chosen for. */
  readonly typical: number;
}

/**
 * What must hold of the sizes of a call: `got` equals `expected`, or is at least it. `message` is what is wrong, with
 * `{expected}` and `{got}` in the places of the two sizes.
 */
export interface Constraint {
  readonly rule: 'equal' | 'atLeast';
  readonly got: Dim;
  readonly expected: Dim;
  readonly subject: string;
  readonly message: string;
}

export interface Port {
  readonly name: string;
  readonly value: Value;
  /** What layers call its axes, '' where nothing is known. */
  readonly axes: readonly string[];
}

/**
 * What lasts from one `forward` to the next: `value` is what one finds, zero the first time, `next` what it leaves, of the
 * same type, which one of its nodes computes. Sizes are known or latched.
 */
export interface State {
  readonly name: string;
  readonly value: Value;
  readonly next: Value;
}

/** A function of the user's that fills a variable: AssemblyScript, with its options in the order of its parameters. */
export interface CustomInitializer {
  readonly name: string;
  readonly options: Readonly<Record<string, number>>;
  readonly source: string;
}

export interface TensorGraph {
  readonly name: string | undefined;
  readonly rng: Rng;
  /** Functions of the user's that initializers may call. */
  readonly customs: readonly CustomInitializer[];
  readonly symbols: readonly SymbolInfo[];
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly states?: readonly State[];
  readonly variables: readonly Variable[];
  readonly constraints: readonly Constraint[];
  readonly initialize: readonly Node[];
  readonly prepare: readonly Node[];
  readonly forward: readonly Node[];
  /** What its author should know though it is no fault, `subject: what`. */
  readonly notes?: readonly string[];
  /** Layers in declaration order, for summaries. */
  readonly layers: readonly LayerInfo[];
}

/** The values that `forward` finds besides variables and what is prepared: inputs and states. */
export const valuesFound = ({ inputs, states = [] }: Pick<TensorGraph, 'inputs' | 'states'>): readonly Value[] =>
  [...inputs, ...states].map(({ value }) => value);

/** The values that `forward` leaves: outputs, then next states. */
export const valuesLeft = ({ outputs, states = [] }: Pick<TensorGraph, 'outputs' | 'states'>): readonly Value[] => [
  ...outputs.map(({ value }) => value),
  ...states.map(({ next }) => next),
];

export interface LayerInfo {
  readonly name: string;
  readonly kind: string;
  /** As the summary shows it: `conv1d relu`. */
  readonly label: string;
  /** Of an imported node, as plain JSON: those of its own framework. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly outputs: readonly Value[];
  /** Variables this layer uses, by parameter name. */
  readonly parameters: readonly { readonly parameter: string; readonly variable: string }[];
}
