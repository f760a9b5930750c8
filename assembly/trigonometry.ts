import { COSINE, MINUS_HALF, ONE, SINE, splat } from './constants';
import { multiplyAdd } from './simd';

/*
 * sin and cos on four f32 lanes, error below 2 units in the last place for every finite argument. The argument is
 * reduced by π/2 in f64; beyond 2²⁰ with as many bits of 2/π as the exponent asks for (Payne and Hanek, 1983).
 */

const ROUND: f64 = 6755399441055744; // 1.5 · 2⁵²
const PI_2_HIGH: f64 = 1.5707963109016418; // 25 bits
const PI_2_LOW: f64 = 1.5893254773528197e-8;
const LARGE = memory.data<f32>([1048576]);

/** A word of zeros, then 2/π. */
const TWO_OVER_PI = memory.data<u32>([
  0, 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab,
]);

/** |x|·2/π modulo 4 in units of 2⁻⁶², for 2²⁰ ≤ |x| < ∞; anything below that. */
export function turnsOfLarge(x: f32): u64 {
  const bits = reinterpret<u32>(x);
  const offset = max<u32>((bits >> 23) & 0xff, 120) - 120;
  const word = TWO_OVER_PI + ((offset >> 5) << 2);
  const shift = <u64>(offset & 31);
  const second = <u64>load<u32>(word, 4);
  const third = <u64>load<u32>(word, 8);
  const high = ((((<u64>load<u32>(word)) << 32) | second) << shift) | (third >> (32 - shift));
  const low = (((third << 32) | load<u32>(word, 12)) << shift) >> 32;
  const significand = <u64>((bits & 0x7fffff) | 0x800000);
  return significand * high + ((significand * low) >> 32);
}

/** Lane 0: x − n·π/2 in f32. Lane 1: n modulo 4 as i32. For 2²⁰ ≤ |x|; anything below that. */
function reduceLarge(x: f32): v128 {
  if (!(abs<f32>(x) < Infinity)) return f32x4.splat(NaN);
  const turns = turnsOfLarge(x);
  const quadrant = (turns + ((<u64>1) << 61)) >> 62;
  const r = <f32>(<f64>(<i64>(turns - (quadrant << 62))) * (Math.PI / 2 / 4611686018427387904.0));
  const n = <i32>quadrant;
  const negative = reinterpret<i32>(x) < 0;
  return i32x4.replace_lane(f32x4.splat(negative ? -r : r), 1, negative ? -n : n);
}

/** x·2/π rounded to an integer, in the low bits of each f64. */
// @ts-ignore: decorator
@inline
function quarterTurns(x: v128): v128 {
  return f64x2.add(f64x2.mul(x, f64x2.splat(2 / Math.PI)), f64x2.splat(ROUND));
}

// @ts-ignore: decorator
@inline
function remainder(x: v128, turns: v128): v128 {
  const n = f64x2.sub(turns, f64x2.splat(ROUND));
  return f32x4.demote_f64x2_zero(
    f64x2.sub(f64x2.sub(x, f64x2.mul(n, f64x2.splat(PI_2_HIGH))), f64x2.mul(n, f64x2.splat(PI_2_LOW))),
  );
}

/** The polynomial of degree 2 at `table`. */
// @ts-ignore: decorator
@inline
function polynomial2(table: usize, x: v128): v128 {
  return multiplyAdd(multiplyAdd(splat(table), x, splat(table + 4)), x, splat(table + 8));
}

/** sin(x + quarters·π/2). */
// @ts-ignore: decorator
@inline
function shiftedSine(x: v128, quarters: i32): v128 {
  const low = f64x2.promote_low_f32x4(x);
  const high = f64x2.promote_low_f32x4(v128.shuffle<f64>(x, x, 1, 1));
  const lowTurns = quarterTurns(low);
  const highTurns = quarterTurns(high);
  let r = v128.shuffle<f64>(remainder(low, lowTurns), remainder(high, highTurns), 0, 2);
  let n = v128.shuffle<i32>(lowTurns, highTurns, 0, 2, 4, 6);
  const small = f32x4.lt(f32x4.abs(x), splat(LARGE));
  if (!i32x4.all_true(small)) {
    const a = reduceLarge(f32x4.extract_lane(x, 0));
    const b = reduceLarge(f32x4.extract_lane(x, 1));
    const c = reduceLarge(f32x4.extract_lane(x, 2));
    const d = reduceLarge(f32x4.extract_lane(x, 3));
    const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
    const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
    r = v128.bitselect(r, v128.shuffle<f64>(ab, cd, 0, 2), small);
    n = v128.bitselect(n, v128.shuffle<f64>(ab, cd, 1, 3), small);
  }
  n = i32x4.add(n, i32x4.splat(quarters));
  const square = f32x4.mul(r, r);
  const s = multiplyAdd(polynomial2(SINE, square), f32x4.mul(square, r), r);
  const c = multiplyAdd(
    polynomial2(COSINE, square),
    f32x4.mul(square, square),
    multiplyAdd(square, splat(MINUS_HALF), splat(ONE)),
  );
  const odd = i32x4.shr_s(i32x4.shl(n, 31), 31);
  const negative = i32x4.shl(i32x4.shr_u(n, 1), 31);
  return v128.xor(v128.bitselect(c, s, odd), negative);
}

/** sin x. NaN at ±∞. */
export function sin(x: v128): v128 {
  return v128.or(shiftedSine(x, 0), v128.and(x, f32x4.eq(x, f32x4.splat(0))));
}

/** cos x. NaN at ±∞. */
export function cos(x: v128): v128 {
  return shiftedSine(x, 1);
}
