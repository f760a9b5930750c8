import test from 'ava';
import { evaluator } from '../../compiler/custom/evaluate.js';
import { CustomStream } from '../../compiler/streams/custom.js';
import type { CompiledFunction } from '../../compiler/ir.js';
import { BIZARRE, draw, GAMMA, initializer, linkAlone, variable } from './module.js';

const KEY = 0x0123456789abcdefn;

/** What `sample` makes of elements, by the streams in plain TypeScript. */
function reference(compiled: CompiledFunction, count: number, first: number, options: readonly number[]): Float32Array {
  const stream = new CustomStream(KEY);
  let index = first;
  const sample = evaluator(compiled, {
    uniform: (low, high) => stream.uniform(low, high),
    normal: (mean, std) => stream.normal(mean, std),
    bits: () => stream.bits(),
    index: () => index,
    dim: (axis) => variable.shape[axis as 0 | 1],
    fanIn: () => variable.fanIn,
    fanOut: () => variable.fanOut,
  });
  return Float32Array.from({ length: count }, (_, i) => {
    index = first + i;
    stream.beginElement(index);
    return sample(...options);
  });
}

const samples: readonly (readonly [name: string, source: string, options: Readonly<Record<string, number>>])[] = [
  ['gamma', GAMMA, { alpha: 0.02 }],
  ['bizarre', BIZARRE, {}],
  ['options in order', 'export function sample(a: f32, b: f32): f32 { return a - 2 * b; }', { b: 3, a: 5 }],
  ['nothing drawn', 'export function sample(): f32 { return 0.25; }', {}],
  [
    'what is known of the variable',
    'export function sample(): f32 { return f32(index() / dim(1)) * fanOut() + f32(index() % dim(1)) / fanIn() + f32(dim(0)); }',
    {},
  ],
  [
    'helpers, loops and constants',
    `const TERMS: i32 = 12;
     function power(x: f32, n: i32): f32 { return n == 0 ? 1 : x * power(x, n - 1); }
     export function sample(): f32 {
       let sum: f32 = 0;
       for (let k = 0; k < TERMS; k++) sum += power(uniform(-1), k) / f32(k + 1);
       return sum;
     }`,
    {},
  ],
  [
    'mathematics',
    'export function sample(): f32 { const x = normal(0, 9); return sin(x) + cos(x) * exp(x / 9) + pow(abs(x), 0.3) - sqrt(abs(x)) + max(x, 0) + min<f32>(1, x) + floor(x); }',
    {},
  ],
  ['bits', 'export function sample(): f32 { bits(); return f32(bits() >> (bits() % 31)); }', {}],
];

for (const [name, source, options] of samples) {
  test(`sample: ${name}: the streams' own bits`, async (t) => {
    const compiled = await initializer(source, options);
    const binary = linkAlone(compiled);
    const values = Object.values(options);
    for (const [count, first] of [
      [513, 0],
      [3, 300],
      [0, 0],
    ] as const) {
      const got = draw(binary, { count, first: BigInt(first), key: KEY, options: values });
      t.deepEqual(got, reference(compiled, count, first, values));
    }
  });
}

const moments = (values: Float32Array): { mean: number; variance: number } => {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return { mean, variance: values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length };
};

for (const alpha of [0.02, 0.05]) {
  test(`gamma(${alpha}) has mean and variance alpha`, async (t) => {
    const count = 400_000;
    const values = draw(linkAlone(await initializer(GAMMA, { alpha: 0.01 })), { count, options: [alpha] });
    const { mean, variance } = moments(values);
    t.true(values.every((x) => x >= 0));
    // Of the mean the variance is alpha / n, of the variance it is (fourth moment − alpha²) / n; the bounds are 4 σ.
    t.true(Math.abs(mean - alpha) < 4 * Math.sqrt(alpha / count), String(mean));
    t.true(Math.abs(variance - alpha) < 4 * Math.sqrt((2 * alpha ** 2 + 6 * alpha) / count), String(variance));
  });
}

test('a quarter of bizarre is in [-10, -5], half is 0, a quarter is in [5, 10)', async (t) => {
  const count = 100_000;
  const values = draw(linkAlone(await initializer(BIZARRE)), { count });
  const share = (holds: (x: number) => boolean): number => values.filter(holds).length / count;
  const close = (got: number, expected: number): boolean =>
    Math.abs(got - expected) < 4 * Math.sqrt((expected * (1 - expected)) / count);
  t.true(
    close(
      share((x) => x >= -10 && x <= -5),
      1 / 4,
    ),
  );
  t.true(
    close(
      share((x) => x === 0),
      1 / 2,
    ),
  );
  t.true(
    close(
      share((x) => x >= 5 && x < 10),
      1 / 4,
    ),
  );
});

test('fill: takes the words of element 0 one after another', async (t) => {
  const compiled = await initializer(
    `export function fill(data: usize, count: i32, scale: f32): void {
       for (let i = 0; i < count; i++) store<f32>(data + (i << 2), scale * normal() + f32(dim(0)));
     }`,
    { scale: 2 },
  );
  const count = 2100;
  const stream = new CustomStream(KEY, count);
  const expected = Float32Array.from({ length: count }, () =>
    Math.fround(Math.fround(0.5 * stream.normal(0, 1)) + variable.shape[0]),
  );
  t.deepEqual(draw(linkAlone(compiled), { count, key: KEY, options: [0.5] }), expected);
});

const million = 2 ** 20;
const traps: readonly (readonly [name: string, source: string, fits: number, traps: number])[] = [
  [
    'iterations of an element',
    'export function sample(n: f32): f32 { let x: f32 = 0; for (let i = 0; i < i32(n); i++) x += f32(i) * x + 1; return x; }',
    million - 1,
    million,
  ],
  [
    'iterations of nested loops',
    'export function sample(n: f32): f32 { let x: f32 = 0; for (let i = 0; i < i32(n); i++) for (let j = 0; j < 1024; j++) x = x * f32(j) + 1; return x; }',
    1022,
    1024,
  ],
  [
    'calls of an element',
    `function f(n: i32, x: f32): f32 { return n == 0 ? x : f(n - 1, x + 1) + f(n - 1, x - 1); }
     export function sample(n: f32): f32 { return f(i32(n), 1); }`,
    18,
    30,
  ],
  [
    'words of an element',
    'export function sample(n: f32): f32 { let x: u32 = 0; for (let i = 0; i < i32(n); i++) x ^= bits() ^ bits(); return f32(x); }',
    million / 2,
    million / 2 + 1,
  ],
  [
    'iterations of fill',
    'export function fill(data: usize, count: i32, n: f32): void { let x: f32 = 0; for (let i = 0; i < i32(n); i++) x = x * f32(i) + 1; store<f32>(data, x); }',
    million + 2 * 1024 - 1,
    million + 2 * 1024,
  ],
];
for (const [name, source, fits, tooMany] of traps) {
  test(`${name}: more than there may be trap`, async (t) => {
    const binary = linkAlone(await initializer(source, { n: 1 }));
    t.notThrows(() => draw(binary, { count: 2, options: [fits] }));
    t.throws(() => draw(binary, { count: 2, options: [tooMany] }), { instanceOf: WebAssembly.RuntimeError });
  });
}

test('an endless loop traps soon', async (t) => {
  const binary = linkAlone(await initializer('export function sample(): f32 { while (true) {} return 1; }'));
  const start = performance.now();
  t.throws(() => draw(binary, { count: 10 ** 6 }), { instanceOf: WebAssembly.RuntimeError });
  t.true(performance.now() - start < 2000);
});
