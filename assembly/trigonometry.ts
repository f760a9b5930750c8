import { horner, joined, lower, ROUND, upper } from './halves';

/*
 * sin, cos and tan on four f32 lanes, computed in f64: error below 0.6 units in the last place for every finite argument. The
 * argument is reduced by π/2; beyond 2²⁰ with as many bits of 2/π as the exponent asks for (Payne and Hanek, 1983).
 */

const PI_2_HIGH: f64 = 1.5707963109016418; // 25 bits
const PI_2_LOW: f64 = 1.5893254773528197e-8;
const LARGE: f64 = 1048576;

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

/** Lane 0: x − n·π/2. Lane 1: n as i64. For 2²⁰ ≤ |x|; anything below that. */
function reduceLarge(x: f32): v128 {
  if (!(abs<f32>(x) < Infinity)) return f64x2.splat(NaN);
  const turns = turnsOfLarge(x);
  const quadrant = (turns + ((<u64>1) << 61)) >> 62;
  const r = <f64>(<i64>(turns - (quadrant << 62))) * (Math.PI / 2 / 4611686018427387904.0);
  const n = <i64>quadrant;
  const negative = reinterpret<i32>(x) < 0;
  return i64x2.replace_lane(f64x2.splat(negative ? -r : r), 1, negative ? -n : n);
}

/** sin r for |r| ≤ π/4; `square` is r². */
// @ts-ignore: decorator
@inline
function sine(r: v128, square: v128): v128 {
  let p = horner(f64x2.splat(2.7183079838631182e-6), square, -0.00019839334473788865);
  p = horner(p, square, 0.008333329384785416);
  p = horner(p, square, -0.16666666641617225);
  return f64x2.mul(horner(p, square, 1), r);
}

/** cos r for |r| ≤ π/4; `square` is r². */
// @ts-ignore: decorator
@inline
function cosine(square: v128): v128 {
  let p = horner(f64x2.splat(2.4390410269584292e-5), square, -0.0013886763376857632);
  p = horner(p, square, 0.04166662331161415);
  p = horner(p, square, -0.4999999972500094);
  return horner(p, square, 1);
}

/** sin(x + quarters·π/2), or its quotient by the cosine of the same. */
// @ts-ignore: decorator
@inline
function shiftedSine(x: v128, quarters: i64, quotient: bool): v128 {
  const biased = f64x2.add(f64x2.mul(x, f64x2.splat(2 / Math.PI)), f64x2.splat(ROUND));
  const turns = f64x2.sub(biased, f64x2.splat(ROUND));
  const rest = f64x2.sub(x, f64x2.mul(turns, f64x2.splat(PI_2_HIGH)));
  let r = f64x2.sub(rest, f64x2.mul(turns, f64x2.splat(PI_2_LOW)));
  let n = biased;
  const small = f64x2.lt(f64x2.abs(x), f64x2.splat(LARGE));
  if (!i64x2.all_true(small)) {
    const a = reduceLarge(<f32>f64x2.extract_lane(x, 0));
    const b = reduceLarge(<f32>f64x2.extract_lane(x, 1));
    r = v128.bitselect(r, v128.shuffle<f64>(a, b, 0, 2), small);
    n = v128.bitselect(n, v128.shuffle<f64>(a, b, 1, 3), small);
  }
  n = i64x2.add(n, i64x2.splat(quarters));
  const square = f64x2.mul(r, r);
  const s = sine(r, square);
  const c = cosine(square);
  const odd = i64x2.eq(v128.and(n, i64x2.splat(1)), i64x2.splat(1));
  if (quotient) return f64x2.div(v128.bitselect(f64x2.neg(c), s, odd), v128.bitselect(s, c, odd));
  return v128.xor(v128.bitselect(c, s, odd), i64x2.shl(i64x2.shr_u(n, 1), 63));
}

function halfSine(x: v128): v128 {
  return shiftedSine(x, 0, false);
}

function halfCosine(x: v128): v128 {
  return shiftedSine(x, 1, false);
}

function halfTangent(x: v128): v128 {
  return shiftedSine(x, 0, true);
}

/** sin x. NaN at ±∞. */
export function sin(x: v128): v128 {
  return joined(halfSine(lower(x)), halfSine(upper(x)));
}

/** cos x. NaN at ±∞. */
export function cos(x: v128): v128 {
  return joined(halfCosine(lower(x)), halfCosine(upper(x)));
}

/** tan x. NaN at ±∞. */
export function tan(x: v128): v128 {
  return joined(halfTangent(lower(x)), halfTangent(upper(x)));
}
