import type { Manifest, ManifestDim } from '../../runtime/manifest.js';
import { printDim, product, symbol, type Dim } from '../dim.js';
import type { TensorType } from '../ir.js';
import { printMemory } from '../memory.js';
import { byteSize, table, thousands } from '../text.js';
import { totalsOf, type Summary, type Totals } from './layers.js';

/** Tables that are wider say initializers one a line. */
const WIDTH = 100;

/** A count with its digits in groups: `34,896`, `418,816*batch`. */
function count(dim: Dim): string {
  if (typeof dim === 'number') return thousands(dim);
  return dim.terms
    .map(({ coefficient, factors }, index) => {
      const sign = coefficient < 0 ? '-' : '+';
      const size = Math.abs(coefficient);
      const parts = [...(size === 1 && factors.length > 0 ? [] : [thousands(size)]), ...factors.map(({ key }) => key)];
      return index === 0 ? `${coefficient < 0 ? '-' : ''}${parts.join('*')}` : ` ${sign} ${parts.join('*')}`;
    })
    .join('');
}

const bytesOf = (dim: Dim): string => (typeof dim === 'number' ? byteSize(dim) : `${count(dim)} bytes`);
const plural = (many: number, thing: string): string => `${thousands(many)} ${thing}${many === 1 ? '' : 's'}`;

/** `total 34,896 parameters in 4 variables, 136.3 KiB, seed 0`, and how many of them training changes. */
function printTotals({ parameters, trainable, notTrainable, variables, bytes, seed }: Totals): string[] {
  const many = parameters === 1 ? 'parameter' : 'parameters';
  return [
    `total ${count(parameters)} ${many} in ${plural(variables, 'variable')}, ${bytesOf(bytes)}, seed ${seed}`,
    `trainable ${count(trainable)}, not trainable ${count(notTrainable)}`,
  ];
}

/** Expressions over open sizes that are longer than this tell nobody anything. */
const LONGEST = 40;
const brief = (text: string): string => (text.length > LONGEST ? '…' : text);

const briefShape = (shape: readonly Dim[]): string => `(${shape.map((size) => brief(printDim(size))).join(', ')})`;

const printOutput = ({ dtype, shape }: TensorType): string =>
  dtype === 'float32' ? briefShape(shape) : `${briefShape(shape)} ${dtype}`;

/** As many transposes as a line names. */
const NAMED = 3;

/** `layout 2 transposes remain: x → conv_1 (1, 3, 224, 224), conv_9 → y (1, 224, 224, 8)`; nothing without any. */
function printLayout(transposes: Summary['transposes']): string[] {
  if (transposes.length === 0) return [];
  const named = transposes
    .slice(0, NAMED)
    .map(({ from, to, shape }) => `${from === to ? '' : `${from} → `}${to} ${briefShape(shape)}`);
  const rest = transposes.length > NAMED ? [...named, '…'] : named;
  return [
    `layout ${plural(transposes.length, 'transpose')} remain${transposes.length === 1 ? 's' : ''}: ${rest.join(', ')}`,
  ];
}

/**
 * `convolution winograd F(4x4, 3x3), relative error up to 1.6e-6: conv_1, conv_2`: a line for each way in which they are
 * computed; nothing where all are sums of products.
 */
function printConvolutions(convolutions: Summary['convolutions']): string[] {
  if (convolutions.every(({ error }) => error === null)) return [];
  return [...new Set(convolutions.map(({ algorithm }) => algorithm))].map((algorithm) => {
    const group = convolutions.filter((convolution) => convolution.algorithm === algorithm);
    const errors = group.flatMap(({ error }) => error ?? []);
    const error = errors.length === 0 ? '' : `, relative error up to ${Math.max(...errors).toExponential(1)}`;
    return `convolution ${algorithm}${error}: ${group.map(({ layer }) => layer).join(', ')}`;
  });
}

const HEAD = ['layer', 'kind', 'output', 'params', 'multiply-adds', 'initializers'];
const COUNTS = [3, 4];

function printLayers(layers: Summary['layers']): string[] {
  const cells = layers.map(({ layer, kind, outputs, parameters, multiplyAdds, initializers }) => ({
    row: [layer, kind, outputs.map(printOutput).join(', '), brief(count(parameters)), brief(count(multiplyAdds))],
    initializers,
  }));
  const lines = table([HEAD, ...cells.map(({ row, initializers }) => [...row, initializers.join(', ')])], COUNTS);
  if (lines.every(({ length }) => length <= WIDTH)) return lines;
  const rows = cells.flatMap(({ row, initializers: [first = '', ...others] }) => [
    [...row, first],
    ...others.map((initializer) => [...row.map(() => ''), initializer]),
  ]);
  return table([HEAD, ...rows], COUNTS);
}

/** What else is worth knowing: transposes that are left, how convolutions are computed, layers without names. */
export function printRemarks({ transposes, convolutions, unnamed }: Summary): string[] {
  const lines = [...printLayout(transposes), ...printConvolutions(convolutions)];
  if (unnamed > 0) {
    const those = unnamed === 1 ? '1 layer without a name is' : `${thousands(unnamed)} layers without a name are`;
    lines.push(`${those} named by kind and count: a layer put before them renames them, which changes their seeds`);
  }
  return lines;
}

/** A table of layers and the totals. */
export const printSummary = (summary: Summary): string =>
  [
    ...printLayers(summary.layers),
    ...printTotals(summary.total),
    `multiply-adds ${brief(count(summary.total.multiplyAdds))}`,
    `memory ${printMemory(summary.total.memory)}`,
    ...printRemarks(summary),
  ].join('\n');

/** An open size of a manifest, as one unknown. */
const dimOf = (size: ManifestDim): Dim =>
  typeof size === 'number' ? size : symbol(/[ *]/.test(size) ? `(${size})` : size);

/** The totals of a compiled module. */
export const moduleTotals = ({ variables, seed }: Manifest): Totals =>
  totalsOf(
    variables.map(({ shape, trainable }) => ({ shape: shape.map(dimOf), trainable })),
    seed,
  );

const manifestBytes = (size: ManifestDim): string => (typeof size === 'number' ? byteSize(size) : `${size} bytes`);

/** Inputs, outputs, variables and totals of a compiled module, which does not know its layers. */
export function printModuleSummary(manifest: Manifest): string {
  const ports = (kind: string, list: Manifest['inputs']): string[][] =>
    list.map(({ name, dtype, shape }) => [name, kind, printOutput({ dtype, shape: shape.map(dimOf) }), '', '', '']);
  const variables = manifest.variables.map(({ name, dtype, shape, initializer, users, given }) => {
    const sizes = shape.map(dimOf);
    const others = users.filter((user) => user !== name).join(', ');
    return [
      name,
      'variable',
      printOutput({ dtype, shape: sizes }),
      count(product(sizes)),
      given && initializer !== 'values' ? `${initializer}, embedded` : initializer,
      others,
    ];
  });
  const rows = [...ports('input', manifest.inputs), ...variables, ...ports('output', manifest.outputs)];
  const head = ['name', 'kind', 'shape', 'params', 'initializer', 'shared by'];
  const isShared = rows.some((row) => row[5] !== '');
  const lines = table(
    [head, ...rows].map((row) => (isShared ? row : row.slice(0, 5))),
    [3],
  );
  const { parameters, activations, states } = manifest.memory;
  const lasting = states === undefined ? '' : `, states ${manifestBytes(states)}`;
  const memory = `memory parameters ${manifestBytes(parameters)}, activations ${manifestBytes(activations)}${lasting}`;
  return [...lines, ...printTotals(moduleTotals(manifest)), memory].join('\n');
}
