import test from 'ava';
import { readFileSync } from 'node:fs';
import {
  bits,
  deriveKey,
  fnv1a64,
  normalCumulative,
  normalQuantile,
  philox,
  varianceScale,
  type VarianceScalingDistribution,
  type Words,
} from '../compiler/random.js';
import { draw, expected, type Draw } from './random/draws.js';
import { fill, floats, kernels, relaxed } from './random/kernels.js';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
const parse = (word: string): number => parseInt(word, 16);
const wordsToKey = ([low, high]: readonly string[]): bigint => BigInt(`0x${high!}${low!}`);

const known = JSON.parse(read('test/fixtures/rng/philox4x32.json')) as {
  vectors: { rows: [counter: string[], key: string[], words: string[]][] };
  streams: { key: string[]; firstCounter: number; words: string }[];
  last: { key: string[]; index: number; word: string };
};

const golden = JSON.parse(/```json\n([^]*?)```/.exec(read('docs/random.md'))![1]!) as {
  hashes: Record<string, string>;
  keys: Record<string, string>;
  elements: { seed: number; draw: Draw; at: Record<string, string> }[];
  varianceScales: [scale: number, fan: number, distribution: VarianceScalingDistribution, value: string][];
};

const hash = fnv1a64('dense_1.weight');
const key = deriveKey(0n, hash);

const distributions: [title: string, draw: Draw][] = [
  ['bits', ['bits']],
  ['bits of a retry and a stream', ['bits', 3, 0xffffffff]],
  ['uniform', ['uniform', -0.05, 0.05]],
  ['uniform on one point', ['uniform', 2, 2]],
  ['uniform below zero', ['uniform', -3, 0]],
  ['normal', ['normal', 0.3, 0.05]],
  ['normal of no deviation', ['normal', 1, 0]],
  ['truncated normal', ['truncatedNormal', 0, 0.05, -0.1, 0.1]],
  ['truncated normal without bounds', ['truncatedNormal', 1, 2, -Infinity, Infinity]],
  ['upper tail', ['truncatedNormal', 0, 1, 3, Infinity]],
  ['lower tail', ['truncatedNormal', 0, 1, -9, -2.5]],
  ['beyond the range of Φ', ['truncatedNormal', 0, 1, 40, 50]],
];

for (const [counter, philoxKey, words] of known.vectors.rows) {
  test(`philox ${counter.join(' ')}`, (t) => {
    const [k0, k1] = philoxKey.map(parse);
    t.deepEqual(philox(counter.map(parse) as unknown as Words, [k0!, k1!]).map(hex), words);
  });
}

for (const { key: streamKey, firstCounter, words } of known.streams) {
  test(`stream of key ${streamKey.join(' ')}`, (t) => {
    const count = words.split(' ').length;
    const first = 4 * firstCounter;
    const filled = fill(count, (target) => draw(['bits'], wordsToKey(streamKey), first, target, count));
    t.is(Array.from(filled, hex).join(' '), words);
  });
}

test('the 10000th value of the standard', (t) => {
  const { key: streamKey, index, word } = known.last;
  t.is(hex(bits(wordsToKey(streamKey), index)), word);
});

test('golden values of docs/random.md', (t) => {
  for (const [text, value] of Object.entries(golden.hashes)) t.is(fnv1a64(text).toString(16).padStart(16, '0'), value);
  for (const [seed, value] of Object.entries(golden.keys)) {
    const [s, h] = [BigInt(seed), hash].map((wide) => [Number(wide & 0xffffffffn), Number(wide >> 32n)] as const);
    t.is(deriveKey(BigInt(seed), hash).toString(16).padStart(16, '0'), value);
    t.is(BigInt.asUintN(64, kernels.deriveKey(...s!, ...h!)), BigInt(`0x${value}`));
  }
  for (const { seed, draw: kind, at } of golden.elements) {
    const elementKey = deriveKey(BigInt(seed), hash);
    for (const [first, values] of Object.entries(at)) {
      const words = values.split(' ');
      t.deepEqual(
        words,
        words.map((_, i) => hex(expected(kind, elementKey, Number(first) + i))),
        kind.join(' '),
      );
      const filled = fill(words.length, (target) => draw(kind, elementKey, Number(first), target, words.length));
      t.deepEqual(Array.from(filled, hex), words, kind.join(' '));
    }
  }
  for (const [scale, fan, distribution, value] of golden.varianceScales) {
    const code = ['uniform', 'truncatedNormal', 'untruncatedNormal'].indexOf(distribution);
    const results = [varianceScale(scale, fan, distribution), kernels.varianceScale(scale, fan, code)];
    for (const result of results) t.is(hex(new Uint32Array(Float32Array.of(result).buffer)[0]!), value);
  }
});

for (const [title, kind] of distributions) {
  test(`${title}: the kernel fills what the mirror gives, from any element on`, (t) => {
    for (const first of [0, 1, 2, 3, 30, 2 ** 34 - 21, 2 ** 36 + 2]) {
      for (const count of [0, 1, 2, 3, 5, 8, 31, 36, 101]) {
        const filled = fill(count, (target) => draw(kind, key, first, target, count));
        for (let i = 0; i < count; i++) {
          if (filled[i] !== expected(kind, key, first + i)) return t.fail(`element ${first + i} of ${count}`);
        }
      }
    }
    t.pass();
  });

  test(`${title}: pieces give the whole`, (t) => {
    const count = 9001;
    const whole = fill(count, (target) => draw(kind, key, 7, target, count));
    const pieces = fill(count, (target) => {
      for (const [begin, end] of [
        [0, 4098],
        [4098, 4099],
        [4099, count],
      ] as const) {
        draw(kind, key, 7 + begin, target + 4 * begin, end - begin);
      }
    });
    t.deepEqual(pieces, whole);
    for (let i = 0; i < count; i += 97) t.is(whole[i], expected(kind, key, 7 + i));
  });
}

(relaxed ? test : test.skip)('both targets give the same bits', (t) => {
  const { kernels: library, memory } = relaxed!;
  const [target, count] = [32768, 4100];
  for (const [title, kind] of distributions) {
    draw(kind, key, 1, target, count, library);
    const words = new Uint32Array(memory.buffer, target, count);
    t.deepEqual(
      words,
      fill(count, (address) => draw(kind, key, 1, address, count)),
      title,
    );
  }
});

test('a uniform element never reaches the upper bound', (t) => {
  const largest = 1186392;
  t.is(bits(key, largest) >>> 8, 0xffffff);
  for (const [low, high, top] of [
    [1, 2, 2 - 2 ** -23],
    [5, 10, 10 - 2 ** -20],
    [-1, 0, -(2 ** -24)],
  ] as const) {
    const kind: Draw = ['uniform', low, high];
    const [value] = floats(fill(1, (target) => draw(kind, key, largest, target, 1)));
    t.is(value, top);
    t.is(floats(Uint32Array.of(expected(kind, key, largest)))[0], top);
  }
});

test('no uniform element of ten million reaches the upper bound', (t) => {
  for (const [low, high] of [
    [1, 2],
    [5, 10],
  ] as const) {
    const values = floats(fill(1e7, (target) => kernels.fillUniform(target, 1e7, 0n, key, low, high)));
    let [least, greatest] = [Infinity, -Infinity];
    for (const value of values) {
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
    t.true(least >= low && greatest < high, `${least} to ${greatest}`);
    t.true(least < low + 1e-5 && greatest > high - 1e-5, `${least} to ${greatest}`);
  }
});

const elementwise: [title: string, fillElements: (target: number, count: number, first: bigint) => void][] = [
  ['uniform', (target, count, first) => kernels.fillUniform(target, count, first, key, -1, 1)],
  ['normal', (target, count, first) => kernels.fillNormal(target, count, first, key, 0, 1)],
  ['truncatedNormal', (target, count, first) => kernels.fillTruncatedNormal(target, count, first, key, 0, 1, -2, 2)],
  ['jax uniform', (target, count, first) => kernels.fillJaxUniform(target, count, first, key, -1, 1, 1)],
  ['jax normal', (target, count, first) => kernels.fillJaxNormal(target, count, first, key, 0, 1)],
  [
    'jax truncatedNormal',
    (target, count, first) => kernels.fillJaxTruncatedNormal(target, count, first, key, 0, 1, -2, 2),
  ],
];

for (const [title, fillElements] of elementwise) {
  test(`${title}: a thousand elements alone are those of the whole`, (t) => {
    const count = 300007;
    const whole = fill(count, (target) => fillElements(target, count, 0n));
    for (let n = 0; n < 1000; n++) {
      const index = bits(1n, n) % count;
      const [alone] = fill(1, (target) => fillElements(target, 1, BigInt(index)));
      if (alone !== whole[index]) return t.fail(`element ${index}`);
    }
    t.pass();
  });
}

test('a truncated normal element never leaves its bounds', (t) => {
  for (const [mean, std, low, high] of [
    [0, 1, -2, 2],
    [0.3, 0.05, 0.2, 0.4],
    [1, 2, 80, 90],
    [-5, 0.1, -60, -20],
    [100, 1e-6, 99.99999, 100.00001],
  ] as const) {
    const bounds = Float32Array.of(low, high);
    const kind: Draw = ['truncatedNormal', mean, std, bounds[0]!, bounds[1]!];
    const values = floats(fill(20000, (target) => draw(kind, key, 0, target, 20000)));
    t.true(
      values.every((value) => value >= bounds[0]! && value <= bounds[1]!),
      kind.join(' '),
    );
  }
});

test('the normal distribution function and its inverse', (t) => {
  const close = (value: number, exact: number, relative: number): void => {
    t.true(Math.abs(value - exact) <= relative * Math.abs(exact), `${value}, not ${exact}`);
  };
  for (const [x, exact] of [
    [-30, 4.906713927148187e-198],
    [-5, 2.866515718791939e-7],
    [-3, 0.0013498980316300946],
    [-2, 0.0227501319481792],
    [0.5, 0.6914624612740131],
    [1, 0.8413447460685429],
  ] as const) {
    close(normalCumulative(x), exact, 1e-12);
  }
  t.is(normalCumulative(0), 0.5);
  t.is(normalCumulative(-Infinity), 0);
  t.is(normalCumulative(Infinity), 1);
  for (let x = -37; x < 6; x += 0.0625) if (x !== 0) close(normalQuantile(normalCumulative(x)), x, 2e-9);
});

const moments: [title: string, draw: Draw, cumulative: (x: number) => number, mean: number, variance: number][] = [
  ['uniform', ['uniform', -1, 3], (x) => (x + 1) / 4, 1, 16 / 12],
  ['normal', ['normal', 2, 3], (x) => normalCumulative((x - 2) / 3), 2, 9],
  [
    'truncated normal',
    ['truncatedNormal', 0, 1, -2, 2],
    (x) => (normalCumulative(x) - normalCumulative(-2)) / (1 - 2 * normalCumulative(-2)),
    0,
    0.87962566103423978 ** 2,
  ],
  [
    'upper tail',
    ['truncatedNormal', 0, 1, 1, Infinity],
    (x) => 1 - normalCumulative(-x) / normalCumulative(-1),
    1.525135276160982,
    0.19909766557034395,
  ],
];

for (const [title, kind, cumulative, mean, variance] of moments) {
  test(`${title}: 100,000 elements are the mirror’s, with its mean, variance and distribution`, (t) => {
    const count = 100000;
    const words = fill(count, (target) => draw(kind, key, 0, target, count));
    const different = words.findIndex((word, i) => word !== expected(kind, key, i));
    t.is(different, -1, 'the mirror differs');
    const values = floats(words).sort();
    const average = values.reduce((sum, value) => sum + value) / count;
    const spread = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / count;
    t.true(Math.abs(average - mean) < 4 * Math.sqrt(variance / count), `mean ${average}`);
    t.true(Math.abs(spread / variance - 1) < 0.02, `variance ${spread}`);
    let distance = 0;
    values.forEach((value, i) => {
      const p = cumulative(value);
      distance = Math.max(distance, p - i / count, (i + 1) / count - p);
    });
    t.true(distance < 1.63 / Math.sqrt(count), `distance ${distance}`);
  });
}

test('parameters and seeds give unrelated elements', (t) => {
  const count = 10000;
  const normals = (seed: bigint, path: string): Float32Array =>
    floats(fill(count, (target) => draw(['normal', 0, 1], deriveKey(seed, fnv1a64(path)), 0, target, count)));
  const first = normals(0n, 'dense_1.weight');
  for (const other of [
    normals(0n, 'dense_2.weight'),
    normals(1n, 'dense_1.weight'),
    normals(1n << 32n, 'dense_1.weight'),
  ]) {
    const correlation = first.reduce((sum, value, i) => sum + value * other[i]!, 0) / count;
    t.true(Math.abs(correlation) < 4 / Math.sqrt(count), `correlation ${correlation}`);
  }
});

test('a constant fills its elements and no more', (t) => {
  for (const count of [0, 1, 2, 3, 4, 7, 8, 33]) {
    const values = floats(fill(count, (target) => kernels.fillConstant(target, count, 1.5)));
    t.deepEqual(values, new Float32Array(count).fill(1.5));
  }
});
