import test from 'ava';
import { build, input, normalization, sequential } from '../compiler/index.js';

const x = Float32Array.of(1, 1 + 2 ** -20, 3);

test('features that never varied are divided by the least deviation', async (t) => {
  const net = await build(sequential([input([1, 3]), normalization({ mean: 1, variance: 0 })]));
  const [none, little, much] = net.forward({ x }).y.data;
  t.is(none, 0);
  t.true(Math.abs(little! / (2 ** -20 / 1e-7) - 1) < 1e-6);
  t.true(Math.abs(much! / (2 / 1e-7) - 1) < 1e-6);
});

test('and multiplied by it the other way', async (t) => {
  const net = await build(sequential([input([1, 3]), normalization({ mean: 1, variance: 0, invert: true })]));
  t.deepEqual(
    [...net.forward({ x }).y.data],
    [...x].map((value) => Math.fround(1 + Math.fround(value * Math.fround(1e-7)))),
  );
});
