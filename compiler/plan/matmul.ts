import { alignUp, mul, product, type Dim } from '../dim.js';
import type { Node, OpOf, Value } from '../ir.js';
import { broadcastStrides } from './loops.js';
import { address, size, type Planner } from './planner.js';
import { epilogueOf, product2d } from './products.js';
import { collapse, stridesOf } from './strides.js';
import type { BufferId } from './types.js';

/** Axes of positions that one call of a kernel walks. */
const MOST_AXES = 3;

export function matmul(planner: Planner, node: Node<OpOf<'matmul'>>): void {
  const [x, w] = node.inputs as readonly [Value, Value];
  if (w.shape.slice(0, -2).some((axis) => axis !== 1)) {
    batched(planner, node);
    return;
  }
  const { k, n, strideK, strideN } = rightOf(node);
  const packing = { k, n, strideK, strideN, taps: 1, tapStride: 0, groups: 1, groupStride: 0 };
  product2d(planner, node, [product(x.shape.slice(0, -1)), k, n], planner.packed(w, packing));
}

/** The sizes of a right-hand matrix and the elements between neighbours in a column and in a row. */
function rightOf({
  op,
  inputs: [, w],
}: Node<OpOf<'matmul'>>): Readonly<Record<'k' | 'n' | 'strideK' | 'strideN', Dim>> {
  const [first, second] = w!.shape.slice(-2) as [Dim, Dim];
  return op.transposeRight
    ? { k: second, n: first, strideK: 1, strideN: second }
    : { k: first, n: second, strideK: second, strideN: 1 };
}

/** The positions of a product of many matrices, and the rows that one position has. */
interface Positions {
  readonly axes: readonly { readonly size: Dim; readonly strides: readonly Dim[] }[];
  readonly rows: Dim;
  /** Elements between rows of the left matrix, and of the result. */
  readonly lda: Dim;
  readonly ldc: Dim;
}

/**
 * Joins what neighbouring axes have in common: positions that share a right-hand matrix become rows of one product, and
 * axes along which it stays the same move last, so that it is packed once.
 *
 * @param strides of the left matrices, the right ones and the results, along the leading axes and the rows
 */
function positionsOf(
  sizes: readonly Dim[],
  strides: readonly [Dim[], Dim[], Dim[]],
  row: readonly [Dim, Dim],
): Positions {
  const joined = collapse(sizes, strides);
  const axes = joined.sizes.map((size, axis) => ({ size, strides: joined.strides.map((operand) => operand[axis]!) }));
  const last = axes.at(-1)!;
  const rows = last.strides[1] === 0 ? axes.pop()! : { size: 1, strides: [row[0], 0, row[1]] };
  const order = [...axes.filter((axis) => axis.strides[1] !== 0), ...axes.filter((axis) => axis.strides[1] === 0)];
  const outer = collapse(
    order.map((axis) => axis.size),
    [0, 1, 2].map((operand) => order.map((axis) => axis.strides[operand]!)),
  );
  return {
    axes: outer.sizes.map((size, axis) => ({ size, strides: outer.strides.map((operand) => operand[axis]!) })),
    rows: rows.size,
    lda: rows.strides[0]!,
    ldc: rows.strides[2]!,
  };
}

/**
 * Products of many matrices in one call. Right-hand matrices that stay the same between calls are packed once, others
 * one by one into a panel buffer. Operands that are broadcast along too many axes in turn are expanded first.
 */
function batched(planner: Planner, node: Node<OpOf<'matmul'>>): void {
  const [x, w] = node.inputs as readonly [Value, Value];
  const [output] = node.outputs as readonly [Value];
  const { k, n, strideK, strideN } = rightOf(node);
  const rank = output.shape.length;
  const leading = output.shape.slice(0, -2);
  const panels = product([alignUp(n, 8), k]);
  const positions = (left: readonly Dim[], right: readonly Dim[], matrix: Dim): Positions => {
    const matrices = broadcastStrides(right.slice(0, -2), rank - 2).map((stride) => mul(stride, matrix));
    const strides = [broadcastStrides(left, rank), [...matrices, 0], stridesOf(output.shape)] as const;
    const along = strides.map((operand) => operand.slice(0, rank - 1)) as [Dim[], Dim[], Dim[]];
    return positionsOf([...leading, x.shape.at(-2)!], along, [k, n]);
  };
  const call = (left: BufferId, right: BufferId, { axes, rows, lda, ldc }: Positions, packs: boolean): void => {
    const { args, epilogue } = epilogueOf(planner, node);
    const walked = [...new Array<typeof unit>(MOST_AXES - axes.length).fill(unit), ...axes];
    const sizes = [rows, k, n, lda, ldc, ...walked.flatMap((axis) => [axis.size, ...axis.strides])];
    const buffers = [left, right, planner.output(output)].map((buffer) => address(buffer));
    if (packs) {
      const buffer = address(planner.temporary(`${planner.origin} packed`, panels));
      const packing = [buffer, size(strideK), size(strideN)];
      const reason = 'both operands change';
      planner.call('batchedMatmul', [...buffers, ...args, ...packing, ...sizes.map(size)], { epilogue, reason });
    } else {
      planner.call('packedMatmul', [...buffers, ...args, ...sizes.map(size)], { epilogue, reason: 'many matrices' });
    }
  };
  if (planner.isSettled(w)) {
    const found = positions(x.shape, w.shape, panels);
    if (found.axes.length <= MOST_AXES) {
      const groups = product(w.shape.slice(0, -2));
      const packing = { k, n, strideK, strideN, taps: 1, tapStride: 0, groups, groupStride: mul(k, n) };
      call(planner.read(x), planner.packed(w, packing), found, false);
      return;
    }
  }
  const matrix = mul(k, n);
  const found = positions(x.shape, w.shape, matrix);
  if (found.axes.length <= MOST_AXES) {
    call(planner.read(x), planner.read(w), found, true);
    return;
  }
  const [left, right] = [x, w].map(({ shape }) => [...leading, ...shape.slice(-2)]) as [Dim[], Dim[]];
  call(expand(planner, x, left), expand(planner, w, right), positions(left, right, matrix), true);
}

const unit = { size: 1, strides: [0, 0, 0] } as const;

/** A value copied to what broadcasting makes of it. */
function expand(planner: Planner, value: Value, shape: readonly Dim[]): BufferId {
  const { sizes, strides } = collapse(shape, [stridesOf(shape), broadcastStrides(value.shape, shape.length)]);
  const to = planner.temporary(`${planner.origin} expanded`, product(shape));
  planner.loop({
    expression: { kind: 'input', index: 0 },
    sizes,
    output: to,
    operands: [{ buffer: planner.read(value), strides: strides[1]! }],
  });
  return to;
}
