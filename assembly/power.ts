import { HALF, INFINITE, ONE, splat } from './constants';
import { exp2, joined, log2, lower, upper } from './halves';
import { withSign } from './simd';

/** xʸ for x ≥ 0 in f64, its relative error below 2⁻³⁰; 2²⁰⁰ and 2⁻²⁰⁰ stand for what is beyond. NaN at 1^±∞. */
function powerOf(x: v128, y: v128): v128 {
  const infinite = f64x2.splat(Infinity);
  let logarithm = v128.bitselect(infinite, log2(x), f64x2.eq(x, infinite));
  logarithm = v128.bitselect(f64x2.neg(infinite), logarithm, f64x2.eq(x, f64x2.splat(0)));
  const exponent = f64x2.mul(y, logarithm);
  const clamped = f64x2.pmin(f64x2.pmax(exponent, f64x2.splat(-200)), f64x2.splat(200));
  return exp2(clamped);
}

/**
 * xʸ on four f32 lanes, computed in f64: error below 0.6 units in the last place. Special values are those of C's powf: 1
 * for y = ±0 and for x = 1 whatever the other is, and for (−1)^±∞; NaN for x < 0 and a finite y that is not an integer.
 */
export function power(x: v128, y: v128): v128 {
  const magnitude = f32x4.abs(x);
  const value = joined(powerOf(lower(magnitude), lower(y)), powerOf(upper(magnitude), upper(y)));
  const one = splat(ONE);
  const infinite = splat(INFINITE);
  const half = f32x4.mul(y, splat(HALF));
  const whole = f32x4.eq(f32x4.nearest(y), y);
  const odd = v128.andnot(whole, f32x4.eq(f32x4.nearest(half), half));
  const signed = withSign(value, v128.and(x, odd));
  const root = v128.andnot(v128.and(f32x4.lt(x, f32x4.splat(0)), f32x4.lt(magnitude, infinite)), whole);
  const invalid = v128.or(root, f32x4.ne(x, x));
  const constant = v128.or(
    v128.or(f32x4.eq(x, one), f32x4.eq(y, f32x4.splat(0))),
    v128.and(f32x4.eq(magnitude, one), f32x4.eq(f32x4.abs(y), infinite)),
  );
  return v128.bitselect(one, v128.or(signed, invalid), constant);
}
