import { horner, joined, lower, upper } from './halves';
import { withSign } from './simd';

/*
 * asin, acos and atan on four f32 lanes, computed in f64: error below 0.6 units in the last place.
 */

const TAN_PI_8: f64 = 0.41421356237309503;
const TAN_3_PI_8: f64 = 2.414213562373095;

/** atan(y / x) for x ≥ 0 and y ≥ 0 that are not both 0, x < ∞. */
// @ts-ignore: decorator
@inline
function arctangent(y: v128, x: v128): v128 {
  const middle = f64x2.gt(y, f64x2.mul(x, f64x2.splat(TAN_PI_8)));
  const far = f64x2.gt(y, f64x2.mul(x, f64x2.splat(TAN_3_PI_8)));
  const numerator = v128.bitselect(f64x2.neg(x), v128.bitselect(f64x2.sub(y, x), y, middle), far);
  const denominator = v128.bitselect(y, v128.bitselect(f64x2.add(y, x), x, middle), far);
  const start = v128.bitselect(f64x2.splat(Math.PI / 2), v128.and(f64x2.splat(Math.PI / 4), middle), far);
  const t = f64x2.div(numerator, denominator);
  const z = f64x2.mul(t, t);
  let p = horner(f64x2.splat(0.047184406061413935), z, -0.08461920598586008);
  p = horner(p, z, 0.1104159868998219);
  p = horner(p, z, -0.14281687870015403);
  p = horner(p, z, 0.19999887860213478);
  p = horner(p, z, -0.3333333215682653);
  p = horner(p, z, 0.9999999999798206);
  return f64x2.add(start, f64x2.mul(t, p));
}

/** atan x for x ≥ 0. */
function arctangentOf(x: v128): v128 {
  return arctangent(x, f64x2.splat(1));
}

/** atan x. */
export function atan(x: v128): v128 {
  const magnitude = f32x4.abs(x);
  return withSign(joined(arctangentOf(lower(magnitude)), arctangentOf(upper(magnitude))), x);
}

/** √(1 − x²), exact below the root for an f32 x of at least ½; NaN for |x| > 1. */
// @ts-ignore: decorator
@inline
function otherLeg(x: v128): v128 {
  return f64x2.sqrt(f64x2.sub(f64x2.splat(1), f64x2.mul(x, x)));
}

/** asin x for x ≥ 0. */
function arcsine(x: v128): v128 {
  return arctangent(x, otherLeg(x));
}

/** asin x. NaN for |x| > 1. */
export function asin(x: v128): v128 {
  const magnitude = f32x4.abs(x);
  return withSign(joined(arcsine(lower(magnitude)), arcsine(upper(magnitude))), x);
}

function arccosine(x: v128): v128 {
  const angle = arctangent(otherLeg(x), f64x2.abs(x));
  const negative = f64x2.lt(x, f64x2.splat(0));
  return v128.bitselect(f64x2.sub(f64x2.splat(Math.PI), angle), angle, negative);
}

/** acos x. NaN for |x| > 1. */
export function acos(x: v128): v128 {
  return joined(arccosine(lower(x)), arccosine(upper(x)));
}
