import * as tf from '@tensorflow/tfjs-core';
import { fed, list, opened, values, weights, type Given, type OperatorCase } from './operators.js';
import type { WrittenAttribute } from './write.js';

type Attributes = Readonly<Record<string, WrittenAttribute>>;
type T4 = tf.Tensor4D;
type T5 = tf.Tensor5D;

/** Strides or sizes as attributes have them, channels last. */
const around = (...sizes: number[]): number[] => [1, ...sizes, 1];
const first = (x: tf.Tensor): T4 => tf.transpose(x as T4, [0, 3, 1, 2]);
const last = (x: tf.Tensor): T4 => tf.transpose(x as T4, [0, 2, 3, 1]);

/** A map whose batch, height and width are open. */
const map = (...shape: number[]): Given => opened(fed(shape), ...shape.slice(0, -1).keys());

const image = map(2, 7, 6, 4);
const sliding: readonly [
  title: string,
  strides: [number, number],
  dilation: [number, number],
  padding: 'same' | 'valid',
][] = [
  ['', [1, 1], [1, 1], 'same'],
  [' with strides', [2, 3], [1, 1], 'same'],
  [' inside', [2, 1], [1, 1], 'valid'],
  [' with dilation', [1, 1], [2, 2], 'same'],
  [' with dilation inside', [1, 1], [2, 1], 'valid'],
];

const convolutions = sliding.flatMap(([title, strides, dilations, padding]): OperatorCase[] => {
  const attributes = { strides: around(...strides), dilations: around(...dilations), padding: padding.toUpperCase() };
  const one = strides[0] === 1 || strides[0] === strides[1];
  return [
    {
      title: `Conv2D${title}`,
      op: 'Conv2D',
      inputs: [image, weights(3, 3, 4, 5)],
      attributes: { ...attributes, data_format: 'NHWC' },
      expected: (x, w) => tf.conv2d(x as T4, w as T4, strides, padding, 'NHWC', dilations),
    },
    ...(one
      ? [
          {
            title: `DepthwiseConv2dNative${title}`,
            op: 'DepthwiseConv2dNative',
            inputs: [image, weights(3, 3, 4, 2)],
            attributes,
            expected: (x: tf.Tensor, w?: tf.Tensor) =>
              tf.depthwiseConv2d(x as T4, w as T4, strides, padding, 'NHWC', dilations),
          },
        ]
      : []),
  ];
});

const plain = { strides: around(1, 1), padding: 'SAME' };

const otherConvolutions: readonly OperatorCase[] = [
  {
    title: 'Conv2D with channels first',
    op: 'Conv2D',
    inputs: [fed([2, 4, 7, 6]), weights(3, 3, 4, 5)],
    attributes: { strides: [1, 1, 2, 1], padding: 'VALID', data_format: 'NCHW' },
    expected: (x, w) => first(tf.conv2d(last(x), w as T4, [2, 1], 'valid')),
  },
  {
    title: 'Conv2D with explicit padding',
    op: 'Conv2D',
    inputs: [image, weights(3, 2, 4, 5)],
    attributes: { strides: around(1, 1), padding: 'EXPLICIT', explicit_paddings: [0, 0, 1, 2, 0, 3, 0, 0] },
    expected: (x, w) => tf.conv2d(tf.pad<T4>(x as T4, [[0, 0], [1, 2], [0, 3], [0, 0]]), w as T4, 1, 'valid'),
  },
  {
    title: 'Conv2D in groups',
    op: 'Conv2D',
    inputs: [image, weights(3, 3, 2, 6)],
    attributes: plain,
    expected: (x, w) => {
      const [xs, ws] = [tf.split(x, 2, 3), tf.split(w, 2, 3)] as [T4[], T4[]];
      return tf.concat([0, 1].map((at) => tf.conv2d(xs[at]!, ws[at]!, 1, 'same')), 3);
    },
  },
  {
    op: 'Conv3D',
    inputs: [fed([2, 4, 5, 6, 3]), weights(2, 3, 3, 3, 4)],
    attributes: { strides: around(1, 2, 1), padding: 'SAME', data_format: 'NDHWC' },
    expected: (x, w) => tf.conv3d(x as T5, w as T5, [1, 2, 1], 'same'),
  },
  ...(['SAME', 'VALID'] as const).flatMap((padding) =>
    ([[2, 2], [3, 1], [1, 2]] as const).map((strides): OperatorCase => {
      const size = (length: number, stride: number): number => (padding === 'SAME' ? length * stride : (length - 1) * stride + 3);
      const shape = [2, size(5, strides[0]), size(4, strides[1]), 3] as [number, number, number, number];
      return {
        title: `Conv2DBackpropInput by ${strides.join(' and ')}, ${padding}`,
        op: 'Conv2DBackpropInput',
        inputs: [list(...shape), weights(3, 3, 3, 4), opened(fed([2, 5, 4, 4]))],
        attributes: { strides: around(...strides), padding },
        expected: (_, w, x) => tf.conv2dTranspose(x as T4, w as T4, shape, [...strides], padding.toLowerCase() as 'same'),
      };
    }),
  ),
]; // prettier-ignore

const fused = (title: string, ops: readonly string[], more: readonly Given[], attributes: Attributes, apply: (y: tf.Tensor, ...rest: tf.Tensor[]) => tf.Tensor): OperatorCase[] => [
  {
    title: `_FusedConv2D ${title}`,
    op: '_FusedConv2D',
    inputs: [image, weights(3, 3, 4, 5), ...more],
    attributes: { ...plain, ...attributes, fused_ops: ops, num_args: more.length },
    expected: (x, w, ...rest) => apply(tf.conv2d(x as T4, w as T4, 1, 'same'), ...rest),
  },
  {
    title: `_FusedMatMul ${title}`,
    op: '_FusedMatMul',
    inputs: [fed([3, 4]), weights(4, 5), ...more],
    attributes: { ...attributes, fused_ops: ops },
    expected: (x, w, ...rest) => apply(tf.matMul(x, w), ...rest),
  },
  {
    title: `FusedDepthwiseConv2dNative ${title}`,
    op: 'FusedDepthwiseConv2dNative',
    inputs: [map(1, 4, 4, 5), weights(3, 3, 5, 1), ...more],
    attributes: { ...plain, ...attributes, fused_ops: ops },
    expected: (x, w, ...rest) => apply(tf.depthwiseConv2d(x as T4, w as T4, 1, 'same'), ...rest),
  },
]; // prettier-ignore

const bias = weights(5);
const variance: Given = { ...fed([5], 0.5, 2), isFed: false };
const fusions: readonly OperatorCase[] = [
  ...fused('with a bias', ['BiasAdd'], [bias], {}, (y, b) => tf.add(y, b)),
  ...fused('with relu', ['BiasAdd', 'Relu'], [bias], {}, (y, b) => tf.relu(tf.add(y, b))),
  ...fused('with relu6', ['BiasAdd', 'Relu6'], [bias], {}, (y, b) => tf.relu6(tf.add(y, b))),
  ...fused('with elu', ['BiasAdd', 'Elu'], [bias], {}, (y, b) => tf.elu(tf.add(y, b))),
  ...fused('with sigmoid', ['BiasAdd', 'Sigmoid'], [bias], {}, (y, b) => tf.sigmoid(tf.add(y, b))),
  ...fused('with tanh', ['BiasAdd', 'Tanh'], [bias], {}, (y, b) => tf.tanh(tf.add(y, b))),
  ...fused('with a leaky relu', ['BiasAdd', 'LeakyRelu'], [bias], { leakyrelu_alpha: { float: 0.4 } }, (y, b) => tf.leakyRelu(tf.add(y, b), 0.4)),
  ...fused('with slopes', ['BiasAdd', 'Prelu'], [bias, weights(5)], {}, (y, b, a) => tf.prelu(tf.add(y, b), a)),
  ...fused('with statistics', ['FusedBatchNorm', 'Relu'], [bias, weights(5), weights(5), variance], { epsilon: { float: 0.01 } },
    (y, scale, offset, mean, v) => tf.relu(tf.batchNorm(y, mean as tf.Tensor1D, v as tf.Tensor1D, offset as tf.Tensor1D, scale as tf.Tensor1D, 0.01))),
]; // prettier-ignore

const matrices: readonly OperatorCase[] = [
  { op: 'MatMul', inputs: [fed([3, 4]), fed([4, 5])], expected: (a, b) => tf.matMul(a, b) },
  {
    title: 'MatMul, both transposed',
    op: 'MatMul',
    inputs: [fed([4, 3]), weights(5, 4)],
    attributes: { transpose_a: true, transpose_b: true },
    expected: (a, b) => tf.matMul(a, b, true, true),
  },
  ...['BatchMatMul', 'BatchMatMulV2', 'BatchMatMulV3'].map((op): OperatorCase => ({
    op,
    inputs: [fed([2, 3, 4]), fed([2, 5, 4])],
    attributes: { adj_x: false, adj_y: true },
    expected: (a, b) => tf.matMul(a, b, false, true),
  })),
  { title: 'BatchMatMulV2 with one matrix', op: 'BatchMatMulV2', inputs: [fed([2, 3, 4]), weights(1, 4, 5)], expected: (a, b) => tf.matMul(a, b) },
  { op: 'Einsum', inputs: [fed([2, 3, 4]), fed([2, 4, 5])], attributes: { equation: 'bij,bjk->bki' }, expected: (a, b) => tf.einsum('bij,bjk->bki', a, b) },
]; // prettier-ignore

const volume = opened(fed([2, 4, 5, 6, 3]), 0);
const poolings = (['same', 'valid'] as const).flatMap((padding): OperatorCase[] => {
  const attributes = { ksize: around(3, 2), strides: around(2, 1), padding: padding.toUpperCase() };
  const deep = { ksize: around(2, 3, 2), strides: around(2, 2, 1), padding: padding.toUpperCase(), data_format: 'NDHWC' };
  return [
    { title: `MaxPool ${padding}`, op: 'MaxPool', inputs: [image], attributes, expected: (x) => tf.maxPool(x as T4, [3, 2], [2, 1], padding) },
    { title: `AvgPool ${padding}`, op: 'AvgPool', inputs: [image], attributes, expected: (x) => tf.avgPool(x as T4, [3, 2], [2, 1], padding) },
    { title: `MaxPool3D ${padding}`, op: 'MaxPool3D', inputs: [volume], attributes: deep, expected: (x) => tf.maxPool3d(x as T5, [2, 3, 2], [2, 2, 1], padding) },
    { title: `AvgPool3D ${padding}`, op: 'AvgPool3D', inputs: [volume], attributes: deep, expected: (x) => tf.avgPool3d(x as T5, [2, 3, 2], [2, 2, 1], padding) },
  ];
}); // prettier-ignore

const statistics = [weights(4), weights(4), weights(4), { ...fed([4], 0.5, 2), isFed: false }];
const batchNorm = (x: tf.Tensor, rest: readonly (tf.Tensor | undefined)[], epsilon: number): tf.Tensor => {
  const [scale, offset, mean, spread] = rest as tf.Tensor1D[];
  return tf.batchNorm(x as T4, mean!, spread!, offset, scale, epsilon);
};

const normalizations: readonly OperatorCase[] = [
  ...['FusedBatchNorm', 'FusedBatchNormV2', 'FusedBatchNormV3'].map((op): OperatorCase => ({
    op,
    inputs: [image, ...statistics],
    attributes: { epsilon: { float: 0.02 }, is_training: false },
    expected: (x, ...rest) => batchNorm(x, rest, 0.02),
  })),
  {
    title: 'FusedBatchNormV3 with channels first',
    op: 'FusedBatchNormV3',
    inputs: [fed([2, 4, 3, 5]), ...statistics],
    attributes: { data_format: 'NCHW' },
    expected: (x, ...rest) => first(batchNorm(last(x), rest, 1e-4)),
  },
  { op: 'BiasAdd', inputs: [image, weights(4)], expected: (x, b) => tf.add(x, b) },
  { title: 'BiasAdd with channels first', op: 'BiasAdd', inputs: [fed([2, 4, 3, 5]), weights(4)], attributes: { data_format: 'NCHW' }, expected: (x, b) => first(tf.add(last(x), b)) },
  { op: 'BiasAddV1', inputs: [fed([3, 4]), weights(4)], expected: (x, b) => tf.add(x, b) },
  {
    op: 'LRN',
    inputs: [fed([2, 3, 2, 7])],
    attributes: { depth_radius: 2, bias: { float: 1.5 }, alpha: { float: 0.3 }, beta: { float: 0.6 } },
    expected: (x) => tf.localResponseNormalization(x as T4, 2, 1.5, 0.3, 0.6),
  },
  { title: 'LRN of all channels', op: 'LRN', inputs: [fed([2, 3, 2, 3])], expected: (x) => tf.localResponseNormalization(x as T4, 5, 1, 1, 0.5) },
  { op: 'Softmax', inputs: [fed([3, 4, 5])], expected: (x) => tf.softmax(x) },
  { op: 'LogSoftmax', inputs: [fed([3, 5])], expected: (x) => tf.logSoftmax(x) },
]; // prettier-ignore

const sizes = [[14, 9], [3, 4], [7, 6], [1, 1]] as const; // prettier-ignore
const resizing = sizes.flatMap(([height, width]) =>
  [[false, false], [true, false], [false, true]].flatMap(([aligned = false, centred = false]): OperatorCase[] => {
    const attributes = { align_corners: aligned, half_pixel_centers: centred };
    const title = `to ${height} × ${width}${aligned ? ', corners aligned' : ''}${centred ? ', pixels centred' : ''}`;
    const inputs = [image, list(height, width)];
    return [
      { title: `ResizeBilinear ${title}`, op: 'ResizeBilinear', inputs, attributes, expected: (x) => tf.image.resizeBilinear(x as T4, [height, width], aligned, centred) },
      { title: `ResizeNearestNeighbor ${title}`, op: 'ResizeNearestNeighbor', inputs, attributes, expected: (x) => tf.image.resizeNearestNeighbor(x as T4, [height, width], aligned, centred) },
    ];
  }),
); // prettier-ignore

const blocks: readonly OperatorCase[] = [
  { op: 'DepthToSpace', inputs: [map(2, 3, 2, 12)], attributes: { block_size: 2 }, expected: (x) => tf.depthToSpace(x as T4, 2) },
  {
    op: 'SpaceToDepth',
    inputs: [opened(fed([2, 4, 6, 3]), 0)],
    attributes: { block_size: 2 },
    expected: (x) => tf.reshape(tf.transpose(tf.reshape(x, [2, 2, 2, 3, 2, 3]), [0, 1, 3, 2, 4, 5]), [2, 2, 3, 12]),
  },
  {
    op: 'SpaceToBatchND',
    inputs: [opened(fed([2, 4, 5, 3]), 0), list(2, 3), { ...values('int32', [2, 2], [1, 1, 0, 1]), isFed: false }],
    expected: (x) => tf.spaceToBatchND(x as T4, [2, 3], [[1, 1], [0, 1]]),
  },
  {
    op: 'BatchToSpaceND',
    inputs: [opened(fed([12, 3, 2, 3])), list(2, 3), { ...values('int32', [2, 2], [1, 2, 0, 1]), isFed: false }],
    expected: (x) => tf.batchToSpaceND(x as T4, [2, 3], [[1, 2], [0, 1]]),
  },
]; // prettier-ignore

/** Convolutions, products, poolings, normalizations and changes of resolution. */
export const maps: readonly OperatorCase[] = [
  ...convolutions,
  ...otherConvolutions,
  ...fusions,
  ...matrices,
  ...poolings,
  ...normalizations,
  ...resizing,
  ...blocks,
];
