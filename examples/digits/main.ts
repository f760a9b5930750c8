/** Compiles the digits network, classifies the test digits with it, and compares every answer with tfjs. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { compile, summary } from '../../compiler/index.js';
import { readSafetensors } from '../../compiler/import/safetensors.js';
import { instantiate, type Model } from '../../runtime/index.js';
import { accuracy, folder, loadDigits, pixelsPerImage, type Digits } from './data.js';
import { drawDigits } from './draw.js';
import { referencePredictions } from './reference.js';

const SHOWN = 8;
const print = (text = ''): void => void process.stdout.write(`${text}\n`);
const bytes = (count: number): string => `${count.toLocaleString('en-US')} bytes`;

const classify = (net: Model, { images, count }: Digits): Float32Array =>
  net.forward({ image: { data: images, shape: [count, 8, 8, 1] } })['probabilities']!.data as Float32Array;

const best = (row: Float32Array): number => row.indexOf(Math.max(...row));

/** Median time of one image, in microseconds, over calls with a single row. */
function timeOneImage(net: Model, { images, count }: Digits): number {
  const rows = Array.from({ length: count }, (_, i) => images.slice(i * pixelsPerImage, (i + 1) * pixelsPerImage));
  const times: number[] = [];
  for (let round = 0; round < 15; round++) {
    const start = performance.now();
    for (const image of rows) net.forward({ image: { data: image, shape: [1, 8, 8, 1] } });
    times.push(((performance.now() - start) * 1000) / count);
  }
  return times.sort((a, b) => a - b)[times.length >> 1]!;
}

/** A short hash over all parameters, bit for bit. */
function hashOf(net: Model): string {
  const hash = createHash('sha256');
  for (const { name } of net.variables.list()) hash.update(new Uint8Array(net.variables.get(name).data.buffer));
  return hash.digest('hex').slice(0, 16);
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

const declaration = readFileSync(new URL('model.json', folder), 'utf8');
const tensors = readSafetensors(readFileSync(new URL('weights.safetensors', folder)));
const { test } = loadDigits();

await compile(declaration, { tensors });
const start = performance.now();
const { binary } = await compile(declaration, { tensors });
const compileTime = performance.now() - start;
const net = await instantiate(binary);

print(summary(declaration, { tensors }));
print(
  `\nmodule     ${bytes(binary.length)}, ${bytes(gzipSync(binary).length)} gzip, compiled in ${compileTime.toFixed(0)} ms`,
);

const probabilities = classify(net, test);
print(`accuracy   ${percent(accuracy(probabilities, test.labels))} of ${test.count} digits it has never seen`);
print(`speed      ${timeOneImage(net, test).toFixed(1)} µs an image\n`);

const digits = Array.from({ length: SHOWN }, (_, row) => {
  const scores = probabilities.subarray(row * 10, row * 10 + 10);
  const digit = best(scores);
  const pixels = test.images.subarray(row * pixelsPerImage, (row + 1) * pixelsPerImage);
  return { pixels, digit, confidence: scores[digit]!, label: test.labels[row]! };
});
print(drawDigits(digits, { color: process.stdout.isTTY, columns: process.stdout.columns || 100 }));

const reference = await referencePredictions(test, 'wasm');
let largest = 0;
let agreeing = 0;
for (let row = 0; row < test.count; row++) {
  const [ours, theirs] = [probabilities, reference].map((all) => all.subarray(row * 10, row * 10 + 10)) as [
    Float32Array,
    Float32Array,
  ];
  if (best(ours) === best(theirs)) agreeing++;
  ours.forEach((value, i) => (largest = Math.max(largest, Math.abs(value - theirs[i]!))));
}
print(`tfjs       agrees on ${agreeing} of ${test.count} rows, largest difference ${largest.toExponential(1)}`);

const fresh = await compile(withoutValues(declaration), { seed: 7 });
const twins = [await instantiate(fresh.binary), await instantiate(fresh.binary)];
for (const twin of twins) {
  const untrained = accuracy(classify(twin, test), test.labels);
  print(`seed 7     ${percent(untrained)}, parameters ${hashOf(twin)}, module ${bytes(fresh.binary.length)}`);
}
if (agreeing < test.count || hashOf(twins[0]!) !== hashOf(twins[1]!)) process.exitCode = 1;

/** The same graph with its initializers in the place of the trained values. */
function withoutValues(text: string): string {
  return JSON.stringify(JSON.parse(text), (_, value: unknown) =>
    typeof value === 'object' && value !== null && 'tensor' in value ? undefined : value,
  );
}
