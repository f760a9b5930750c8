// Trains the network on the first 1,437 digits and writes weights.safetensors. Deterministic: the same bytes each time.
import { writeFileSync } from 'node:fs';
import { augmentedBatch, shuffle, uniformGenerator } from './augment.js';
import { accuracy, folder, loadDigits } from './data.js';
import { fit } from './fit.js';
import { loadNetwork, predict } from './reference.js';

const seed = 0;
const epochs = 30;
const batchSize = 32;

const { train, test } = loadDigits();
const uniform = uniformGenerator(seed);
const order = Array.from({ length: train.count }, (_, row) => row);

const file = await fit(seed, epochs, () => {
  shuffle(order, uniform);
  return Array.from({ length: Math.ceil(train.count / batchSize) }, (_, step) =>
    augmentedBatch(train, order.slice(step * batchSize, (step + 1) * batchSize), uniform),
  );
});
writeFileSync(new URL('weights.safetensors', folder), file);
console.log(`weights.safetensors  ${file.length} bytes`);
const network = loadNetwork();
for (const [title, digits] of Object.entries({ train, test })) {
  const share = accuracy(predict(network, digits), digits.labels);
  console.log(`${title.padEnd(5)} accuracy ${(share * 100).toFixed(2)} % of ${digits.count}`);
}
