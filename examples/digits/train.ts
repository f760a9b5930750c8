// Trains the network on the first 1,437 digits and writes weights.safetensors. Deterministic: the same bytes each time.
import { writeFileSync } from 'node:fs';
import * as core from '@tensorflow/tfjs-core';
import { writeSafetensors, type StoredTensor } from '../../compiler/import/safetensors.js';
import { augmentedBatch, shuffle, uniformGenerator } from './augment.js';
import { accuracy, folder, loadDigits } from './data.js';
import { createNetwork, dropoutRate, namedWeights } from './network.js';
import { loadNetwork, predict, selectBackend } from './reference.js';

const seed = 0;
const epochs = 30;
const batchSize = 32;
const peakLearningRate = 0.04;

type Weights = Readonly<Record<string, core.Variable>>;

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

await selectBackend('wasm');
const { train, test } = loadDigits();
const uniform = uniformGenerator(seed);
const weights: Weights = Object.fromEntries(
  namedWeights(createNetwork(seed)).map(({ name, variable }) => [name, core.variable(variable.read(), true, name)]),
);
const optimizer = core.train.momentum(peakLearningRate, 0.9);

const order = Array.from({ length: train.count }, (_, row) => row);
const stepsPerEpoch = Math.ceil(train.count / batchSize);
for (let epoch = 0; epoch < epochs; epoch++) {
  const start = performance.now();
  shuffle(order, uniform);
  let loss = 0;
  for (let step = 0; step < stepsPerEpoch; step++) {
    const progress = (epoch + step / stepsPerEpoch) / epochs;
    optimizer.setLearningRate((peakLearningRate * (1 + Math.cos(Math.PI * progress))) / 2);
    const rows = order.slice(step * batchSize, (step + 1) * batchSize);
    const batch = augmentedBatch(train, rows, uniform);
    core.tidy(() => {
      const images = core.tensor4d(batch.images, [rows.length, 8, 8, 1]);
      const labels = core.oneHot(batch.labels, 10);
      const cost = optimizer.minimize(
        () => core.losses.softmaxCrossEntropy(labels, logits(weights, images, epoch * stepsPerEpoch + step)),
        true,
      );
      loss += cost!.dataSync()[0]! / stepsPerEpoch;
    });
  }
  const seconds = (performance.now() - start) / 1000;
  console.log(`epoch ${String(epoch + 1).padStart(2)} of ${epochs}  loss ${loss.toFixed(4)}  ${seconds.toFixed(1)} s`);
}

const tensors = Object.entries(weights).map(([name, variable]): [string, StoredTensor] => {
  return [name, { dtype: 'float32', shape: variable.shape, data: variable.dataSync<'float32'>().slice() }];
});
const file = writeSafetensors(Object.fromEntries(tensors));
writeFileSync(new URL('weights.safetensors', folder), file);
console.log(`weights.safetensors  ${file.length} bytes`);
const network = loadNetwork();
for (const [title, digits] of Object.entries({ train, test })) {
  const share = accuracy(predict(network, digits), digits.labels);
  console.log(`${title.padEnd(5)} accuracy ${(share * 100).toFixed(2)} % of ${digits.count}`);
}
