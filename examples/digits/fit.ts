import * as core from '@tensorflow/tfjs-core';
import { writeSafetensors, type StoredTensor } from '../../compiler/import/safetensors.js';
import { createNetwork, dropoutRate, namedWeights } from './network.js';
import { selectBackend } from './reference.js';

const peakLearningRate = 0.04;

type Weights = Readonly<Record<string, core.Variable>>;

/** Images in 0…1, (count, 8, 8, 1), and as many labels. */
export interface Batch {
  readonly images: Float32Array;
  readonly labels: Int32Array;
}

/**
 * The network up to the logits, (batch, 10), in operations whose gradients the wasm backend has; for convolution and
 * max pooling only the cpu backend has them, 30 times slower.
 */
function logits(weights: Weights, images: core.Tensor4D, dropoutSeed: number): core.Tensor2D {
  const first = core.relu(convolutionSame(images, weights, 'conv2d_1'));
  const second = core.relu(convolutionSame(first, weights, 'conv2d_2'));
  const pooled = core.max(core.reshape(second, [-1, 4, 2, 4, 2, 32]), [2, 4]);
  const kept = core.dropout(core.reshape(pooled, [-1, 512]), dropoutRate, undefined, dropoutSeed) as core.Tensor2D;
  return core.add(core.matMul(kept, weights['dense_1.weight']!), weights['dense_1.bias']!);
}

/** A 3×3 convolution with padding 'same', as one matrix product of the patches, (batch · rows · columns, 9 · channels). */
function convolutionSame(x: core.Tensor4D, weights: Weights, layer: string): core.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const padded = core.pad(x, [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ]);
  const taps = Array.from({ length: 9 }, (_, tap) =>
    core.slice(padded, [0, Math.floor(tap / 3), tap % 3, 0], [batch, height, width, channels]),
  );
  const patches = core.reshape(core.concat(taps, 3), [-1, 9 * channels]);
  const weight = weights[`${layer}.weight`]!;
  const filters = weight.shape[3]!;
  const product = core.matMul(patches, core.reshape<core.Rank.R2>(weight, [9 * channels, filters]));
  return core.reshape(core.add(product, weights[`${layer}.bias`]!), [batch, height, width, filters]);
}

/**
 * Trains the network with momentum under a learning rate that falls as a cosine. Deterministic, if `epoch` is.
 *
 * @param epochs how many · @param epoch the batches of one, as many each time
 * @returns a safetensors file
 */
export async function fit(seed: number, epochs: number, epoch: () => readonly Batch[]): Promise<Uint8Array> {
  await selectBackend('wasm');
  const weights: Weights = Object.fromEntries(
    namedWeights(createNetwork(seed)).map(({ name, variable }) => [name, core.variable(variable.read(), true, name)]),
  );
  const optimizer = core.train.momentum(peakLearningRate, 0.9);
  let step = 0;
  for (let done = 0; done < epochs; done++) {
    const start = performance.now();
    let loss = 0;
    const batches = epoch();
    for (const [i, batch] of batches.entries()) {
      const progress = (done + i / batches.length) / epochs;
      optimizer.setLearningRate((peakLearningRate * (1 + Math.cos(Math.PI * progress))) / 2);
      loss += descend(optimizer, weights, batch, step++) / batches.length;
    }
    const seconds = (performance.now() - start) / 1000;
    console.log(`epoch ${String(done + 1).padStart(2)} of ${epochs}  loss ${loss.toFixed(4)}  ${seconds.toFixed(1)} s`);
  }
  const tensors = Object.entries(weights).map(([name, variable]): [string, StoredTensor] => {
    return [name, { dtype: 'float32', shape: variable.shape, data: variable.dataSync<'float32'>().slice() }];
  });
  return writeSafetensors(Object.fromEntries(tensors));
}

/** One step; the loss before it. */
function descend(optimizer: core.Optimizer, weights: Weights, batch: Batch, dropoutSeed: number): number {
  return core.tidy(() => {
    const images = core.tensor4d(batch.images, [batch.labels.length, 8, 8, 1]);
    const labels = core.oneHot(batch.labels, 10);
    const cost = optimizer.minimize(
      () => core.losses.softmaxCrossEntropy(labels, logits(weights, images, dropoutSeed)),
      true,
    );
    return cost!.dataSync()[0]!;
  });
}
