/*
 * Elementary functions in f64 for what is rounded to f32 last. docs/random.md freezes their order of operations.
 */

const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;
const LOG2_E: f64 = 1.4426950408889634;
const SQRT_HALF_BITS: u64 = 0x3fe6a09e667f3bcd;

/** eˣ; 0 below 2⁻¹⁰²², ∞ from about 2¹⁰²⁴ on, for every x but NaN. */
export function exponential(x: f64): f64 {
  const n = floor<f64>(x * LOG2_E + 0.5);
  if (n < -1022) return 0;
  if (n > 1023) return Infinity;
  const r = x - n * LN2_HIGH - n * LN2_LOW;
  let sum: f64 = 1;
  for (let k: f64 = 14; k > 0; k--) sum = 1 + (sum * r) / k;
  return sum * reinterpret<f64>((<i64>n + 1023) << 52);
}

/** ln x for a normal x > 0. */
export function logarithm(x: f64): f64 {
  const bits = reinterpret<i64>(x) - SQRT_HALF_BITS;
  const m = reinterpret<f64>((bits & 0x000fffffffffffff) + SQRT_HALF_BITS);
  const s = (m - 1) / (m + 1);
  const square = s * s;
  let sum: f64 = 0;
  for (let k: f64 = 21; k > 0; k -= 2) sum = sum * square + 1 / k;
  const e = <f64>(bits >> 52);
  return e * LN2_HIGH + (e * LN2_LOW + 2 * s * sum);
}

/** sin x for |x| ≤ π/4. */
export function sine(x: f64): f64 {
  const z = x * x;
  let sum: f64 = 1;
  for (let k: f64 = 17; k > 1; k -= 2) sum = 1 - (sum * z) / (k * (k - 1));
  return sum * x;
}

/** cos x for |x| ≤ π/4. */
export function cosine(x: f64): f64 {
  const z = x * x;
  let sum: f64 = 1;
  for (let k: f64 = 16; k > 0; k -= 2) sum = 1 - (sum * z) / (k * (k - 1));
  return sum;
}

/** x less n quarter turns, for integral |n| < 2²⁰. */
export function lessQuarters(x: f64, n: f64): f64 {
  return x - n * 1.5707963267341256 - n * 6.077100506506192e-11;
}
