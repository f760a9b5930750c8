import * as tf from '@tensorflow/tfjs-core';
import { projectionsOf } from '../attention.js';
import { product, tensorOf, type Rule } from './rule.js';

/** Products, softmax and products over [batch, heads, steps, size], with transpositions before and after. */
export const multiHeadAttention: Rule = (layer, { network, shapes }) => {
  const projections = projectionsOf(network, layer);
  const project = (shape: readonly number[], { weight, bias }: (typeof projections)['query']) => {
    const compute = product(shape, { b: tensorOf(weight), bias: tensorOf(bias) });
    return (x: tf.Tensor) => compute(x, 'linear');
  };
  const [query, values] = shapes as [readonly number[], readonly number[]];
  const width = projections.value.weight.shape[1]!;
  const attended = [query[0]!, query[1]!, width];
  const [q, k, v] = [
    project(query, projections.query),
    project(values, projections.key),
    project(values, projections.value),
  ];
  const output = project(attended, projections.output);
  const split = (x: tf.Tensor): tf.Tensor => {
    const [batch, steps] = x.shape as [number, number];
    return tf.transpose(tf.reshape(x, [batch, steps, layer.heads, -1]), [0, 2, 1, 3]);
  };
  return (x, value) => {
    const weights = tf.softmax(tf.matMul(split(q(x)), split(k(value)), false, true));
    const heads = tf.matMul(weights, split(v(value)));
    return output(tf.reshape(tf.transpose(heads, [0, 2, 1, 3]), attended));
  };
};
