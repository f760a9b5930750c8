import { INFINITE, ONE, splat } from './constants';
import { exp2, exp2m1, joined, log1p, lower, upper } from './halves';
import { withSign } from './simd';

/*
 * Hyperbolic functions and their inverses on four f32 lanes, computed in f64: error below 0.6 units in the last place.
 */

/** x/ln 2 for x ≥ 0, but no more than it takes to overflow f32. */
// @ts-ignore: decorator
@inline
function boundedExponent(x: v128): v128 {
  return f64x2.mul(f64x2.pmin(x, f64x2.splat(128)), f64x2.splat(Math.LOG2E));
}

/** sinh x for x ≥ 0. */
function hyperbolicSine(x: v128): v128 {
  const e = exp2m1(boundedExponent(x));
  return f64x2.mul(f64x2.add(e, f64x2.div(e, f64x2.add(e, f64x2.splat(1)))), f64x2.splat(0.5));
}

/** sinh x. */
export function sinh(x: v128): v128 {
  const magnitude = f32x4.abs(x);
  return withSign(joined(hyperbolicSine(lower(magnitude)), hyperbolicSine(upper(magnitude))), x);
}

/** cosh x for x ≥ 0. */
function hyperbolicCosine(x: v128): v128 {
  const e = exp2(boundedExponent(x));
  return f64x2.mul(f64x2.add(e, f64x2.div(f64x2.splat(1), e)), f64x2.splat(0.5));
}

/** cosh x. */
export function cosh(x: v128): v128 {
  const magnitude = f32x4.abs(x);
  return joined(hyperbolicCosine(lower(magnitude)), hyperbolicCosine(upper(magnitude)));
}

/** asinh x for 0 ≤ x < ∞. */
function inverseSine(x: v128): v128 {
  const one = f64x2.splat(1);
  const square = f64x2.mul(x, x);
  const root = f64x2.sqrt(f64x2.add(square, one));
  return log1p(f64x2.add(x, f64x2.div(square, f64x2.add(root, one))));
}

/** `finite`, but x itself where its magnitude is infinite or it is NaN. */
// @ts-ignore: decorator
@inline
function orItself(finite: v128, x: v128): v128 {
  return v128.bitselect(finite, x, f32x4.lt(f32x4.abs(x), splat(INFINITE)));
}

/** asinh x. */
export function asinh(x: v128): v128 {
  const magnitude = f32x4.abs(x);
  return orItself(withSign(joined(inverseSine(lower(magnitude)), inverseSine(upper(magnitude))), x), x);
}

/** acosh x for 1 ≤ x < ∞. */
function inverseCosine(x: v128): v128 {
  const t = f64x2.sub(x, f64x2.splat(1));
  return log1p(f64x2.add(t, f64x2.sqrt(f64x2.mul(t, f64x2.add(t, f64x2.splat(2))))));
}

/** acosh x. NaN below 1. */
export function acosh(x: v128): v128 {
  const finite = joined(inverseCosine(lower(x)), inverseCosine(upper(x)));
  return v128.or(orItself(finite, x), f32x4.lt(x, splat(ONE)));
}

/** atanh x for 0 ≤ x < 1. */
function inverseTangent(x: v128): v128 {
  const ratio = f64x2.div(f64x2.add(x, x), f64x2.sub(f64x2.splat(1), x));
  return f64x2.mul(log1p(ratio), f64x2.splat(0.5));
}

/** atanh x. ∞ with the sign of x at ±1, NaN beyond. */
export function atanh(x: v128): v128 {
  const magnitude = f32x4.abs(x);
  const finite = joined(inverseTangent(lower(magnitude)), inverseTangent(upper(magnitude)));
  const one = splat(ONE);
  const limit = v128.or(splat(INFINITE), f32x4.ne(magnitude, one));
  return withSign(v128.bitselect(finite, limit, f32x4.lt(magnitude, one)), x);
}
