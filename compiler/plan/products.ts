import { add, alignUp, floorDiv, mul, product, type Dim } from '../dim.js';
import { InternalError } from '../errors.js';
import { substitute, type Expression, type Node, type OpOf, type Padding, type Value } from '../ir.js';
import { address, size, type Planner } from './planner.js';
import type { Argument, BufferId, Packing } from './types.js';
import { chooseFor, winograd } from './winograd.js';

/**
 * Multiply-adds up to which a product with one row gets a body of its own: it gains 13 to 37 % at a few thousand (20 × 256,
 * 256 × 10), 4 to 5 % at 260,000 to 500,000, and less beyond.
 */
const GENERATED_PRODUCTS = 500_000;

/**
 * The bias and residual addresses of a node with an epilogue, and the epilogue over (accumulator, bias, residual). A
 * fused operand is a bias when it only has the last axis, otherwise it has every element of the output.
 */
export function epilogueOf(
  planner: Planner,
  node: Node<OpOf<'matmul' | 'convolution' | 'depthwise'>>,
): {
  args: [Argument, Argument];
  epilogue: Expression | null;
} {
  const { epilogue } = node.op;
  const args: [Argument, Argument] = [size(0), size(0)];
  if (!epilogue) return { args, epilogue: null };
  const roles = [0];
  for (const extra of node.inputs.slice(2)) {
    const role = isVector(extra) ? 1 : 2;
    if (roles.includes(role)) throw new InternalError(`${node.origin} has two fused operands of one kind`);
    roles.push(role);
    args[role - 1] = address(planner.read(extra));
  }
  return { args, epilogue: substitute(epilogue, (index) => ({ kind: 'input', index: roles[index]! })) };
}

/** Whether all axes but the last have size 1. */
const isVector = (value: Value): boolean => value.shape.slice(0, -1).every((axis) => axis === 1);

/** One matrix product: the rows of the node's first input by a packed matrix. */
export function product2d(
  planner: Planner,
  node: Node<OpOf<'matmul' | 'convolution'>>,
  [rows, inner, columns]: readonly [Dim, Dim, Dim],
  weight: BufferId,
): void {
  const { args, epilogue } = epilogueOf(planner, node);
  const operands = [address(planner.read(node.inputs[0]!)), address(weight), address(planner.output(node.outputs[0]!))];
  if (rows === 1) {
    const generated = typeof inner === 'number' && typeof columns === 'number' && inner * columns <= GENERATED_PRODUCTS;
    const reason = generated ? 'one row, few products' : 'one row';
    planner.call('gemv', [...operands, ...args, size(inner), size(columns)], { epilogue, reason, generated });
    return;
  }
  const sizes = [rows, inner, columns, inner, columns].map(size);
  if (typeof rows === 'number') {
    planner.call('gemm', [...operands, ...args, ...sizes], { epilogue, reason: `${rows} rows` });
  } else {
    planner.call('matmul', [...operands, ...args, ...sizes], { epilogue, reason: 'rows known when called' });
  }
}

/** The input of a window with its padding in place, and its sizes. */
function padded(planner: Planner, x: Value, padding: Padding, value: number): { buffer: BufferId; map: [Dim, Dim] } {
  const [batch, height, width, channels] = x.shape as [Dim, Dim, Dim, Dim];
  const [[top, bottom], [left, right]] = padding as [readonly [Dim, Dim], readonly [Dim, Dim]];
  const map: [Dim, Dim] = [add(add(height, top), bottom), add(add(width, left), right)];
  if ([top, bottom, left, right].every((side) => side === 0)) return { buffer: planner.read(x), map };
  const buffer = planner.temporary(`${planner.origin} padded`, product([batch, ...map, channels]));
  planner.call('pad2d', [
    address(planner.read(x)),
    address(buffer),
    ...[batch, height, width, channels, top, bottom, left, right].map(size),
    { kind: 'float', value },
  ]);
  return { buffer, map };
}

export function convolution(planner: Planner, node: Node<OpOf<'convolution'>>): void {
  const { op } = node;
  const [x, w] = node.inputs as readonly [Value, Value];
  const [batch, , , channels] = x.shape as [Dim, Dim, Dim, Dim];
  const isOutputsFirst = op.kernelLayout === 'oihw';
  const [kernelHeight, kernelWidth, perGroup, filters] = (
    isOutputsFirst ? [2, 3, 1, 0].map((axis) => w.shape[axis]) : w.shape
  ) as [number, number, Dim, number];
  const [, outHeight, outWidth] = node.outputs[0]!.shape as [Dim, Dim, Dim];
  const taps = kernelHeight * kernelWidth;
  const k = mul(taps, perGroup);
  const n = filters / op.groups;
  const { groups } = op;
  const chosen = chooseFor(planner, node);
  if (chosen.size !== null) {
    winograd(planner, node, chosen.size, chosen.reason, epilogueOf(planner, node));
    return;
  }
  const weight = planner.packed(
    w,
    isOutputsFirst
      ? { k: perGroup, n, strideK: taps, strideN: k, taps, tapStride: 1, groups, groupStride: mul(n, k) }
      : { k, n, strideK: filters, strideN: 1, taps: 1, tapStride: 0, groups, groupStride: n },
  );
  const pointwise = taps === 1 && groups === 1 && op.strides.every((stride) => stride === 1);
  if (pointwise && op.padding.flat().every((side) => side === 0)) {
    planner.convolutions.push({ layer: planner.origin, algorithm: 'matrix product', error: null });
    product2d(planner, node, [product(x.shape.slice(0, -1)), k, filters], weight);
    return;
  }
  planner.convolutions.push({ layer: planner.origin, algorithm: 'direct', error: null });
  const { buffer, map } = padded(planner, x, op.padding, 0);
  const { args, epilogue } = epilogueOf(planner, node);
  planner.call(
    'conv2d',
    [
      address(buffer),
      address(weight),
      address(planner.output(node.outputs[0]!)),
      ...args,
      ...[batch, ...map, channels, outHeight, outWidth, filters, kernelHeight, kernelWidth].map(size),
      ...[...op.strides, ...op.dilation, op.groups].map(size),
    ],
    { epilogue, reason: chosen.reason },
  );
}

/** Filters [filters, taps] as one row for each tap, of whole vectors of eight. */
const tapRows = (filters: Dim, taps: number): Packing => ({
  ...{ k: 1, n: filters, strideK: 0, strideN: taps },
  ...{ taps: 1, tapStride: 0, groups: taps, groupStride: 1 },
});

export function depthwise(planner: Planner, node: Node<OpOf<'depthwise'>>): void {
  const { op } = node;
  const [x, w] = node.inputs as readonly [Value, Value];
  const [batch, height, width, channels] = x.shape as [Dim, Dim, Dim, Dim];
  const isOutputsFirst = op.kernelLayout === 'oihw';
  const [kernelHeight, kernelWidth] = w.shape.slice(isOutputsFirst ? 2 : 0) as [number, number];
  const [, outHeight, outWidth, filters] = node.outputs[0]!.shape as [Dim, Dim, Dim, Dim];
  const multiplier = isOutputsFirst ? floorDiv(filters, channels) : w.shape[3]!;
  const weight = isOutputsFirst ? planner.packed(w, tapRows(filters, kernelHeight * kernelWidth)) : planner.read(w);
  const weightStride = isOutputsFirst ? alignUp(filters, 8) : filters;
  const { args, epilogue } = epilogueOf(planner, node);
  planner.call(
    'depthwise2d',
    [
      address(planner.read(x)),
      address(weight),
      address(planner.output(node.outputs[0]!)),
      ...args,
      ...[batch, height, width, channels, multiplier, outHeight, outWidth, kernelHeight, kernelWidth].map(size),
      ...[...op.strides, ...op.dilation, op.padding[0]![0], op.padding[1]![0], weightStride].map(size),
    ],
    { epilogue, reason: 'direct' },
  );
}

export function pool(planner: Planner, node: Node<OpOf<'pool'>>): void {
  const { op } = node;
  const x = node.inputs[0]!;
  const [, outHeight, outWidth] = node.outputs[0]!.shape as [Dim, Dim, Dim];
  planner.call(op.fn === 'maximum' ? 'maxPool2d' : 'averagePool2d', [
    address(planner.read(x)),
    address(planner.output(node.outputs[0]!)),
    ...[...x.shape, outHeight, outWidth, ...op.size, ...op.strides, op.padding[0]![0], op.padding[1]![0]].map(size),
  ]);
}
