import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { fileURLToPath } from 'node:url';
import type { Network, NetworkLayer } from '../network.js';
import { restore, root, store, versionIn, type Side } from './side.js';

const MODEL = 'model';
const backend = new URL('node_modules/@tensorflow/tfjs-backend-wasm/', root);

type Compute = (x: tf.Tensor) => tf.Tensor;
type Pair = [number, number];
type Fused = 'linear' | 'relu' | 'sigmoid';
type Rule = (layer: NetworkLayer, weight: (slot: string) => tf.Tensor) => Compute;

/** The fused operations of the backend and, where there is none, the operations one by one. */
const rules: Readonly<Record<string, Rule>> = {
  dense(layer, weight) {
    const [b, bias] = [weight('weight') as tf.Tensor2D, weight('bias')];
    return activated(layer, (x, activation) => tf.fused.matMul({ a: x, b, bias, activation }));
  },
  conv1d(layer, weight) {
    const [filter, bias] = [tf.expandDims<tf.Tensor4D>(weight('weight'), 0), weight('bias')];
    const options = { filter, bias, strides: [1, layer.strides[0]!] as Pair, pad: paddingOf(layer) };
    return activated(layer, (x, activation) =>
      tf.squeeze(tf.fused.conv2d({ x: tf.expandDims<tf.Tensor4D>(x, 1), ...options, activation }), [1]),
    );
  },
  conv2d(layer, weight) {
    const [filter, bias] = [weight('weight') as tf.Tensor4D, weight('bias')];
    const options = { filter, bias, strides: layer.strides as Pair, pad: paddingOf(layer) };
    return activated(layer, (x, activation) => tf.fused.conv2d({ x: x as tf.Tensor4D, ...options, activation }));
  },
  maxPooling1d(layer) {
    const { size, step } = windowOf(layer);
    const pad = paddingOf(layer);
    return (x) => tf.squeeze(tf.maxPool(tf.expandDims<tf.Tensor4D>(x, 1), [1, size[0]], [1, step[0]], pad), [1]);
  },
  maxPooling2d(layer) {
    const { size, step } = windowOf(layer);
    const pad = paddingOf(layer);
    return (x) => tf.maxPool(x as tf.Tensor4D, size, step, pad);
  },
  flatten: () => (x) => tf.reshape(x, [x.shape[0], -1]),
};

/** Of pooling; it moves by its own size unless it has strides. */
function windowOf({ poolSize, strides = poolSize }: Partial<NetworkLayer>) {
  return { size: poolSize as Pair, step: strides as Pair };
}

function paddingOf({ name, padding }: NetworkLayer): 'valid' | 'same' {
  if (padding !== 'valid' && padding !== 'same') throw new Error(`${name}: padding '${padding}' is not translated`);
  return padding;
}

/** `compute` with the layer's activation inside it or, where the backend does not fuse it, after it. */
function activated({ name, activation }: NetworkLayer, compute: (x: tf.Tensor, fused: Fused) => tf.Tensor): Compute {
  const { kind } = activation;
  if (kind === 'linear' || kind === 'relu' || kind === 'sigmoid') return (x) => compute(x, kind);
  if (kind === 'softmax') return (x) => tf.softmax(compute(x, 'linear'));
  if (kind === 'tanh') return (x) => tf.tanh(compute(x, 'linear'));
  throw new Error(`${name}: activation '${kind}' is not translated to tfjs`);
}

function translate({ layers, weights, output }: Network): (inputs: Record<string, tf.Tensor>) => tf.Tensor {
  const steps = layers.map((layer) => {
    const rule = rules[layer.kind];
    if (rule === undefined) throw new Error(`${layer.name}: kind '${layer.kind}' is not translated to tfjs`);
    const weight = (slot: string): tf.Tensor => {
      const { data, shape } = weights[`${layer.name}.${slot}`]!;
      return tf.tensor(data, [...shape]);
    };
    return { name: layer.name, from: layer.from[0]!, compute: rule(layer, weight) };
  });
  return (inputs) => {
    const values = { ...inputs };
    for (const { name, from, compute } of steps) values[name] = compute(values[from]!);
    return values[output]!;
  };
}

export const tfjs: Side = {
  title: 'tfjs-wasm',
  version: () => versionIn(backend),
  prepare: ({ network }, folder) => store(new URL(MODEL, folder), network),
  async load(folder) {
    setWasmPaths(fileURLToPath(new URL('dist/', backend)));
    setThreadsCount(1);
    await tf.setBackend('wasm');
    const network = restore(new URL(MODEL, folder)) as Network;
    const inputs = Object.entries(network.inputs).map(([name, { data, shape }]) => ({ name, data, shape: [...shape] }));
    const compute = translate(network);
    return () => {
      const y = tf.tidy(() =>
        compute(Object.fromEntries(inputs.map(({ name, data, shape }) => [name, tf.tensor(data, shape)]))),
      );
      const result = y.dataSync();
      y.dispose();
      return result as Float32Array;
    };
  },
  shipped: () => ({
    entry: `export { setBackend, tensor, tidy, fused, expandDims, squeeze, reshape, maxPool, softmax, tanh } from '@tensorflow/tfjs-core';
      export { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';`,
    folder: root,
    binaries: [new URL('dist/tfjs-backend-wasm-simd.wasm', backend)],
  }),
};
