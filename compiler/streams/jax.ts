import { logarithm, nextBelow } from '../random.js';

/*
 * The streams of jax.random that docs/random.md defines, one element at a time: the same bits as the kernels in
 * assembly/jax.ts. Seeds are unsigned 64-bit bigints, words unsigned 32-bit numbers, indices safe integers.
 */

const { fround, SQRT2 } = Math;

const ROTATIONS = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;

export type Pair = readonly [number, number];

/** The two words of Threefry2x32-20 (Salmon et al., 2011) for one counter. */
export function threefry2x32([c0, c1]: Pair, [k0, k1]: Pair): Pair {
  const key = [k0, k1, k0 ^ k1 ^ 0x1bd11bda] as const;
  let x = c0 + k0;
  let y = c1 + k1;
  for (let group = 0; group < 5; group++) {
    for (const rotation of ROTATIONS[group % 2]!) {
      x = (x + y) | 0;
      y = x ^ ((y << rotation) | (y >>> (32 - rotation)));
    }
    x = (x + key[(group + 1) % 3]!) | 0;
    y = (y + key[(group + 2) % 3]! + group + 1) | 0;
  }
  return [x >>> 0, y >>> 0];
}

/** The word of element `index` of jax.random.bits(jax.random.key(seed), …), partitionable. */
export function jaxBits(seed: bigint, index: number): number {
  const key = [Number(seed >> 32n), Number(seed & 0xffffffffn)] as const;
  const [x, y] = threefry2x32([Math.floor(index / 2 ** 32), index % 2 ** 32], key);
  return (x ^ y) >>> 0;
}

/** The float that jax.random.uniform makes of a word, for f32 bounds. */
export function jaxUniform(word: number, low: number, high: number): number {
  return Math.max(low, fround((word >>> 9) * 2 ** -23 * fround(high - low) + low));
}

// Polynomials are listed from the highest power to the lowest.
const INVERSE_CENTRE = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164,
  0.246640727, 1.50140941,
].map(fround);
const INVERSE_TAIL = [
  -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047,
  1.00167406, 2.83297682,
].map(fround);
const ERROR_NUMERATOR = [0.00022905065, 0.003408291, 0.050955694, 0.18520832, 1.1283791].map(fround);
const ERROR_DENOMINATOR = [-1.1791603e-7, 0.000023547966, 0.0010179626, 0.01407047, 0.11098505, 0.49746925, 1].map(
  fround,
);
const ERROR_BOUND = fround(3.832506856900711);

function fusedHorner(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => fround(sum * x + coefficient));
}

function log1p(t: number): number {
  const sum = 1 + t;
  return logarithm(sum) + (t - (sum - 1)) / sum;
}

/** √2 · erf⁻¹(x), as XLA approximates it (Giles, "Approximating the erfinv function", 2010), for |x| ≤ 1. */
function inverse(x: number): number {
  if (Math.abs(x) === 1) return x * Infinity;
  const w = fround(-log1p(-fround(x * x)));
  const p = w < 5 ? fusedHorner(INVERSE_CENTRE, fround(w - 2.5)) : fusedHorner(INVERSE_TAIL, tailArgument(w));
  return fround(fround(SQRT2) * fround(p * x));
}

function tailArgument(w: number): number {
  return fround(fround(Math.sqrt(w)) - 3);
}

/** The float that jax.random.normal makes of a word. */
export function jaxNormal(word: number): number {
  return inverse(jaxUniform(word, -nextBelow(1), 1));
}

function erf(x: number): number {
  if (Math.abs(x) >= ERROR_BOUND) return Math.sign(x);
  const square = fround(x * x);
  return fround(fround(x * fusedHorner(ERROR_NUMERATOR, square)) / fusedHorner(ERROR_DENOMINATOR, square));
}

/** The float that jax.random.truncated_normal makes of a word, for f32 bounds that may be infinite. */
export function jaxTruncatedNormal(word: number, low: number, high: number): number {
  const bound = (x: number): number => erf(fround(x / fround(SQRT2)));
  const z = inverse(jaxUniform(word, bound(low), bound(high)));
  return Math.min(Math.max(z, -nextBelow(-low)), nextBelow(high));
}
