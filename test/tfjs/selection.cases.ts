import * as tf from '@tensorflow/tfjs-core';
import { fed, integers, list, number, opened, truths, values, type OperatorCase } from './operators.js';

const x = fed([3, 4, 5]);

type Reduce = (x: tf.Tensor, axes: number[], keepDims: boolean) => tf.Tensor;
const reduce = (op: string, expected: Reduce, input = x): OperatorCase[] => [
  { op, inputs: [input, list(1)], expected: (a) => expected(a, [1], false) },
  { title: `${op}, axes kept`, op, inputs: [input, list(0, -1)], attributes: { keep_dims: true }, expected: (a) => expected(a, [0, input.tensor.shape.length - 1], true) },
  { title: `${op} over nothing`, op, inputs: [input, list()], expected: (a) => (op === 'Mean' ? tf.cast(a, 'float32') : tf.clone(a)) },
]; // prettier-ignore

const rows = values('float32', [3, 5], [1, 5, 2, 5, 0, -3, -1, -2, -8, -1, 4, 4, 4, 4, 4]);

const reductions: readonly OperatorCase[] = [
  ...reduce('Sum', tf.sum), ...reduce('Mean', tf.mean), ...reduce('Max', tf.max), ...reduce('Min', tf.min), ...reduce('Prod', tf.prod),
  ...reduce('All', tf.all, truths([3, 4])), ...reduce('Any', tf.any, truths([3, 4])),
  { title: 'Sum of integers', op: 'Sum', inputs: [integers([3, 4]), list(1)], expected: (a) => tf.sum(a, 1) },
  { title: 'Mean of integers', op: 'Mean', inputs: [integers([3, 4]), list(1)], expected: (a) => tf.mean(a, 1) },
  { title: 'Max of integers', op: 'Max', inputs: [integers([3, 4]), number(1)], expected: (a) => tf.max(a, 1) },
  { op: 'ArgMax', inputs: [rows, number(-1)], expected: (a) => tf.argMax(a, 1) },
  { op: 'ArgMin', inputs: [rows, number(0)], expected: (a) => tf.argMin(a, 0) },
  ...([[false, false], [true, false], [false, true], [true, true]] as const).flatMap(([exclusive, reverse]): OperatorCase[] => [
    { op: 'Cumsum', inputs: [x, number(1)], attributes: { exclusive, reverse }, expected: (a) => tf.cumsum(a, 1, exclusive, reverse) },
    { op: 'Cumprod', inputs: [x, number(-1)], attributes: { exclusive, reverse }, expected: (a) => tf.cumprod(a, 2, exclusive, reverse) },
  ]),
]; // prettier-ignore

const table = fed([4, 3, 2]);
const indices = values('int32', [2, 3], [0, 3, 1, 2, 2, 0]);

const gathering: readonly OperatorCase[] = [
  { op: 'Gather', inputs: [table, indices], expected: (a, at) => tf.gather(a, at) },
  { op: 'ResourceGather', inputs: [table, indices], expected: (a, at) => tf.gather(a, at) },
  { op: 'GatherV2', inputs: [table, list(2, 0, 2), number(1)], expected: (a, at) => tf.gather(a, at, 1) },
  { title: 'GatherV2 of neighbours', op: 'GatherV2', inputs: [table, list(1, 2), number(1)], expected: (a, at) => tf.gather(a, at, 1) },
  {
    title: 'GatherV2 in batches',
    op: 'GatherV2',
    inputs: [fed([2, 4, 3]), indices, number(1)],
    attributes: { batch_dims: 1 },
    expected: (a, at) => tf.gather(a, at, 1, 1),
  },
  { op: 'GatherNd', inputs: [table, values('int32', [3, 2], [0, 1, 3, 2, 2, 0])], expected: (a, at) => tf.gatherND(a, at) },
  {
    op: 'ScatterNd',
    inputs: [values('int32', [3, 1], [1, 4, 1]), opened(fed([3, 2])), list(5, 2)],
    expected: (at, updates) => tf.scatterND(tf.cast(at, 'int32'), updates, [5, 2]),
  },
  {
    op: 'TensorScatterUpdate',
    inputs: [fed([5, 2]), values('int32', [2, 1], [3, 0]), opened(fed([2, 2]))],
    expected: (a, at, updates) => tf.tensorScatterUpdate(a, tf.cast(at, 'int32'), updates),
  },
  {
    op: 'SparseToDense',
    inputs: [list(1, 3), list(5), list(7, 8), number(-1)],
    expected: () => tf.tensor1d([-1, 7, -1, 8, -1], 'int32'),
  },
  {
    title: 'SparseToDense of one value at pairs',
    op: 'SparseToDense',
    inputs: [values('int32', [3, 2], [0, 1, 1, 2, 1, 0]), list(2, 3), fed([]), number(0, 'float32')],
    expected: (_, _shape, value) => tf.mul(tf.tensor2d([0, 1, 0, 1, 0, 1], [2, 3]), value),
  },
]; // prettier-ignore

const boxes = values(
  'float32',
  [6, 4],
  [0, 0, 1, 1, 0, 0.1, 1, 1.1, 0, -0.1, 1, 0.9, 0, 10, 1, 11, 0, 10.1, 1, 11.1, 0, 100, 1, 101],
);
const scores = values('float32', [6], [0.9, 0.75, 0.6, 0.95, 0.5, 0.3]);
const suppressed = (threshold: number) => (b: tf.Tensor, s?: tf.Tensor) =>
  tf.image.nonMaxSuppression(b as tf.Tensor2D, s as tf.Tensor1D, 3, 0.5, threshold);
const limits = [number(3), number(0.5, 'float32')];
const choice: readonly OperatorCase[] = [
  { op: 'TopKV2', inputs: [x, number(3)], attributes: { sorted: true }, expected: (a) => Object.values(tf.topk(a, 3)) },
  { op: 'NonMaxSuppressionV2', inputs: [boxes, scores, ...limits], expected: suppressed(-Infinity) },
  { op: 'NonMaxSuppressionV3', inputs: [boxes, scores, ...limits, number(0.4, 'float32')], expected: suppressed(0.4) },
  {
    op: 'NonMaxSuppressionV4',
    inputs: [boxes, scores, ...limits, number(0.92, 'float32')],
    expected: (b, s) => [suppressed(0.92)(b, s), tf.scalar(1, 'int32')],
  },
  {
    op: 'NonMaxSuppressionV5',
    inputs: [boxes, scores, ...limits, number(0.4, 'float32'), number(0, 'float32')],
    expected: (b, s) => {
      const found = suppressed(0.4)(b, s);
      return [found, tf.gather(s, found), tf.scalar(found.size, 'int32')];
    },
  },
  {
    op: 'Where',
    inputs: [values('bool', [2, 3], [1, 0, 1, 0, 0, 1])],
    expected: () => tf.tensor2d([0, 0, 0, 2, 1, 2], [3, 2], 'int32'),
  },
]; // prettier-ignore

/** Reductions, and what chooses elements by data. */
export const selections: readonly OperatorCase[] = [...reductions, ...gathering, ...choice];
