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
    uniform: (low, high) => stream.uniform(low!, high!),
    normal: (mean, std) => stream.normal(mean!, std!),
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
