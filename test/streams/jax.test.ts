import test from 'ava';
import {
  jaxBits,
  jaxNormal,
  jaxTruncatedNormal,
  jaxUniform,
  threefry2x32,
  type Pair,
} from '../../compiler/streams/jax.js';
import { orthogonalize } from '../../compiler/streams/orthogonal.js';
import { fill, floats, kernels, relaxed, type RandomKernels } from '../random/kernels.js';
import { golden, hex, knownAnswers, ulps } from './fixtures.js';

const known = knownAnswers('jax') as {
  threefry: { rows: [counter: string[], key: string[], words: string[]][] };
  partitionable: { bits: number[]; uniform: string[]; normal: string[]; glorotUniform: string[] };
  documented: { truncatedNormal: number[]; orthogonal: number[]; deltaOrthogonal: number[] };
};

const { fround } = Math;
const SEED = 0x0123456789abcdefn;

/** Elements of this seed whose words have the least and the greatest upper 23 bits. */
const LEAST = 214055;
const GREATEST = 2071207;

type Draw = readonly [distribution: string, ...numbers: number[]];

const draws: Draw[] = [
  ['bits'],
  ['uniform', 0, 1, 1],
  ['uniform', -1, 1, 0.3],
  ['uniform', 0.1, 0.7, 1],
  ['normal', 0, 1],
  ['normal', 0.3, 0.05],
  ['truncatedNormal', 0, 1, -2, 2],
  ['truncatedNormal', 1, 0.5, -Infinity, 0.25],
  ['truncatedNormal', 0, 1, -Infinity, Infinity],
  ['truncatedNormal', 0, 1, -0.5, Infinity],
  ['truncatedNormal', 0, 1, 1.5, 4],
];

/** Fills `count` elements from `first` on by the kernel. */
function draw(
  [distribution, a = 0, b = 0, c = 0, d = 0]: Draw,
  first: bigint,
  target: number,
  count: number,
  seed = SEED,
  library: RandomKernels = kernels,
): void {
  if (distribution === 'bits') library.fillJaxBits(target, count, first, seed);
  else if (distribution === 'uniform') library.fillJaxUniform(target, count, first, seed, a, b, c);
  else if (distribution === 'normal') library.fillJaxNormal(target, count, first, seed, a, b);
  else library.fillJaxTruncatedNormal(target, count, first, seed, a, b, c, d);
}

/** The bits of element `index` by the mirror. */
function expected([distribution, ...given]: Draw, index: number, seed = SEED): number {
  const word = jaxBits(seed, index);
  if (distribution === 'bits') return word;
  const [a = 0, b = 0, c = 0, d = 0] = given.map(fround);
  let value: number;
  if (distribution === 'uniform') value = c * jaxUniform(word, a, b);
  else if (distribution === 'normal') value = a + fround(b * jaxNormal(word));
  else value = a + fround(b * jaxTruncatedNormal(word, c, d));
  return new Uint32Array(Float32Array.of(value).buffer)[0]!;
}

const filled = (kind: Draw, first: number | bigint, count: number, seed = SEED): Uint32Array<ArrayBuffer> =>
  fill(count, (target) => draw(kind, BigInt(first), target, count, seed));

for (const [counter, key, words] of known.threefry.rows) {
  test(`threefry ${counter.join(' ')}`, (t) => {
    const pair = (given: string[]): Pair => [parseInt(given[0]!, 16), parseInt(given[1]!, 16)];
    const [x, y] = pair(words);
    t.deepEqual(threefry2x32(pair(counter), pair(key)), [x, y]);
    const index = BigInt(`0x${counter.join('')}`);
    t.is(filled(['bits'], index, 1, BigInt(`0x${key.join('')}`))[0], (x ^ y) >>> 0);
  });
}

test('jax.random and its glorot_uniform', (t) => {
  const { bits, uniform, normal, glorotUniform } = known.partitionable;
  t.deepEqual(Array.from(filled(['bits'], 0, bits.length, 42n)), bits);
  for (const [kind, values] of [
    [['uniform', 0, 1, 1], uniform],
    [['normal', 0, 1], normal],
    [['uniform', -1, 1, kernels.jaxVarianceScale(1, 2.5, 0)], glorotUniform],
  ] as const) {
    t.is(hex(Array.from(filled(kind, 0, values.length, 42n))), values.join(' '), kind.join(' '));
  }
});

test('variance scales', (t) => {
  for (const [scale, fan] of [
    [1, 2.5],
    [2, 300],
    [0.7, 9],
  ] as const) {
    const variance = fround(scale / fan);
    const std = fround(Math.sqrt(variance));
    const bound = fround(Math.sqrt(fround(3 * variance)));
    const expectedScales = [bound, fround(std / fround(0.87962566103423978)), std];
    t.deepEqual(
      [0, 1, 2].map((distribution) => kernels.jaxVarianceScale(scale, fan, distribution)),
      expectedScales,
    );
  }
});

/** The words of a tensor where jax_threefry_partitionable is off: both words of counter (i, half + i). */
function sequentialWords(seed: bigint, count: number): number[] {
  const half = Math.ceil(count / 2);
  const pairs = Array.from({ length: half }, (_, i) =>
    threefry2x32([i, half + i < count ? half + i : 0], [0, Number(seed)]),
  );
  return [0, 1].flatMap((member) => pairs.map((pair) => pair[member]!)).slice(0, count);
}

test('what JAX documents of its initializers', (t) => {
  const { truncatedNormal, orthogonal, deltaOrthogonal } = known.documented;
  sequentialWords(42n, 6).forEach((word, i) => {
    t.true(ulps(fround(5 * jaxTruncatedNormal(word, -2, 2)), truncatedNormal[i]!) <= 3);
  });
  for (const [rows, columns, values] of [
    [2, 3, orthogonal],
    [3, 3, deltaOrthogonal],
  ] as const) {
    const normals = Float32Array.from(sequentialWords(42n, rows * columns), jaxNormal);
    const matrix = orthogonalize(normals, rows, columns, 1);
    values.forEach((value, i) => t.true(Math.abs(matrix[i]! - value) < 1e-6, `${matrix[i]!}, not ${value}`));
  }
});

test('golden values of docs/random.md', (t) => {
  for (const { seed, draw: kind, at } of golden.jax) {
    for (const [first, values] of Object.entries(at)) {
      const count = values.split(' ').length;
      t.is(hex(Array.from(filled(kind, BigInt(first), count, BigInt(seed)))), values, kind.join(' '));
      t.is(hex(Array.from({ length: count }, (_, i) => expected(kind, Number(first) + i, BigInt(seed)))), values);
    }
  }
});

for (const kind of draws) {
  test(`${kind.join(' ')}: the kernel fills what the mirror gives, from any element on`, (t) => {
    for (const first of [0, 1, LEAST, GREATEST, 2 ** 32 - 5, 2 ** 40 + 3]) {
      for (const count of [0, 1, 2, 3, 4, 7, 8, 13]) {
        const words = Array.from(filled(kind, first, count));
        t.deepEqual(
          words,
          words.map((_, i) => expected(kind, first + i)),
          `${first} ${count}`,
        );
      }
    }
    const words = filled(kind, 5, 20000);
    t.is(
      words.findIndex((word, i) => word !== expected(kind, 5 + i)),
      -1,
    );
  });
}

(relaxed ? test : test.skip)('both targets give the same bits', (t) => {
  const { kernels: library, memory } = relaxed!;
  const [target, count] = [32768, 4100];
  for (const kind of draws) {
    draw(kind, 1n, target, count, SEED, library);
    t.deepEqual(new Uint32Array(memory.buffer, target, count), filled(kind, 1, count), kind.join(' '));
  }
});

test('a truncated normal element stays inside its bounds', (t) => {
  for (const [low, high] of [
    [-2, 2],
    [-0.25, 0.5],
    [1.5, 4],
    [-Infinity, -3],
    [0, 1],
  ] as const) {
    const values = floats(filled(['truncatedNormal', 0, 1, low, high], 0, 20000));
    t.true(
      values.every((value) => value > low && value < high),
      `${low} ${high}`,
    );
  }
  t.is(jaxBits(SEED, LEAST) >>> 9, 0);
  const [least] = floats(filled(['truncatedNormal', 0, 1, -Infinity, 1], LEAST, 1));
  t.is(least, fround(-3.4028234663852886e38));
});
