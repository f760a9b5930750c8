import * as tf from '@tensorflow/tfjs-core';
import { volume, type NetworkLayer } from '../network.js';
import { windowOf } from '../window.js';
import { multiHeadAttention } from './attention.js';
import { activated, product, type Rule } from './rule.js';

type Pair = [number, number];
type MapPadding = 'valid' | 'same' | [Pair, Pair, Pair, Pair];

/** The options of operations over maps; a sequence is a map of height 1. */
function mapWindow(layer: NetworkLayer, shape: readonly number[]) {
  const { strides, dilation, padding, kernel } = windowOf(layer, shape.slice(1, -1));
  const isSequence = kernel.length === 1;
  const pair = (sizes: readonly number[]): Pair => (isSequence ? [1, sizes[0]!] : [sizes[0]!, sizes[1]!]);
  const sides = typeof padding === 'string' ? [] : padding.map(([before, after]): Pair => [before, after]);
  const pad = typeof padding === 'string' ? padding : [[0, 0], ...(isSequence ? [[0, 0]] : []), ...sides, [0, 0]];
  return { kernel: pair(kernel), strides: pair(strides), dilations: pair(dilation), pad: pad as MapPadding };
}

/** `compute` over maps, or over sequences as maps. */
const overMaps = (shape: readonly number[], compute: (map: tf.Tensor4D) => tf.Tensor): ((x: tf.Tensor) => tf.Tensor) =>
  shape.length === 3
    ? (x) => tf.squeeze(compute(tf.expandDims<tf.Tensor4D>(x, 1)), [1])
    : (x) => compute(x as tf.Tensor4D);

const convolution: Rule = (layer, { weight, shapes: [shape] }) => {
  if (layer.groups !== 1) throw new Error(`${layer.name}: groups are not translated to tfjs`);
  const { strides, dilations, pad } = mapWindow(layer, shape!);
  const given = weight('weight');
  const filter = (given.rank === 3 ? tf.expandDims(given, 0) : given) as tf.Tensor4D;
  const options = { filter, bias: weight('bias'), strides, dilations, pad };
  return activated(layer, (x, activation) =>
    overMaps(shape!, (map) => tf.fused.conv2d({ x: map, ...options, activation }))(x),
  );
};

const depthwiseConv2d: Rule = (layer, { weight, shapes: [shape] }) => {
  const { strides, dilations, pad } = mapWindow(layer, shape!);
  const options = { filter: weight('weight') as tf.Tensor4D, bias: weight('bias'), strides, dilations };
  return activated(layer, (x, activation) =>
    tf.fused.depthwiseConv2d({ x: x as tf.Tensor4D, ...options, pad: pad as 'same', activation }),
  );
};

const maxPooling: Rule = (layer, { shapes: [shape] }) => {
  const { kernel, strides, pad } = mapWindow(layer, shape!);
  return overMaps(shape!, (map) => tf.maxPool(map, kernel, strides, pad));
};

const layerNormalization: Rule = ({ epsilon }, { weight }) => {
  const [gamma, beta, least] = [weight('gamma'), weight('beta'), tf.scalar(epsilon)];
  return (x) => {
    const mean = tf.mean(x, -1, true);
    const variance = tf.mean(tf.squaredDifference(x, mean), -1, true);
    const scale = tf.mul(tf.rsqrt(tf.add(variance, least)), gamma);
    return tf.add(tf.mul(tf.sub(x, mean), scale), beta);
  };
};

const dense: Rule = (layer, { weight, shapes: [shape] }) =>
  activated(layer, product(shape!, { b: weight('weight'), bias: weight('bias') }));

const dot: Rule = ({ name, axes: [left, right] }, { shapes }) => {
  if (shapes.some(({ length }) => length !== 3)) throw new Error(`${name}: only matrices are translated to tfjs`);
  return (x, other) => tf.matMul(x, other, left === 1, right === 2);
};

/** The fused operations of the backend and, where there is none, the operations one by one. */
export const rules: Readonly<Record<string, Rule>> = {
  dense,
  conv1d: convolution,
  conv2d: convolution,
  depthwiseConv2d,
  maxPooling1d: maxPooling,
  maxPooling2d: maxPooling,
  globalAveragePooling2d: () => (x) => tf.mean(x, [1, 2]),
  flatten:
    (_layer, { shapes: [shape] }) =>
    (x) =>
      tf.reshape(x, [shape![0]!, volume(shape!.slice(1))]),
  add: () => (x, other) => tf.add(x, other),
  relu: () => (x) => tf.relu(x),
  layerNormalization,
  multiHeadAttention,
  dot,
};
