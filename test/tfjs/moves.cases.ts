import * as tf from '@tensorflow/tfjs-core';
import { fed, integers, list, number, opened, pairs, truths, values, type OperatorCase } from './operators.js';

const x = fed([2, 3, 4]);

const shapes: readonly OperatorCase[] = [
  { op: 'Shape', inputs: [x], expected: () => tf.tensor1d([2, 3, 4], 'int32') },
  { op: 'ShapeN', inputs: [x, fed([5])], expected: () => [tf.tensor1d([2, 3, 4], 'int32'), tf.tensor1d([5], 'int32')] },
  { op: 'Size', inputs: [x], expected: () => tf.scalar(24, 'int32') },
  { op: 'Rank', inputs: [x], expected: () => tf.scalar(3, 'int32') },
  { op: 'Reshape', inputs: [x, list(-1, 6, 2)], expected: (a) => tf.reshape(a, [2, 6, 2]) },
  { title: 'Reshape to sizes', op: 'Reshape', inputs: [opened(x), list(4, 6)], expected: (a) => tf.reshape(a, [4, 6]) },
  { op: 'Squeeze', inputs: [fed([2, 1, 3, 1])], attributes: { squeeze_dims: [1, -1] }, expected: (a) => tf.squeeze(a, [1, 3]) },
  { title: 'Squeeze of all', op: 'Squeeze', inputs: [fed([2, 1, 3, 1])], expected: (a) => tf.squeeze(a) },
  { op: 'ExpandDims', inputs: [x, number(-2)], expected: (a) => tf.expandDims(a, 2) },
  { op: 'Transpose', inputs: [x, list(2, 0, 1)], expected: (a) => tf.transpose(a, [2, 0, 1]) },
  { title: 'Transpose of truths', op: 'Transpose', inputs: [truths([2, 3]), list(1, 0)], expected: (a) => tf.transpose(a) },
  { op: 'Pack', inputs: [opened(fed([2, 3])), opened(fed([2, 3]))], attributes: { axis: 1 }, expected: (a, b) => tf.stack([a, b], 1) },
  { title: 'Pack of one', op: 'Pack', inputs: [fed([2, 3])], attributes: { axis: -1 }, expected: (a) => tf.stack([a], 2) },
]; // prettier-ignore

const parts: readonly OperatorCase[] = [
  { op: 'ConcatV2', inputs: [x, fed([2, 2, 4]), number(-2)], expected: (a, b) => tf.concat([a, b], 1) },
  { op: 'Concat', inputs: [number(1), opened(integers([2, 3])), opened(integers([2, 3]))], expected: (_, a, b) => tf.concat([a, b], 1) },
  { op: 'Split', inputs: [number(1), opened(fed([2, 6]))], attributes: { num_split: 3 }, expected: (_, a) => tf.split(a, 3, 1) },
  { op: 'SplitV', inputs: [opened(fed([2, 6])), list(1, -1, 2), number(1)], expected: (a) => tf.split(a, [1, 3, 2], 1) },
  { op: 'Unpack', inputs: [opened(fed([2, 3])), ], attributes: { axis: 1, num: 3 }, expected: (a) => tf.unstack(a, 1) },
  { op: 'Slice', inputs: [x, list(0, 1, 2), list(-1, 2, 1)], expected: (a) => tf.slice(a, [0, 1, 2], [2, 2, 1]) },
  { op: 'ReverseV2', inputs: [x, list(0, -1)], expected: (a) => tf.reverse(a, [0, 2]) },
  { op: 'Reverse', inputs: [x, { ...values('bool', [3], [1, 0, 1]), isFed: false }], expected: (a) => tf.reverse(a, [0, 2]) },
]; // prettier-ignore

type Masks = readonly [begin: number, end: number, ellipsis: number, axis: number, shrink: number];
const strided = (title: string, begin: number[], end: number[], strides: number[], masks: Masks, isOpen = true): OperatorCase => ({
  title: `StridedSlice ${title}`,
  op: 'StridedSlice',
  inputs: [isOpen ? fed([4, 5, 6]) : opened(fed([4, 5, 6])), list(...begin), list(...end), list(...strides)],
  attributes: { begin_mask: masks[0], end_mask: masks[1], ellipsis_mask: masks[2], new_axis_mask: masks[3], shrink_axis_mask: masks[4] },
  expected: (a) => tf.stridedSlice(a, begin, end, strides, ...masks),
}); // prettier-ignore

const slices: readonly OperatorCase[] = [
  {
    ...strided('of the first axes', [1, 0], [3, 4], [1, 2], [0, 0, 0, 0, 0], false),
    expected: (a) => tf.stridedSlice(a, [1, 0, 0], [3, 4, 6], [1, 2, 1]),
  },
  strided('counted from the end', [-3, -4, -2], [-1, -1, 9], [1, 1, 1], [0, 0, 0, 0, 0], false),
  strided('backwards', [3, 4, 5], [0, 0, 0], [-1, -2, -1], [0, 2, 0, 0, 0], false),
  strided('backwards of all', [0, 0, 0], [0, 0, 0], [-1, -1, -1], [7, 7, 0, 0, 0]),
  strided('with masks', [1, 2, 3], [2, 3, 4], [1, 1, 1], [1, 5, 0, 0, 0]),
  strided('with single elements', [0, 1, -1], [0, 2, 0], [1, 1, 1], [1, 1, 0, 0, 6]),
  strided('with new axes', [0, 0, 1, 0], [0, 0, 3, 0], [1, 1, 1, 1], [3, 3, 0, 9, 0]),
  strided('with an ellipsis', [0, 1], [0, 3], [1, 1], [0, 0, 1, 0, 0]),
  {
    ...strided('with an ellipsis between', [1, 0, 2], [2, 0, 5], [1, 1, 2], [0, 0, 2, 0, 1], false),
    expected: (a) => tf.squeeze(tf.stridedSlice(a, [1, 0, 2], [2, 5, 5], [1, 1, 2]), [0]),
  },
  strided('with an ellipsis of nothing', [0, 0, 1, 2], [4, 0, 3, 4], [1, 1, 1, 1], [1, 1, 2, 0, 0]),
];

const spread: readonly OperatorCase[] = [
  { op: 'BroadcastTo', inputs: [fed([3, 1]), list(2, 3, 4)], expected: (a) => tf.broadcastTo(a, [2, 3, 4]) },
  { op: 'Tile', inputs: [fed([2, 3]), list(2, 3)], expected: (a) => tf.tile(a, [2, 3]) },
  { op: 'Pad', inputs: [fed([2, 3]), pairs([1, 0], [2, 1])], expected: (a) => tf.pad(a, [[1, 0], [2, 1]]) },
  { title: 'Pad of integers', op: 'Pad', inputs: [integers([2, 3]), pairs([1, 0], [2, 1])], expected: (a) => tf.pad(a, [[1, 0], [2, 1]]) },
  { op: 'PadV2', inputs: [fed([2, 3]), pairs([1, 0], [2, 1]), number(-7.5, 'float32')], expected: (a) => tf.pad(a, [[1, 0], [2, 1]], -7.5) },
  { op: 'MirrorPad', inputs: [fed([3, 4]), pairs([2, 1], [0, 3])], attributes: { mode: 'REFLECT' }, expected: (a) => tf.mirrorPad(a, [[2, 1], [0, 3]], 'reflect') },
  { title: 'MirrorPad with the ends twice', op: 'MirrorPad', inputs: [fed([3, 4]), pairs([3, 2], [4, 0])], attributes: { mode: 'SYMMETRIC' }, expected: (a) => tf.mirrorPad(a, [[3, 2], [4, 0]], 'symmetric') },
]; // prettier-ignore

const made: readonly OperatorCase[] = [
  { op: 'Fill', inputs: [list(2, 3), fed([])], expected: (_, value) => tf.fill([2, 3], (value.dataSync() as Float32Array)[0]!) },
  { op: 'Range', inputs: [number(2), number(9), number(3)], expected: () => tf.range(2, 9, 3, 'int32') },
  { op: 'ZerosLike', inputs: [fed([2, 3])], expected: (a) => tf.zerosLike(a) },
  { op: 'OnesLike', inputs: [integers([2, 3])], expected: (a) => tf.onesLike(a) },
  { op: 'OneHot', inputs: [values('int32', [4], [0, 2, -1, 5]), number(3), number(2, 'float32'), number(-1, 'float32')], expected: (a) => tf.cast(tf.oneHot(tf.cast(a, 'int32') as tf.Tensor1D, 3, 2, -1), 'float32') },
]; // prettier-ignore

const passed: readonly OperatorCase[] = [
  ...['Identity', 'Snapshot', 'StopGradient', 'PreventGradient', 'CheckNumerics', 'EnsureShape', 'PlaceholderWithDefault', 'FakeQuantWithMinMaxVars'].map(
    (op): OperatorCase => ({ op, inputs: [fed([2, 3])], expected: (a) => tf.add(a, 0) }),
  ),
  { op: 'IdentityN', inputs: [fed([2, 3]), integers([4])], expected: (a, b) => [tf.clone(a), tf.clone(b)] },
]; // prettier-ignore

const library = [
  {
    name: 'twice',
    inputs: ['v'],
    outputs: { y: 'sum:z:0' },
    nodes: [{ name: 'sum', op: 'AddV2', inputs: ['v', 'v'] }],
  },
  {
    name: 'fourfold',
    inputs: ['v'],
    outputs: { y: 'second:output:0', best: 'top:indices:0' },
    nodes: [
      { name: 'first', op: 'PartitionedCall', inputs: ['v'], attributes: { f: { function: 'twice' } } },
      { name: 'second', op: 'PartitionedCall', inputs: ['first:output:0'], attributes: { f: { function: 'twice' } } },
      { name: 'top', op: 'TopKV2', inputs: ['v', 'one'] },
      { name: 'one', op: 'Rank', inputs: ['flat'] },
      { name: 'flat', op: 'Reshape', inputs: ['v', 'size'] },
      { name: 'size', op: 'Pack', inputs: ['count'] },
      { name: 'count', op: 'Size', inputs: ['v'] },
    ],
  },
];

const calls: readonly OperatorCase[] = [
  ...['PartitionedCall', 'StatefulPartitionedCall'].map((op): OperatorCase => ({
    op,
    inputs: [fed([2, 3])],
    attributes: { f: { function: 'fourfold' } },
    expected: (a) => [tf.mul(a, 4), tf.topk(a, 1).indices],
    functions: op === 'PartitionedCall' ? library : [],
  })),
  ...['If', 'StatelessIf'].flatMap((op) =>
    [1, 0].map((holds): OperatorCase => ({
      title: `${op} ${holds === 1}`,
      op,
      inputs: [number(holds, 'bool'), fed([2, 3])],
      attributes: { then_branch: { function: 'twice' }, else_branch: { function: 'fourfold' } },
      expected: (_, a) => tf.mul(a, holds === 1 ? 2 : 4),
    })),
  ),
];

/** Shapes, parts, repetition, and what passes values on. */
export const moves: readonly OperatorCase[] = [...shapes, ...parts, ...slices, ...spread, ...made, ...passed, ...calls];
