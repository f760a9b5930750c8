import { fused, rounded, step } from './fused';
import { below } from './random';
import { loadLanes, storeLanes } from './simd';
import { fillJaxBits } from './threefry';

/*
 * The distributions of jax.random in float32 (jax/_src/random.py), their f32 operations fused as XLA fuses them on CPU:
 * docs/random.md defines every bit.
 */

/** Elements filled with words before they are transformed. */
const CHUNK: usize = 4096;

const SQRT_2: f32 = 1.4142135381698608;
const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;
const SQRT_HALF_BITS: i64 = 0x3fe6a09e667f3bcd;

/** 1/21, 1/19, …, 1. */
const RECIPROCALS = memory.data<f64>([
  1.0 / 21.0,
  1.0 / 19.0,
  1.0 / 17.0,
  1.0 / 15.0,
  1.0 / 13.0,
  1.0 / 11.0,
  1.0 / 9.0,
  1.0 / 7.0,
  0.2,
  1.0 / 3.0,
  1.0,
]);

/** erf⁻¹(x) / x in −ln(1 − x²) − 2.5, and in √(−ln(1 − x²)) − 3 (Giles, 2010; XLA's ErfInv32), highest power first. */
const INVERSE_CENTRE = memory.data<f32>([
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164,
  0.246640727, 1.50140941,
]);
const INVERSE_TAIL = memory.data<f32>([
  -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047,
  1.00167406, 2.83297682,
]);

/** erf x = x · P(x²) / Q(x²) below the bound and 1 from it on (XLA's EmitErf), highest power first. */
const ERROR_NUMERATOR = memory.data<f32>([0.00022905065, 0.003408291, 0.050955694, 0.18520832, 1.1283791]);
const ERROR_DENOMINATOR = memory.data<f32>([
  -1.1791603e-7, 0.000023547966, 0.0010179626, 0.01407047, 0.11098505, 0.49746925, 1,
]);
const ERROR_BOUND: f32 = 3.832506856900711;

/** The polynomial of `degree` at `table`, in both lanes. */
// @ts-ignore: decorator
@inline
function polynomial(table: usize, degree: i32, x: v128): v128 {
  let sum = f64x2.promote_low_f32x4(v128.load32_splat(table));
  for (let i = 1; i <= degree; i++) sum = step(sum, x, table + ((<usize>i) << 2));
  return sum;
}

/** −ln(1 + t) rounded to f32, for −1 < t ≤ 0. */
// @ts-ignore: decorator
@inline
function minusLog1p(t: v128): v128 {
  const one = f64x2.splat(1);
  const w = f64x2.add(one, t);
  const bits = i64x2.sub(w, i64x2.splat(SQRT_HALF_BITS));
  const m = i64x2.add(v128.and(bits, i64x2.splat(0x000fffffffffffff)), i64x2.splat(SQRT_HALF_BITS));
  const e = f64x2.convert_low_i32x4_s(i32x4.shr_s(v128.shuffle<i32>(bits, bits, 1, 3, 1, 3), 20));
  const s = f64x2.div(f64x2.sub(m, one), f64x2.add(m, one));
  const square = f64x2.mul(s, s);
  let sum = v128.load64_splat(RECIPROCALS);
  for (let i: usize = 8; i <= 80; i += 8) {
    sum = f64x2.add(f64x2.mul(sum, square), v128.load64_splat(RECIPROCALS + i));
  }
  const low = f64x2.add(f64x2.mul(e, f64x2.splat(LN2_LOW)), f64x2.mul(f64x2.add(s, s), sum));
  const lost = f64x2.div(f64x2.sub(t, f64x2.sub(w, one)), w);
  return rounded(f64x2.neg(f64x2.add(f64x2.add(f64x2.mul(e, f64x2.splat(LN2_HIGH)), low), lost)));
}

/** √2 · erf⁻¹(x) for the one lane x, where −ln(1 − x²) = w is not below 5. Infinite at ±1. */
function normalTail(x: f64, w: f64): f64 {
  if (abs<f64>(x) == 1) return x * Infinity;
  const t = rounded(f64x2.splat(<f64>(<f32>sqrt<f64>(w)) - 3));
  const p = polynomial(INVERSE_TAIL, 8, t);
  const inverse = rounded(f64x2.mul(p, f64x2.splat(x)));
  return f64x2.extract_lane(rounded(f64x2.mul(f64x2.splat(SQRT_2), inverse)), 0);
}

/** √2 · erf⁻¹(x) in f32 for |x| ≤ 1. */
// @ts-ignore: decorator
@inline
function normal(x: v128): v128 {
  const w = minusLog1p(f64x2.neg(rounded(f64x2.mul(x, x))));
  const central = f64x2.lt(w, f64x2.splat(5));
  const p = polynomial(INVERSE_CENTRE, 8, rounded(f64x2.sub(w, f64x2.splat(2.5))));
  let z = rounded(f64x2.mul(f64x2.splat(SQRT_2), rounded(f64x2.mul(p, x))));
  if (!i64x2.all_true(central)) {
    const inside = i64x2.bitmask(central);
    if (!(inside & 1)) {
      z = f64x2.replace_lane(z, 0, normalTail(f64x2.extract_lane(x, 0), f64x2.extract_lane(w, 0)));
    }
    if (!(inside & 2)) {
      z = f64x2.replace_lane(z, 1, normalTail(f64x2.extract_lane(x, 1), f64x2.extract_lane(w, 1)));
    }
  }
  return z;
}

/** The two low words as floats in [low, low + range), a multiple of `range`/2²³ above `low`. */
// @ts-ignore: decorator
@inline
function uniform(words: v128, low: v128, range: v128): v128 {
  const u = f64x2.mul(f64x2.convert_low_i32x4_u(i32x4.shr_u(words, 9)), f64x2.splat(1.0 / 8388608.0));
  return f64x2.pmax(fused(u, range, low), low);
}

/** f32 lanes from two pairs of f64 lanes. */
// @ts-ignore: decorator
@inline
function joined(low: v128, high: v128): v128 {
  return v128.shuffle<f64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

// @ts-ignore: decorator
@inline
function highWords(words: v128): v128 {
  return v128.shuffle<i64>(words, words, 1, 1);
}

// @ts-ignore: decorator
@inline
function uniform4(words: v128, low: v128, range: v128, scale: v128): v128 {
  return f32x4.mul(joined(uniform(words, low, range), uniform(highWords(words), low, range)), scale);
}

/**
 * Writes elements `first` to `first + count − 1` of scale · jax.random.uniform(jax.random.key(seed), shape, minval = low,
 * maxval = high).
 */
export function fillJaxUniform(
  target: usize,
  count: usize,
  first: u64,
  seed: u64,
  low: f32,
  high: f32,
  scale: f32,
): void {
  const lows = f64x2.splat(low);
  const range = f64x2.splat(high - low);
  const scales = f32x4.splat(scale);
  while (count != 0) {
    const length = min<usize>(count, CHUNK);
    fillJaxBits(target, length, first, seed);
    count -= length;
    first += length;
    let rest = length;
    for (; rest >= 4; rest -= 4) {
      v128.store(target, uniform4(v128.load(target), lows, range, scales));
      target += 16;
    }
    if (rest != 0) {
      storeLanes(target, uniform4(loadLanes(target, <u32>rest, lows), lows, range, scales), <u32>rest);
    }
  }
}

/** √2 · erf⁻¹ of the uniform distribution on [low, low + range). */
// @ts-ignore: decorator
@inline
function normal4(words: v128, low: v128, range: v128): v128 {
  return joined(normal(uniform(words, low, range)), normal(uniform(highWords(words), low, range)));
}

/** The distribution of normal4, limited to [lowest, highest], times std and plus mean. */
function fillInverse(
  target: usize,
  count: usize,
  first: u64,
  seed: u64,
  mean: f32,
  std: f32,
  low: f32,
  high: f32,
  lowest: f32,
  highest: f32,
): void {
  const lows = f64x2.splat(low);
  const range = f64x2.splat(high - low);
  while (count != 0) {
    const length = min<usize>(count, CHUNK);
    fillJaxBits(target, length, first, seed);
    count -= length;
    first += length;
    for (let rest = length; rest != 0;) {
      const lanes = <u32>min<usize>(rest, 4);
      const z = normal4(loadLanes(target, lanes, lows), lows, range);
      const limited = f32x4.pmin(f32x4.pmax(z, f32x4.splat(lowest)), f32x4.splat(highest));
      storeLanes(target, f32x4.add(f32x4.splat(mean), f32x4.mul(f32x4.splat(std), limited)), lanes);
      target += (<usize>lanes) << 2;
      rest -= lanes;
    }
  }
}

/** Writes elements `first` to `first + count − 1` of mean + std · jax.random.normal(jax.random.key(seed), shape). */
export function fillJaxNormal(target: usize, count: usize, first: u64, seed: u64, mean: f32, std: f32): void {
  fillInverse(target, count, first, seed, mean, std, -below(1), 1, -Infinity, Infinity);
}

/** erf x as XLA computes it for float32. */
function errorFunction(x: f32): f32 {
  if (abs<f32>(x) >= ERROR_BOUND) return x < 0 ? -1 : 1;
  const argument = f64x2.splat(x);
  const square = rounded(f64x2.mul(argument, argument));
  const numerator = rounded(f64x2.mul(argument, polynomial(ERROR_NUMERATOR, 4, square)));
  const denominator = polynomial(ERROR_DENOMINATOR, 6, square);
  return <f32>f64x2.extract_lane(f64x2.div(numerator, denominator), 0);
}

/**
 * Writes elements `first` to `first + count − 1` of mean + std · jax.random.truncated_normal(jax.random.key(seed), low,
 * high, shape): low < high in standard deviations, possibly infinite.
 */
export function fillJaxTruncatedNormal(
  target: usize,
  count: usize,
  first: u64,
  seed: u64,
  mean: f32,
  std: f32,
  low: f32,
  high: f32,
): void {
  const start = errorFunction(low / SQRT_2);
  fillInverse(target, count, first, seed, mean, std, start, errorFunction(high / SQRT_2), -below(-low), below(high));
}

/**
 * What jax.nn.initializers.variance_scaling multiplies its draws by: jax.random.uniform on [−1, 1), truncated_normal on
 * [−2, 2] or normal for `distribution` 0, 1 or 2. `fan` ≥ 1 is the fan of its mode.
 */
export function jaxVarianceScale(scale: f64, fan: f64, distribution: i32): f32 {
  const variance = <f32>(scale / fan);
  if (distribution == 0) return sqrt<f32>(3 * variance);
  const std = sqrt<f32>(variance);
  return distribution == 1 ? std / 0.87962566103423978 : std;
}
