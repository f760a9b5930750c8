import { INFINITE, splat } from './constants';
import { joined, lower, upper } from './halves';
import { withSign } from './simd';

/** Keeps 28 bits of a significand: an f32 times that is exact in f64. */
const MOST_SIGNIFICANT: i64 = ~0x1ffffff;
const EXACT_QUOTIENT: f64 = 268435456; // 2²⁸

/**
 * The remainder of x by y for f32 values x ≥ 0 and y ≥ 0; NaN where x is infinite or y is 0 or infinite. Each turn takes at
 * least 26 bits off x, exactly: the product of 28 bits and y has 52, and what is left is a multiple of its last one, so
 * that a quotient less than such a product is so by 2⁻⁵² of it at least and is not rounded up to it.
 */
function reduced(x: v128, y: v128): v128 {
  let rest = x;
  let more: bool;
  do {
    const quotient = f64x2.div(rest, y);
    const whole = f64x2.trunc(v128.and(quotient, i64x2.splat(MOST_SIGNIFICANT)));
    rest = f64x2.sub(rest, f64x2.mul(whole, y));
    const large = f64x2.ge(quotient, f64x2.splat(EXACT_QUOTIENT));
    more = v128.any_true(v128.and(large, f64x2.eq(rest, rest)));
  } while (more);
  return rest;
}

/**
 * The remainder of x by y, with the sign of x: C's fmodf on four f32 lanes, exact. NaN where x is infinite or y is 0; x
 * itself where only y is infinite.
 */
export function remainder(x: v128, y: v128): v128 {
  const a = f32x4.abs(x);
  const b = f32x4.abs(y);
  const infinite = splat(INFINITE);
  const finite = joined(reduced(lower(a), lower(b)), reduced(upper(a), upper(b)));
  const itself = v128.and(f32x4.eq(b, infinite), f32x4.lt(a, infinite));
  return withSign(v128.bitselect(a, finite, itself), x);
}

/** The remainder of x by y brought to the sign of y by adding y: NumPy's mod on four f32 lanes. */
export function modulo(x: v128, y: v128): v128 {
  const rest = remainder(x, y);
  const zero = f32x4.splat(0);
  const isZero = f32x4.eq(rest, zero);
  const opposite = v128.andnot(i32x4.shr_s(v128.xor(rest, y), 31), isZero);
  return v128.bitselect(withSign(zero, y), f32x4.add(rest, v128.and(y, opposite)), isZero);
}
