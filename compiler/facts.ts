import { add, floorDiv, mul, product, sub, type Dim } from './dim.js';
import type { Layout } from './ir.js';

/** What initializers may ask of a variable's shape. */
export const facts = [
  'rank',
  'rows',
  'columns',
  'inputs',
  'outputs',
  'tapRows',
  'tapColumns',
  'height',
  'width',
  'middle',
  'centre',
  'strideTap',
  'strideInput',
  'strideOutput',
  'strideRow',
  'strideColumn',
] as const;
export type Fact = (typeof facts)[number];

/** The facts of a variable; of a kernel, where it is none 0 stands for what only kernels have. */
export function describeShape(shape: readonly Dim[], layout: Layout | null): Readonly<Record<Fact, Dim>> {
  const rank = shape.length;
  const outputsFirst = layout === 'oi' || layout === 'oihw';
  const last = shape[rank - 1] ?? 0;
  const first = shape[0] ?? 0;
  const matrix: readonly [Dim, Dim] =
    rank < 2 ? [0, 0] : outputsFirst ? [first, product(shape.slice(1))] : [product(shape.slice(0, -1)), last];
  if (rank < 3) return { ...noKernel, rank, rows: matrix[0], columns: matrix[1] };
  const [outputs, inputs] = outputsFirst ? [first, shape[1]!] : [last, shape[rank - 2]!];
  const spatial = outputsFirst ? shape.slice(2) : shape.slice(0, -2);
  const taps = product(spatial);
  const [strideTap, strideInput, strideOutput]: readonly [Dim, Dim, Dim] = outputsFirst
    ? [1, taps, mul(inputs, taps)]
    : [mul(inputs, outputs), outputs, 1];
  const tapAt = (index: (size: Dim) => Dim): Dim =>
    mul(
      spatial.reduce<Dim>((offset, size) => add(mul(offset, size), index(size)), 0),
      strideTap,
    );
  return {
    rank,
    rows: matrix[0],
    columns: matrix[1],
    inputs,
    outputs,
    tapRows: outputsFirst ? outputs : inputs,
    tapColumns: outputsFirst ? inputs : outputs,
    height: spatial.at(-2) ?? 1,
    width: spatial.at(-1)!,
    middle: tapAt((size) => floorDiv(sub(size, 1), 2)),
    centre: tapAt((size) => floorDiv(size, 2)),
    strideTap,
    strideInput,
    strideOutput,
    strideRow: outputsFirst ? strideOutput : strideInput,
    strideColumn: outputsFirst ? strideInput : strideOutput,
  };
}

const noKernel = {
  ...{ inputs: 0, outputs: 0, tapRows: 0, tapColumns: 0, height: 0, width: 0, middle: 0, centre: 0 },
  ...{ strideTap: 0, strideInput: 0, strideOutput: 0, strideRow: 0, strideColumn: 0 },
};
