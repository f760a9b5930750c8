/*
 * f32 arithmetic with fused multiply-add, as the machines that NumPy-like frameworks run on have it, in f64x2 lanes that
 * hold f32 values. A sum, product, quotient or root of f32 values that is rounded to f64 first is rounded right.
 */

/** Each lane rounded to f32. */
// @ts-ignore: decorator
@inline
export function rounded(x: v128): v128 {
  return f64x2.promote_low_f32x4(f32x4.demote_f64x2_zero(x));
}

/** a · b + c: the product is exact, the sum is rounded to f64 and then to f32. */
// @ts-ignore: decorator
@inline
export function fused(a: v128, b: v128, c: v128): v128 {
  return rounded(f64x2.add(f64x2.mul(a, b), c));
}

/** a · b + c with the coefficient c at an address. */
// @ts-ignore: decorator
@inline
export function step(a: v128, b: v128, coefficient: usize): v128 {
  return fused(a, b, f64x2.promote_low_f32x4(v128.load32_splat(coefficient)));
}
