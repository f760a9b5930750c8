import { mul, product, type Dim } from '../dim.js';
import type { Node, OpOf, Value } from '../ir.js';
import { bytesPerElement, type DType } from '../tensor.js';
import { copy } from './loops.js';
import { address, list, size, type Planner } from './planner.js';
import { stridesOf } from './strides.js';

const suffixes = { float32: 'F32', int32: 'I32', int64: 'I64', int8: 'I8', uint8: 'U8', bool: 'U8' } as const;

const ENTRY_BYTES = 16;
/** A buffer of entries of a heap. */
const heap = (planner: Planner, entries: Dim) =>
  address(planner.buffer(`${planner.origin} heap`, mul(entries, ENTRY_BYTES), 'arena'));

const flag = (holds: boolean) => size(Number(holds));

export function topK(planner: Planner, { op, inputs, outputs }: Node<OpOf<'topK'>>): void {
  const [x] = inputs as readonly [Value];
  const { axis, k, largest, sorted } = op;
  planner.call(`topK${suffixes[x.dtype]}`, [
    address(planner.read(x)),
    ...outputs.map((output) => address(planner.output(output))),
    heap(planner, k),
    ...[product(x.shape.slice(0, axis)), x.shape[axis]!, product(x.shape.slice(axis + 1)), k].map(size),
    flag(!largest),
    flag(sorted),
  ]);
}

const reductions = { none: 0, add: 1, multiply: 2, maximum: 3, minimum: 4 } as const;

/** The kernel's number of a reduction: of bool, a sum is the maximum and a product the minimum. */
function reductionOf(reduction: OpOf<'scatter'>['reduction'], dtype: DType): number {
  if (dtype === 'bool' && reduction === 'add') return reductions.maximum;
  if (dtype === 'bool' && reduction === 'multiply') return reductions.minimum;
  return reductions[reduction];
}

export function scatter(planner: Planner, { op, inputs, outputs }: Node<OpOf<'scatter'>>): void {
  const [data, indices, updates] = inputs as readonly [Value, Value, Value];
  const target = planner.output(outputs[0]!);
  copy(planner, planner.read(data), target, data);
  const head = [address(target), address(planner.read(indices)), flag(indices.dtype === 'int64')];
  const reduction = size(reductionOf(op.reduction, data.dtype));
  const strides = stridesOf(data.shape);
  const { shape } = indices;
  if (op.form === 'nd') {
    const depth = shape.at(-1) as number;
    const axes = list(
      planner,
      data.shape.slice(0, depth).flatMap((length, axis) => [length, strides[axis]!]),
    );
    const sizes = [depth, product(shape.slice(0, -1)), product(data.shape.slice(depth))];
    const args = [...head, address(planner.read(updates)), axes, ...sizes.map(size), reduction];
    planner.call(`scatterNd${suffixes[data.dtype]}`, args, { failure: 'index' });
    return;
  }
  const axes = list(
    planner,
    shape.flatMap((length, axis) => [length, axis === op.axis ? 0 : strides[axis]!, 0]),
  );
  const sizes = [shape.length, product(shape), data.shape[op.axis]!, strides[op.axis]!];
  const args = [...head, address(planner.read(updates)), axes, ...sizes.map(size), reduction];
  planner.call(`scatterElements${suffixes[data.dtype]}`, args, { failure: 'index' });
}

const MOST = 0xffffffff;

export function nonMaxSuppression(planner: Planner, { op, inputs, outputs }: Node<OpOf<'nonMaxSuppression'>>): void {
  const [batch, classes, many] = inputs[1]!.shape as readonly [Dim, Dim, Dim];
  const most = Math.min(op.most ?? MOST, MOST);
  planner.call(
    'nonMaxSuppression',
    [
      ...inputs.map((input) => address(planner.read(input))),
      address(planner.output(outputs[0]!)),
      heap(planner, many),
      ...[batch, classes, many, most].map(size),
      flag(op.centerPointBox),
    ],
    { defines: op.count.name },
  );
}

const nonZeroSuffixes = { ...suffixes, int8: 'U8' } as const;

export function nonZero(planner: Planner, { op, inputs, outputs }: Node<OpOf<'nonZero'>>): void {
  const [x] = inputs as readonly [Value];
  planner.call(
    `nonZero${nonZeroSuffixes[x.dtype]}`,
    [
      address(planner.read(x)),
      address(planner.output(outputs[0]!)),
      list(
        planner,
        x.shape.flatMap((length) => [length, 0]),
      ),
      size(x.shape.length),
      size(product(x.shape)),
    ],
    { defines: op.count.name },
  );
}

/** A shape around an axis, [outer, size, inner]; all of it as the size without an axis. */
const around = (shape: readonly Dim[], axis: number | null): [Dim, Dim, Dim] =>
  axis === null
    ? [1, product(shape), 1]
    : [product(shape.slice(0, axis)), shape[axis]!, product(shape.slice(axis + 1))];

export function compress(planner: Planner, { op, inputs, outputs }: Node<OpOf<'compress'>>): void {
  const [x, condition] = inputs as readonly [Value, Value];
  const [outer, length, inner] = around(x.shape, op.axis);
  const bytes = mul(inner, bytesPerElement(x.dtype));
  planner.call(
    'compress',
    [
      ...[x, condition].map((input) => address(planner.read(input))),
      address(planner.output(outputs[0]!)),
      ...[outer, length, bytes, condition.shape[0]!].map(size),
    ],
    { defines: op.count.name },
  );
}

const UNIQUE_BYTES = 16;

export function unique(planner: Planner, { op, inputs, outputs }: Node<OpOf<'unique'>>): void {
  const [x] = inputs as readonly [Value];
  const sizes = around(x.shape, op.axis);
  const scratch = planner.buffer(`${planner.origin} order`, mul(sizes[1], UNIQUE_BYTES), 'arena');
  planner.call(
    `unique${suffixes[x.dtype]}`,
    [
      address(planner.read(x)),
      ...outputs.map((output) => address(planner.output(output))),
      address(scratch),
      ...sizes.map(size),
      flag(op.sorted),
    ],
    { defines: op.count.name },
  );
}
