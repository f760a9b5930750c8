import {
  HALF,
  INFINITE,
  LN2_HIGH,
  LN2_LOW,
  LOGARITHM,
  MANTISSA,
  MINUS_HALF,
  ONE,
  splat,
  SQRT_HALF_BITS,
} from './constants';
import { multiplyAdd, withSign } from './simd';

/*
 * Elementary functions on four f32 lanes. Errors are stated in units in the last place of the exact result, over every
 * finite argument with a normal result. NaN gives NaN. Subnormal arguments are honoured; a subnormal result is exact to
 * one unit unless the function says that it is flushed to zero.
 */

const LOG2_E = memory.data<f32>([1.4426950408889634]);
const MINUS_LN2_HIGH = memory.data<f32>([-0.693359375]);
const MINUS_LN2_LOW = memory.data<f32>([2.1219444e-4]);

// Added to a small number, 1.5 · 2²³ leaves the nearest integer in the low bits, here with the exponent's bias.
const ROUND_126 = memory.data<f32>([12583038]);
const ROUND_127 = memory.data<f32>([12583039]);

const EXP_LOW = memory.data<f32>([-88]);
const EXP_HIGH = memory.data<f32>([89]);
const EXPM1_LOW = memory.data<f32>([-18]);
const TANH_HIGH = memory.data<f32>([9.02]);
const ERF_HIGH = memory.data<f32>([3.93]);
const SMALLEST_NORMAL = memory.data<f32>([1.17549435e-38]);
const TWO_TO_23 = memory.data<f32>([8388608]);
const TWENTY_THREE = memory.data<f32>([23]);
const LARGEST_EXPONENT = memory.data<i32>([126]);

/** (eʳ − 1 − r) / r² on [0, ln 2]. */
const EXPONENTIAL = memory.data<f32>([0.0019133642, 0.007866956, 0.04185585, 0.1666317, 0.5000023]);

/** (eʳ − 1 − r) / r² on [−ln 2 / 2, ln 2 / 2]. */
const EXPONENTIAL_M1 = memory.data<f32>([0.001394677, 0.00836677, 0.041666277, 0.16666542, 0.5]);

/** erf x = x · P(x²) / Q(x²) on [0, 3.93]. */
const ERROR_NUMERATOR = memory.data<f32>([
  2.0450811e-6, 0.00028490904, 0.0037755955, 0.052777257, 0.19066049, 1.1283791,
]);
const ERROR_DENOMINATOR = memory.data<f32>([3.8042363e-5, 0.0011646274, 0.0149888005, 0.11420954, 0.50230116, 1]);

/** The polynomial of degree 4 at `table`; `square` is x². Short chains of dependent operations are what makes it fast. */
// @ts-ignore: decorator
@inline
function polynomial4(table: usize, x: v128, square: v128): v128 {
  const high = multiplyAdd(splat(table + 4), x, splat(table + 8));
  const low = multiplyAdd(splat(table + 12), x, splat(table + 16));
  return multiplyAdd(multiplyAdd(splat(table), square, high), square, low);
}

/** The polynomial of degree 5 at `table`, power by power: for two that run side by side. */
// @ts-ignore: decorator
@inline
function polynomial5(table: usize, x: v128): v128 {
  const fourth = multiplyAdd(splat(table), x, splat(table + 4));
  const third = multiplyAdd(fourth, x, splat(table + 8));
  const second = multiplyAdd(third, x, splat(table + 12));
  const first = multiplyAdd(second, x, splat(table + 16));
  return multiplyAdd(first, x, splat(table + 20));
}

/** The polynomial of degree 7 at `table`; `square` is x². */
// @ts-ignore: decorator
@inline
function polynomial7(table: usize, x: v128, square: v128): v128 {
  const sixth = multiplyAdd(splat(table), x, splat(table + 4));
  const fourth = multiplyAdd(splat(table + 8), x, splat(table + 12));
  const second = multiplyAdd(splat(table + 16), x, splat(table + 20));
  const low = multiplyAdd(second, square, multiplyAdd(splat(table + 24), x, splat(table + 28)));
  return multiplyAdd(multiplyAdd(sixth, square, fourth), f32x4.mul(square, square), low);
}

/** x − n·ln 2 for an integral n. */
// @ts-ignore: decorator
@inline
function subtractLn2(x: v128, n: v128): v128 {
  return multiplyAdd(n, splat(MINUS_LN2_LOW), multiplyAdd(n, splat(MINUS_LN2_HIGH), x));
}

// @ts-ignore: decorator
@inline
function exponential(x: v128): v128 {
  const clamped = f32x4.pmin(f32x4.pmax(x, splat(EXP_LOW)), splat(EXP_HIGH));
  const biased = f32x4.add(multiplyAdd(clamped, splat(LOG2_E), splat(MINUS_HALF)), splat(ROUND_127));
  const r = subtractLn2(clamped, f32x4.sub(biased, splat(ROUND_127)));
  const square = f32x4.mul(r, r);
  const p = multiplyAdd(polynomial4(EXPONENTIAL, r, square), square, r);
  return f32x4.mul(f32x4.add(p, splat(ONE)), i32x4.shl(biased, 23));
}

/** 1 with the sign of x; x itself at ±0. */
// @ts-ignore: decorator
@inline
export function sign(x: v128): v128 {
  return v128.bitselect(withSign(splat(ONE), x), x, f32x4.gt(f32x4.abs(x), f32x4.splat(0)));
}

/** eˣ, error below 2. A result below 2⁻¹²⁶ is flushed to zero. */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  return exponential(x);
}

/** eʳ − 1 for |r| ≤ ln 2 / 2. */
// @ts-ignore: decorator
@inline
function reducedExpm1(r: v128): v128 {
  const square = f32x4.mul(r, r);
  return multiplyAdd(polynomial4(EXPONENTIAL_M1, r, square), square, r);
}

/** eˣ − 1, error below 2. */
// @ts-ignore: decorator
@inline
export function expm1(x: v128): v128 {
  const clamped = f32x4.pmin(f32x4.pmax(x, splat(EXPM1_LOW)), splat(EXP_HIGH));
  const biased = multiplyAdd(clamped, splat(LOG2_E), splat(ROUND_126));
  const p = reducedExpm1(subtractLn2(clamped, f32x4.sub(biased, splat(ROUND_126))));
  const halfScale = i32x4.shl(biased, 23);
  const half = multiplyAdd(halfScale, p, f32x4.sub(halfScale, splat(HALF)));
  return withSign(f32x4.add(half, half), x);
}

/** eˣ − 1 for |x| ≤ 88. */
// @ts-ignore: decorator
@inline
function boundedExpm1(x: v128): v128 {
  const biased = multiplyAdd(x, splat(LOG2_E), splat(ROUND_127));
  const p = reducedExpm1(subtractLn2(x, f32x4.sub(biased, splat(ROUND_127))));
  const scale = i32x4.shl(biased, 23);
  return multiplyAdd(scale, p, f32x4.sub(scale, splat(ONE)));
}

/** tanh x, error below 3. */
// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  const magnitude = f32x4.pmin(f32x4.abs(x), splat(TANH_HIGH));
  const e = boundedExpm1(f32x4.add(magnitude, magnitude));
  return withSign(f32x4.div(e, f32x4.add(e, f32x4.add(splat(ONE), splat(ONE)))), x);
}

/** 1 / (1 + e⁻ˣ), error below 3. Zero where e⁻ˣ overflows. */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  return f32x4.div(splat(ONE), f32x4.add(exponential(f32x4.neg(x)), splat(ONE)));
}

/** erf x, error below 6 and no result beyond ±1. */
// @ts-ignore: decorator
@inline
export function erf(x: v128): v128 {
  const magnitude = f32x4.pmin(f32x4.abs(x), splat(ERF_HIGH));
  const square = f32x4.mul(magnitude, magnitude);
  const denominator = polynomial5(ERROR_DENOMINATOR, square);
  const numerator = f32x4.pmin(f32x4.mul(magnitude, polynomial5(ERROR_NUMERATOR, square)), denominator);
  return withSign(f32x4.div(numerator, denominator), x);
}

/** ln(1 + f) + e·ln 2 for f in [√½ − 1, √2 − 1] and an integral e. */
// @ts-ignore: decorator
@inline
function logarithm(f: v128, e: v128): v128 {
  const square = f32x4.mul(f, f);
  const cubic = f32x4.mul(polynomial7(LOGARITHM, f, square), f32x4.mul(square, f));
  const small = multiplyAdd(square, splat(MINUS_HALF), multiplyAdd(e, splat(LN2_LOW), cubic));
  return multiplyAdd(e, splat(LN2_HIGH), f32x4.add(f, small));
}

/** `finite` where 0 < x < ∞; else the logarithm's limit: −∞ at ±0, NaN below, x itself at ∞ and NaN. */
// @ts-ignore: decorator
@inline
function withLimits(finite: v128, x: v128): v128 {
  const zero = f32x4.splat(0);
  const infinite = splat(INFINITE);
  const limit = v128.bitselect(f32x4.neg(infinite), v128.or(x, f32x4.lt(x, zero)), f32x4.eq(x, zero));
  return v128.bitselect(finite, limit, v128.and(f32x4.gt(x, zero), f32x4.lt(x, infinite)));
}

/** The significand in [√½, √2) less one, of a number whose bits less those of √½ are `bits`. */
// @ts-ignore: decorator
@inline
function significandM1(bits: v128): v128 {
  return f32x4.sub(i32x4.add(v128.and(bits, splat(MANTISSA)), splat(SQRT_HALF_BITS)), splat(ONE));
}

/** ln x, error below 2. −∞ at ±0, NaN below. */
// @ts-ignore: decorator
@inline
export function log(x: v128): v128 {
  const subnormal = f32x4.lt(x, splat(SMALLEST_NORMAL));
  const scaled = v128.bitselect(f32x4.mul(x, splat(TWO_TO_23)), x, subnormal);
  const bits = i32x4.sub(scaled, splat(SQRT_HALF_BITS));
  const e = f32x4.sub(f32x4.convert_i32x4_s(i32x4.shr_s(bits, 23)), v128.and(subnormal, splat(TWENTY_THREE)));
  return withLimits(logarithm(significandM1(bits), e), x);
}

/** ln(1 + x) for −1 < x < ∞. */
// @ts-ignore: decorator
@inline
function logarithm1p(x: v128): v128 {
  const sum = f32x4.add(x, splat(ONE));
  const lost = f32x4.sub(x, f32x4.sub(sum, splat(ONE)));
  const bits = i32x4.sub(sum, splat(SQRT_HALF_BITS));
  const e = i32x4.shr_s(bits, 23);
  const scale = i32x4.sub(splat(ONE), i32x4.shl(i32x4.min_s(e, splat(LARGEST_EXPONENT)), 23));
  return logarithm(multiplyAdd(lost, scale, significandM1(bits)), f32x4.convert_i32x4_s(e));
}

/** ln(1 + x), error below 2. −∞ at −1, NaN below. */
// @ts-ignore: decorator
@inline
export function log1p(x: v128): v128 {
  return withSign(withLimits(logarithm1p(x), f32x4.add(x, splat(ONE))), x);
}

/** ln(1 + eˣ), error below 3. A result below 2⁻¹²⁶ is flushed to zero. */
// @ts-ignore: decorator
@inline
export function softplus(x: v128): v128 {
  const positive = f32x4.pmax(x, f32x4.splat(0));
  return f32x4.add(positive, logarithm1p(exponential(f32x4.neg(f32x4.abs(x)))));
}
