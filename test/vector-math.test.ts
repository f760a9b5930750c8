import asc from './support/asc.js';
import test from 'ava';
import { readFileSync } from 'node:fs';

const { abs, exp, expm1, floor, fround, log, log1p, log2, max, sqrt, PI } = Math;

/** erf in f64: its series up to 3, the continued fraction of erfc beyond. */
function erf(x: number): number {
  const a = abs(x);
  let value = 0;
  if (a < 3) {
    let term = a;
    for (let k = 1; abs(term) > 1e-20 * value; k++) {
      value += term / (2 * k - 1);
      term *= (-a * a) / k;
    }
    value *= 2 / sqrt(PI);
  } else {
    let fraction = 0;
    for (let k = 60; k > 0; k--) fraction = k / 2 / (a + fraction);
    value = 1 - exp(-a * a) / sqrt(PI) / (a + fraction);
  }
  return x < 0 ? -value : value;
}

interface Case {
  readonly exact: (x: number) => number;
  /** The largest error in units in the last place. */
  readonly ulp: number;
  /** Subnormal results are zero. */
  readonly flushes?: boolean;
  /** Results that must be equal, signs of zero included. */
  readonly special: readonly (readonly [x: number, y: number])[];
}

const inf = Infinity;
const odd = [
  [0, 0],
  [-0, -0],
  [2 ** -149, 2 ** -149],
  [-(2 ** -140), -(2 ** -140)],
] as const;

const cases: Record<string, Case> = {
  exp: {
    exact: exp,
    ulp: 2,
    flushes: true,
    special: [
      [0, 1],
      [-0, 1],
      [inf, inf],
      [-inf, 0],
      [88.73, inf],
      [-1e9, 0],
    ],
  },
  expm1: {
    exact: expm1,
    ulp: 2,
    special: [
      [0, 0],
      [-0, -0],
      [inf, inf],
      [-inf, -1],
      [88.73, inf],
      [-1e9, -1],
    ],
  },
  log: {
    exact: log,
    ulp: 2,
    special: [
      [0, -inf],
      [-0, -inf],
      [1, 0],
      [-1, NaN],
      [-inf, NaN],
      [inf, inf],
      [2 ** -149, fround(log(2 ** -149))],
    ],
  },
  log1p: { exact: log1p, ulp: 2, special: [...odd, [-1, -inf], [-1.5, NaN], [-inf, NaN], [inf, inf]] },
  tanh: { exact: Math.tanh, ulp: 3, special: [...odd, [inf, 1], [-inf, -1], [20, 1]] },
  sigmoid: {
    exact: (x) => 1 / (1 + exp(-x)),
    ulp: 3,
    flushes: true,
    special: [
      [0, 0.5],
      [inf, 1],
      [-inf, 0],
      [30, 1],
    ],
  },
  erf: {
    exact: erf,
    ulp: 4,
    special: [
      [0, 0],
      [-0, -0],
      [inf, 1],
      [-inf, -1],
      [4, 1],
    ],
  },
  softplus: {
    exact: (x) => max(x, 0) + log1p(exp(-abs(x))),
    ulp: 3,
    flushes: true,
    special: [
      [inf, inf],
      [-inf, 0],
      [100, 100],
    ],
  },
  sin: { exact: Math.sin, ulp: 2, special: [...odd, [inf, NaN], [-inf, NaN]] },
  cos: {
    exact: Math.cos,
    ulp: 2,
    special: [
      [0, 1],
      [-0, 1],
      [2 ** -149, 1],
      [inf, NaN],
      [-inf, NaN],
    ],
  },
};

/** Maps each function over an array in place; a vector function cannot be called from JavaScript. */
const source = `
import { ${Object.keys(cases)
  .filter((name) => !/^(sin|cos)$/.test(name))
  .join(', ')} } from './assembly/math';
import { cos, sin } from './assembly/trigonometry';
${Object.keys(cases)
  .map(
    (name) => `
export function map_${name}(address: usize, count: usize): void {
  for (const end = address + (count << 2); address < end; address += 16) {
    v128.store(address, ${name}(v128.load(address)));
  }
}`,
  )
  .join('')}`;

interface Mapper {
  readonly memory: WebAssembly.Memory;
  readonly [name: `map_${string}`]: (address: number, count: number) => void;
}

async function compile(features: readonly string[]): Promise<Mapper> {
  let binary: Uint8Array | undefined;
  const { error } = await asc.main(
    [
      'entry.ts',
      '--outFile',
      'entry.wasm',
      '--runtime',
      'stub',
      '--noAssert',
      '-O2',
      '--use',
      'abort=',
      '--initialMemory',
      '32',
    ].concat(
      ['--disableWarning', '112', '--config', 'none'],
      features.flatMap((feature) => ['--enable', feature]),
    ),
    {
      readFile: (name) => {
        if (name === 'entry.ts') return source;
        const path = new URL(`../../${name}`, import.meta.url);
        return name.startsWith('assembly/') ? readFileSync(path, 'utf8') : null;
      },
      writeFile: (_name, contents) => {
        if (typeof contents !== 'string') binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error || !binary) throw error ?? new Error('asc wrote nothing');
  return new WebAssembly.Instance(new WebAssembly.Module(binary as BufferSource)).exports as unknown as Mapper;
}

/** A module with one relaxed multiply-add, valid where the engine has relaxed SIMD. */
const relaxedProbe = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0],
  ...[10, 13, 1, 11, 0, 32, 0, 32, 1, 32, 2, 253, 133, 2, 11],
);

const targets: [name: string, features: string[]][] = [['baseline', ['simd', 'bulk-memory']]];
if (WebAssembly.validate(relaxedProbe)) targets.push(['relaxed', ['simd', 'bulk-memory', 'relaxed-simd']]);

const BLOCK = 65536;
const ADDRESS = 65536;
const STRIDE = 15013;
const SMALLEST_NORMAL = 2 ** -126;

/** Floats of every exponent and sign, evenly over their bit patterns, and all between ±8 more densely. */
function* samples(): Generator<Float32Array> {
  for (let pattern = 0; pattern < 2 ** 32; pattern += STRIDE * BLOCK) {
    yield new Float32Array(Uint32Array.from({ length: BLOCK }, (_, i) => pattern + i * STRIDE).buffer);
  }
  yield Float32Array.from({ length: BLOCK }, (_, i) => (i / BLOCK) * 16 - 8);
}

function error(y: number, exact: number, flushes: boolean): number {
  if (Number.isNaN(exact)) return Number.isNaN(y) ? 0 : inf;
  const rounded = fround(exact);
  if (Object.is(y, rounded)) return 0;
  if (!Number.isFinite(rounded)) return inf;
  const magnitude = abs(exact);
  if (magnitude < SMALLEST_NORMAL) return flushes && y === 0 ? 0 : abs(y - exact) / 2 ** -149;
  return abs(y - exact) / 2 ** (floor(log2(magnitude)) - 23);
}

for (const [target, features] of targets) {
  const compiled = compile(features);
  for (const [name, { exact, ulp, flushes = false, special }] of Object.entries(cases)) {
    test(`${name} on ${target}: within ${ulp} ulp everywhere`, async (t) => {
      const module = await compiled;
      const map = module[`map_${name}`]!;
      for (const x of samples()) {
        const y = new Float32Array(module.memory.buffer, ADDRESS, x.length);
        y.set(x);
        map(ADDRESS, x.length);
        const worst = x.findIndex((argument, i) => !(error(y[i]!, exact(argument), flushes) <= ulp));
        if (worst >= 0) return t.fail(`${name}(${x[worst]!}) = ${y[worst]!}, not ${exact(x[worst]!)}`);
      }
      t.pass();
    });

    test(`${name} on ${target}: special values`, async (t) => {
      const module = await compiled;
      for (const [x, y] of [[NaN, NaN], ...special] as const) {
        const lanes = new Float32Array(module.memory.buffer, ADDRESS, 4).fill(x);
        module[`map_${name}`]!(ADDRESS, 4);
        t.deepEqual([...lanes], [fround(y), fround(y), fround(y), fround(y)], `${name}(${x})`);
      }
    });
  }
}
