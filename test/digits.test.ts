import { readFileSync } from 'node:fs';
import test from 'ava';
import { readSafetensors } from '../compiler/import/safetensors.js';
import { accuracy, folder, loadDigits } from '../examples/digits/data.js';
import { drawDigits } from '../examples/digits/draw.js';
import { referencePredictions } from '../examples/digits/reference.js';

const file = (name: string) => readFileSync(new URL(name, folder));

test('the data splits into 1,437 and 360 rows of 64 values in 0…1', (t) => {
  const { train, test } = loadDigits();
  t.deepEqual([train.count, train.labels.length, train.images.length], [1437, 1437, 1437 * 64]);
  t.deepEqual([test.count, test.labels.length, test.images.length], [360, 360, 360 * 64]);
  t.deepEqual([...train.images.subarray(0, 6)], [0, 0, 5 / 16, 13 / 16, 9 / 16, 1 / 16]);
  t.deepEqual([train.labels[0], train.labels[1], test.labels[359]], [0, 1, 8]);
  t.true(test.images.every((value) => 0 <= value && value <= 1));
});

test('the trained network recognizes more than 98 % of the test digits', async (t) => {
  const digits = loadDigits().test;
  t.true(accuracy(await referencePredictions(digits, 'wasm'), digits.labels) > 0.98);
});

test('model.json takes every tensor of weights.safetensors, each for the parameter of its name', (t) => {
  const { layers } = JSON.parse(file('model.json').toString()) as { layers: Record<string, unknown>[] };
  const slots = layers.flatMap((layer) =>
    ['weight', 'bias'].filter((slot) => slot in layer).map((slot) => [`${String(layer['name'])}.${slot}`, layer[slot]]),
  );
  const names = Object.keys(readSafetensors(file('weights.safetensors')));
  t.deepEqual(
    slots.sort(),
    names.map((name) => [name, { tensor: name }]),
  );
});

const ramp = Float32Array.from({ length: 64 }, (_, i) => (i % 8) / 7);
const cross = Float32Array.from({ length: 64 }, (_, i) => (i % 9 === 0 || i % 7 === 0 ? 1 : 0));

test('digits are drawn by shades, side by side as far as the width goes', (t) => {
  const digits = [
    { pixels: ramp, digit: 7, confidence: 0.954, label: 7 },
    { pixels: cross, digit: 1, confidence: 1, label: 8 },
    { pixels: cross, digit: 8, confidence: 0.5 },
  ];
  t.snapshot(drawDigits(digits, { color: false, columns: 35 }));
});

test('digits are drawn in grey half blocks, two rows of pixels to a line', (t) => {
  const drawn = drawDigits([{ pixels: ramp, digit: 7, confidence: 0.954 }], { color: true, columns: 80 });
  const line = [232, 235, 238, 242, 245, 249, 252, 255].map((grey) => `\x1b[38;5;${grey};48;5;${grey}m▀`).join('');
  t.is(drawn, `${`${line}\x1b[0m\n`.repeat(4)}7   95 %\n`);
});
