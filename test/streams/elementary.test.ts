import test from 'ava';
import { customCos, customExp, customLog, customPow, customSin } from '../../compiler/streams/elementary.js';
import { kernels, relaxed } from '../random/kernels.js';
import { golden, hex, parseFloats, ulps } from './fixtures.js';

const { fround } = Math;
const mirrors = { customLog, customExp, customSin, customCos, customPow };
type Name = keyof typeof mirrors;

const libraries = [kernels, ...(relaxed ? [relaxed.kernels] : [])];

/** The value of a function by its mirror, which every library gives too. */
function value(name: Name, x: number, y: number): number {
  const result = mirrors[name](x, y);
  for (const library of libraries) {
    const other = library[name](x, y);
    if (!Object.is(other, result)) throw new Error(`${name}(${x}, ${y}): ${other}, not ${result}`);
  }
  return result;
}

/** Floats of every exponent and sign, the same ones in every run. */
function floatsOf(count: number, first: number): Float32Array {
  const words = Uint32Array.from({ length: count }, (_, i) => Math.imul(i + first, 0x9e3779b1));
  return new Float32Array(words.buffer).map((x) => (Number.isFinite(x) ? x : 1));
}

const arguments1 = [...floatsOf(20000, 1), ...Array.from({ length: 8000 }, (_, i) => fround((i - 4000) * 0.0257))];

const functions: [name: Name, exact: (x: number) => number, accepts: (x: number) => boolean][] = [
  ['customLog', Math.log, (x) => x > 0],
  ['customExp', Math.exp, () => true],
  ['customSin', Math.sin, () => true],
  ['customCos', Math.cos, () => true],
];

for (const [name, exact, accepts] of functions) {
  test(`${name} is the exact value rounded once`, (t) => {
    const given = arguments1.filter(accepts);
    const inexact = given.filter((x) => {
      const rounded = fround(exact(x));
      const result = value(name, x, 0);
      t.true(ulps(result, rounded) <= 1 && Math.sign(result) === Math.sign(rounded), `${x}: ${result}, not ${rounded}`);
      return result !== rounded;
    });
    t.true(inexact.length <= 1, `${inexact.length} of ${given.length}`);
  });
}

test('customPow is the exact value rounded once', (t) => {
  const bases = [...floatsOf(10000, 1), ...Array.from({ length: 4000 }, (_, i) => fround(0.01 * (i - 2000)))];
  const exponents = [...floatsOf(10000, 77777), ...Array.from({ length: 4000 }, (_, i) => ((i * 37) % 81) / 2 - 20)];
  let inexact = 0;
  bases.forEach((x, i) => {
    for (const y of [exponents[i]!, fround((i % 2001) / 100 - 10), (i % 23) - 11]) {
      const rounded = fround(x === 1 ? 1 : x ** y);
      const result = value('customPow', x, y);
      if (Object.is(result, rounded)) continue;
      inexact++;
      t.true(ulps(result, rounded) <= 1, `${x}, ${y}: ${result}, not ${rounded}`);
    }
  });
  t.true(inexact <= 3, `${inexact}`);
});

const inf = Infinity;
const special: [name: Name, x: number, result: number][] = [
  ['customLog', 1, 0],
  ['customLog', 0, -inf],
  ['customLog', -0, -inf],
  ['customLog', -1, NaN],
  ['customLog', -inf, NaN],
  ['customLog', inf, inf],
  ['customLog', NaN, NaN],
  ['customExp', 0, 1],
  ['customExp', -0, 1],
  ['customExp', 89, inf],
  ['customExp', inf, inf],
  ['customExp', -104, 0],
  ['customExp', -inf, 0],
  ['customExp', NaN, NaN],
  ['customSin', 0, 0],
  ['customSin', -0, -0],
  ['customSin', 2 ** -149, 2 ** -149],
  ['customSin', inf, NaN],
  ['customSin', NaN, NaN],
  ['customCos', -0, 1],
  ['customCos', -inf, NaN],
  ['customCos', NaN, NaN],
];

test('special values', (t) => {
  for (const [name, x, result] of special) t.is(value(name, x, 0), result, `${name}(${x})`);
});

const powers: [x: number, y: number, result: number][] = [
  [NaN, 0, 1],
  [NaN, -0, 1],
  [inf, 0, 1],
  [1, NaN, 1],
  [1, inf, 1],
  [1, -inf, 1],
  [NaN, 1, NaN],
  [2, NaN, NaN],
  [-1, inf, 1],
  [-1, -inf, 1],
  [-1, 3, -1],
  [-1, 16777216, 1],
  [-1, 16777215, -1],
  [-1, 0.5, NaN],
  [-2, 0.5, NaN],
  [-2, 3, -8],
  [-2, -2, 0.25],
  [-0.5, -inf, inf],
  [-0.5, inf, 0],
  [0.5, -inf, inf],
  [0.5, inf, 0],
  [-2, inf, inf],
  [-2, -inf, 0],
  [2, inf, inf],
  [2, -inf, 0],
  [0, -3, inf],
  [-0, -3, -inf],
  [0, -2, inf],
  [-0, -2, inf],
  [-0, -0.5, inf],
  [-0, -inf, inf],
  [0, 3, 0],
  [-0, 3, -0],
  [-0, 2, 0],
  [-0, 0.5, 0],
  [-0, inf, 0],
  [-inf, -3, -0],
  [-inf, -2, 0],
  [-inf, -0.5, 0],
  [-inf, 3, -inf],
  [-inf, 2, inf],
  [-inf, 0.5, inf],
  [-inf, inf, inf],
  [-inf, -inf, 0],
  [inf, -1, 0],
  [inf, 1, inf],
  [10, 38, fround(1e38)],
  [10, 39, inf],
  [-10, 39, -inf],
  [10, -46, 0],
  [-10, -47, -0],
  [2, -149, 2 ** -149],
];

test('special values of customPow are those of powf', (t) => {
  for (const [x, y, result] of powers) t.is(value('customPow', x, y), result, `${x}, ${y}`);
});

test('golden values of docs/random.md', (t) => {
  for (const [name, x, y, result] of golden.functions) {
    const full = `custom${name[0]!.toUpperCase()}${name.slice(1)}` as Name;
    t.is(hex(Float32Array.of(value(full, fround(x), fround(y ?? 0)))), result, `${name} ${x}`);
    t.is(parseFloats(result).length, 1);
  }
});
