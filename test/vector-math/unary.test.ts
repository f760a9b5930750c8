import test from 'ava';
import { BLOCK, error, mapsOf, targets, type Library } from './maps.js';

const { abs, exp, expm1, fround, log, log1p, max, sqrt, PI } = Math;

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
    ulp: 6,
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
  sign: { exact: Math.sign, ulp: 0, special: [...odd.slice(0, 2), [2 ** -149, 1], [-(2 ** -149), -1], [-inf, -1]] },
  sin: { exact: Math.sin, ulp: 0.6, special: [...odd, [inf, NaN], [-inf, NaN]] },
  cos: {
    exact: Math.cos,
    ulp: 0.6,
    special: [
      [0, 1],
      [-0, 1],
      [2 ** -149, 1],
      [inf, NaN],
      [-inf, NaN],
    ],
  },
  tan: { exact: Math.tan, ulp: 0.6, special: [...odd, [inf, NaN], [-inf, NaN]] },
  asin: { exact: Math.asin, ulp: 0.6, special: [...odd, [1, PI / 2], [-1, -PI / 2], [1 + 2 ** -23, NaN], [inf, NaN]] },
  acos: {
    exact: Math.acos,
    ulp: 0.6,
    special: [
      [1, 0],
      [0, PI / 2],
      [-0, PI / 2],
      [-1, PI],
      [-1 - 2 ** -23, NaN],
      [inf, NaN],
      [-inf, NaN],
    ],
  },
  atan: { exact: Math.atan, ulp: 0.6, special: [...odd, [inf, PI / 2], [-inf, -PI / 2]] },
  sinh: { exact: Math.sinh, ulp: 0.6, special: [...odd, [inf, inf], [-inf, -inf], [89.5, inf], [-1e9, -inf]] },
  cosh: {
    exact: Math.cosh,
    ulp: 0.6,
    special: [
      [0, 1],
      [-0, 1],
      [2 ** -149, 1],
      [inf, inf],
      [-inf, inf],
      [89.5, inf],
    ],
  },
  asinh: { exact: Math.asinh, ulp: 0.6, special: [...odd, [inf, inf], [-inf, -inf]] },
  acosh: {
    exact: Math.acosh,
    ulp: 0.6,
    special: [
      [1, 0],
      [1 - 2 ** -24, NaN],
      [-3, NaN],
      [inf, inf],
      [-inf, NaN],
    ],
  },
  atanh: {
    exact: Math.atanh,
    ulp: 0.6,
    special: [...odd, [1, inf], [-1, -inf], [1 + 2 ** -23, NaN], [inf, NaN], [-inf, NaN]],
  },
};

const library: Library = {
  math: ['exp', 'expm1', 'log', 'log1p', 'tanh', 'sigmoid', 'erf', 'softplus', 'sign'],
  trigonometry: ['sin', 'cos', 'tan'],
  arctangent: ['asin', 'acos', 'atan'],
  hyperbolic: ['sinh', 'cosh', 'asinh', 'acosh', 'atanh'],
};

const STRIDE = 15013;

/** Floats of every exponent and sign, evenly over their bit patterns, and all between ±8 and ±1.1 more densely. */
function* samples(): Generator<Float32Array> {
  for (let pattern = 0; pattern < 2 ** 32; pattern += STRIDE * BLOCK) {
    yield new Float32Array(Uint32Array.from({ length: BLOCK }, (_, i) => pattern + i * STRIDE).buffer);
  }
  for (const bound of [8, 1.1]) yield Float32Array.from({ length: BLOCK }, (_, i) => ((2 * i) / BLOCK - 1) * bound);
}

for (const [target, features] of targets) {
  const compiled = mapsOf(library, 1, features);
  for (const [name, { exact, ulp, flushes = false, special }] of Object.entries(cases)) {
    test(`${name} on ${target}: within ${ulp} ulp everywhere`, async (t) => {
      const apply = await compiled;
      for (const x of samples()) {
        const y = apply(name, x);
        const worst = x.findIndex((argument, i) => !(error(y[i]!, exact(argument), flushes) <= ulp));
        if (worst >= 0) return t.fail(`${name}(${x[worst]!}) = ${y[worst]!}, not ${exact(x[worst]!)}`);
      }
      t.pass();
    });

    test(`${name} on ${target}: special values`, async (t) => {
      const apply = await compiled;
      for (const [x, y] of [[NaN, NaN], ...special] as const) {
        const lanes = apply(name, new Float32Array(4).fill(x));
        t.deepEqual([...lanes], [fround(y), fround(y), fround(y), fround(y)], `${name}(${x})`);
      }
    });
  }
}
