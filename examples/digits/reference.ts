import { readFileSync } from 'node:fs';
import * as core from '@tensorflow/tfjs-core';
import type { Sequential } from '@tensorflow/tfjs-layers';
import { readSafetensors } from '../../compiler/import/safetensors.js';
import { folder, type Digits } from './data.js';
import { createNetwork, namedWeights } from './network.js';

export type Backend = 'cpu' | 'wasm';

/** The trained network as tfjs runs it on `backend`: the probabilities, (count, 10) row by row. */
export async function referencePredictions(digits: Digits, backend: Backend): Promise<Float32Array> {
  await selectBackend(backend);
  const network = loadNetwork();
  const probabilities = predict(network, digits);
  network.dispose();
  return probabilities;
}

/** Loads tfjs's backend and makes it the current one. */
export async function selectBackend(backend: Backend): Promise<void> {
  await (backend === 'cpu' ? import('@tensorflow/tfjs-backend-cpu') : import('@tensorflow/tfjs-backend-wasm'));
  if (!(await core.setBackend(backend))) throw new Error(`${backend}: the tfjs backend does not start`);
}

/** The tfjs network with the values of weights.safetensors; needs a backend. */
export function loadNetwork(): Sequential {
  const tensors = readSafetensors(readFileSync(new URL('weights.safetensors', folder)));
  const network = createNetwork(0);
  for (const { name, variable } of namedWeights(network)) {
    const stored = tensors[name];
    if (stored?.dtype !== 'float32') throw new Error(`${name}: weights.safetensors has no float32 tensor of this name`);
    core.tidy(() => void variable.write(core.tensor(stored.data, [...stored.shape])));
  }
  return network;
}

/** The network's probabilities for all digits, (count, 10) row by row. */
export function predict(network: Sequential, digits: Digits): Float32Array {
  return core.tidy(() => {
    const images = core.tensor4d(digits.images, [digits.count, 8, 8, 1]);
    return (network.predict(images) as core.Tensor).dataSync<'float32'>().slice();
  });
}
