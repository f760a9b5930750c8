import * as tf from '@tensorflow/tfjs-core';
import { volume, type Network, type NetworkLayer, type Values } from '../network.js';

export type Compute = (x: tf.Tensor, other: tf.Tensor) => tf.Tensor;

/** What a rule reads of the network besides the layer. */
export interface Source {
  readonly network: Network;
  /** A variable of the layer. */
  readonly weight: (slot: string) => tf.Tensor;
  /** Of what goes in. */
  readonly shapes: readonly (readonly number[])[];
}

export type Rule = (layer: NetworkLayer, source: Source) => Compute;

export const tensorOf = ({ data, shape }: Values): tf.Tensor => tf.tensor(data, [...shape]);

type Fused = 'linear' | 'relu' | 'relu6' | 'sigmoid';

const isFused = (kind: string): kind is Fused => ['linear', 'relu', 'relu6', 'sigmoid'].includes(kind);

/** `compute` with the layer's activation inside it or, where the backend does not fuse it, after it. */
export function activated(
  { name, activation: { kind } }: NetworkLayer,
  compute: (x: tf.Tensor, activation: Fused) => tf.Tensor,
): Compute {
  if (isFused(kind)) return (x) => compute(x, kind);
  const after = activations[kind];
  if (after === undefined) throw new Error(`${name}: activation '${kind}' is not translated to tfjs`);
  return (x) => after(compute(x, 'linear'));
}

const activations: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
  softmax: (x) => tf.softmax(x),
  tanh: (x) => tf.tanh(x),
  gelu: (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
};

/** x [..., in] · b [in, out] + bias [out] by the fused product of matrices; `shape` is that of x. */
export function product(
  shape: readonly number[],
  weights: { readonly b: tf.Tensor; readonly bias: tf.Tensor },
): (x: tf.Tensor, activation: Fused) => tf.Tensor {
  const { b, bias } = weights as { b: tf.Tensor2D; bias: tf.Tensor };
  if (shape.length === 2) return (a, activation) => tf.fused.matMul({ a, b, bias, activation });
  const rows: [number, number] = [volume(shape.slice(0, -1)), shape.at(-1)!];
  const back = [...shape.slice(0, -1), b.shape[1]];
  return (x, activation) => tf.reshape(tf.fused.matMul({ a: tf.reshape(x, rows), b, bias, activation }), back);
}
