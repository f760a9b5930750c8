import test from 'ava';
import { deriveKey, fnv1a64, normalCumulative, philox } from '../../compiler/random.js';
import { CustomStream } from '../../compiler/streams/custom.js';
import { kernels, relaxed } from '../random/kernels.js';
import { golden, hex } from './fixtures.js';

const { fround } = Math;
const key = deriveKey(0n, fnv1a64('dense_1.weight'));
const [keyLow, keyHigh] = [Number(key & 0xffffffffn), Number(key >> 32n)];

const elements = [0, 1, 5, 2 ** 32 - 1, 2 ** 32 + 3, 2 ** 40 + 7];

/** The word n of an element by its definition. */
const word = (element: number, n: number): number =>
  philox([element % 2 ** 32, Math.floor(element / 2 ** 32), Math.floor(n / 4), 1], [keyLow, keyHigh])[n % 4]!;

type Draw = (stream: Pick<CustomStream, 'bits' | 'uniform' | 'normal'>) => number;

const byKernels: Pick<CustomStream, 'bits' | 'uniform' | 'normal'> = {
  bits: () => kernels.customBits() >>> 0,
  uniform: (low, high) => kernels.customUniform(low, high),
  normal: (mean, std) => kernels.customNormal(mean, std),
};

const draws: Draw[] = [
  (stream) => stream.bits(),
  (stream) => stream.uniform(0, 1),
  (stream) => stream.normal(0, 1),
  (stream) => stream.uniform(-3, fround(0.7)),
  (stream) => stream.normal(fround(0.3), fround(0.05)),
  (stream) => stream.uniform(2, 2),
];

test('the words of an element', (t) => {
  kernels.beginCustom(key);
  for (const element of [...elements, 5]) {
    kernels.beginElement(BigInt(element));
    for (let n = 0; n < 23; n++) t.is(kernels.customBits() >>> 0, word(element, n), `${element}: ${n}`);
  }
});

test('the kernels give what the mirror gives, in any order of draws', (t) => {
  const stream = new CustomStream(key);
  for (const library of [kernels, ...(relaxed ? [relaxed.kernels] : [])]) {
    library.beginCustom(key);
    for (const element of elements) {
      library.beginElement(BigInt(element));
      stream.beginElement(element);
      for (let i = 0; i < 200; i++) {
        const kind = (i * 7 + (i >> 3)) % 3;
        const [a, b] = [fround(0.1 * i - 3), fround(0.01 * i + 1)];
        if (kind === 0) t.is(library.customBits() >>> 0, stream.bits());
        else if (kind === 1) t.is(library.customUniform(a, fround(a + b)), stream.uniform(a, fround(a + b)));
        else t.is(library.customNormal(a, b), stream.normal(a, b));
      }
    }
  }
});

test('an initializer begins with element 0, and what an element took before plays no part', (t) => {
  const first = draws.map((draw) => {
    kernels.beginCustom(key);
    return draw(byKernels);
  });
  draws.forEach((draw, i) => {
    kernels.beginElement(9n);
    kernels.customBits();
    kernels.beginElement(0n);
    t.is(draw(byKernels), first[i]!);
    t.is(draw(new CustomStream(key)), first[i]!);
  });
});

test('a uniform number never reaches the upper bound', (t) => {
  const largest = 2032692;
  t.is(word(largest, 0) >>> 8, 0xffffff);
  for (const [low, high, top] of [
    [1, 2, 2 - 2 ** -23],
    [5, 10, 10 - 2 ** -20],
    [-1, 0, -(2 ** -24)],
  ] as const) {
    const stream = new CustomStream(key);
    stream.beginElement(largest);
    kernels.beginCustom(key);
    kernels.beginElement(BigInt(largest));
    t.is(kernels.customUniform(low, high), top);
    t.is(stream.uniform(low, high), top);
  }
});

test('an element that never stops drawing traps', (t) => {
  const stream = new CustomStream(key);
  kernels.beginCustom(key);
  kernels.beginElement(3n);
  stream.beginElement(3);
  for (let n = 0; n < 2 ** 20; n++) {
    kernels.customBits();
    stream.bits();
  }
  for (const draw of draws) {
    t.throws(() => draw(byKernels), { instanceOf: WebAssembly.RuntimeError });
    t.throws(() => draw(stream), { instanceOf: RangeError });
  }
  kernels.beginElement(4n);
  t.is(kernels.customBits() >>> 0, word(4, 0));
});

test('a tensor that is filled as a whole has as many words for each element', (t) => {
  const stream = new CustomStream(key, 2);
  kernels.beginFill(key, 2n);
  for (let n = 0; n < 2 ** 21; n++) {
    const expected = stream.bits();
    if (kernels.customBits() >>> 0 !== expected) return t.fail(`word ${n}`);
  }
  t.throws(() => kernels.customBits(), { instanceOf: WebAssembly.RuntimeError });
  t.throws(() => stream.bits(), { instanceOf: RangeError });
});

const moments: [title: string, draw: Draw, cumulative: (x: number) => number, mean: number, variance: number][] = [
  ['uniform', (stream) => stream.uniform(-1, 3), (x) => (x + 1) / 4, 1, 16 / 12],
  ['normal', (stream) => stream.normal(2, 3), (x) => normalCumulative((x - 2) / 3), 2, 9],
];

for (const [title, draw, cumulative, mean, variance] of moments) {
  for (const perElement of [1, 8]) {
    test(`${title}, ${perElement} of an element: its mean, variance and distribution`, (t) => {
      const count = 2 ** 17;
      kernels.beginCustom(key);
      const values = Float32Array.from({ length: count }, (_, i) => {
        if (i % perElement === 0) kernels.beginElement(BigInt(i / perElement));
        return draw(byKernels);
      }).sort();
      const average = values.reduce((sum, value) => sum + value) / count;
      const spread = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / count;
      t.true(Math.abs(average - mean) < 4 * Math.sqrt(variance / count), `mean ${average}`);
      t.true(Math.abs(spread / variance - 1) < 0.02, `variance ${spread}`);
      const distance = values.reduce((largest, value, i) => {
        const p = cumulative(value);
        return Math.max(largest, p - i / count, (i + 1) / count - p);
      }, 0);
      t.true(distance < 1.63 / Math.sqrt(count), `distance ${distance}`);
    });
  }
}

test('golden values of docs/random.md', (t) => {
  for (const { seed, element, first, ...values } of golden.custom) {
    const seeded = deriveKey(BigInt(seed), fnv1a64('dense_1.weight'));
    for (const [kind, expected] of Object.entries(values)) {
      kernels.beginCustom(seeded);
      kernels.beginElement(BigInt(element));
      for (let n = 0; n < first; n++) kernels.customBits();
      const numbers = expected.split(' ').map(() => {
        if (kind === 'bits') return kernels.customBits();
        return kind === 'uniform' ? kernels.customUniform(5, 10) : kernels.customNormal(0, 1);
      });
      t.is(hex(kind === 'bits' ? numbers : Float32Array.from(numbers)), expected, kind);
    }
  }
});
