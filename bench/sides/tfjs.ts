import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { fileURLToPath } from 'node:url';
import type { Network } from '../network.js';
import { translate } from '../tfjs/translate.js';
import { restore, root, store, versionIn, type Side } from './side.js';

const MODEL = 'model';
const backend = new URL('node_modules/@tensorflow/tfjs-backend-wasm/', root);

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
    const compute = await translate(network);
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
    entry: `export { setBackend, tensor, tidy, fused, expandDims, squeeze, reshape, transpose, maxPool, matMul,
        softmax, tanh, relu, erf, add, sub, mul, mean, squaredDifference, rsqrt, scalar } from '@tensorflow/tfjs-core';
      export { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';`,
    folder: root,
    binaries: [new URL('dist/tfjs-backend-wasm-simd.wasm', backend)],
  }),
};
