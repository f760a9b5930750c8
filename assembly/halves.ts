/*
 * Four f32 lanes as two halves of f64x2, for functions computed in f64 and rounded to f32 last. Their constants stand in
 * the code and not in memory, where every model would carry them; nothing here is fused, so that all targets agree.
 */

/** Lanes 0 and 1 in f64. */
// @ts-ignore: decorator
@inline
export function lower(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}

/** Lanes 2 and 3 in f64. */
// @ts-ignore: decorator
@inline
export function upper(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f64>(x, x, 1, 1));
}

/** Two halves, rounded to f32. */
// @ts-ignore: decorator
@inline
export function joined(low: v128, high: v128): v128 {
  return v128.shuffle<f64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

/** One step of Horner's rule: sum · x + coefficient. */
// @ts-ignore: decorator
@inline
export function horner(sum: v128, x: v128, coefficient: f64): v128 {
  return f64x2.add(f64x2.mul(sum, x), f64x2.splat(coefficient));
}

/** 1.5 · 2⁵²: added to a small number it leaves the nearest integer in the low bits. */
export const ROUND: f64 = 6755399441055744;

const ROUND_1023: f64 = 6755399441056767;

/** x rounded to an integer, which with the bias of an exponent stands in the low bits. */
// @ts-ignore: decorator
@inline
function biasedInteger(x: v128): v128 {
  return f64x2.add(x, f64x2.splat(ROUND_1023));
}

/** 2ʳ − 1 for what x exceeds its integer by, |r| ≤ ½; its relative error is below 2⁻³². */
// @ts-ignore: decorator
@inline
function fraction2m1(x: v128, biased: v128): v128 {
  const r = f64x2.sub(x, f64x2.sub(biased, f64x2.splat(ROUND_1023)));
  let p = horner(f64x2.splat(1.5310077118028344e-5), r, 0.00015461447202277636);
  p = horner(p, r, 0.0013333454565021034);
  p = horner(p, r, 0.009618056670891046);
  p = horner(p, r, 0.0555041092873716);
  p = horner(p, r, 0.24022650922333813);
  return f64x2.mul(horner(p, r, 0.6931471805537183), r);
}

/** 2ˣ for |x| ≤ 1000, its relative error below 2⁻³². */
// @ts-ignore: decorator
@inline
export function exp2(x: v128): v128 {
  const biased = biasedInteger(x);
  return f64x2.mul(i64x2.shl(biased, 52), f64x2.add(fraction2m1(x, biased), f64x2.splat(1)));
}

/** 2ˣ − 1 for |x| ≤ 1000, its relative error below 2⁻³². */
// @ts-ignore: decorator
@inline
export function exp2m1(x: v128): v128 {
  const biased = biasedInteger(x);
  const scale = i64x2.shl(biased, 52);
  return f64x2.add(f64x2.mul(scale, fraction2m1(x, biased)), f64x2.sub(scale, f64x2.splat(1)));
}

const SQRT_HALF_BITS: i64 = 0x3fe6a09e667f3bcd;

/** The bits of a normal x > 0 less those of √½, the exponent's bias kept. */
// @ts-ignore: decorator
@inline
function splitBits(x: v128): v128 {
  return i64x2.sub(x, i64x2.splat(SQRT_HALF_BITS - 0x3ff0000000000000));
}

/** The exponent that makes the significand one in [√½, √2). */
// @ts-ignore: decorator
@inline
function exponentOf(bits: v128): v128 {
  const biased = i64x2.add(i64x2.shr_u(bits, 52), i64x2.splat(0x4338000000000000));
  return f64x2.sub(biased, f64x2.splat(ROUND + 1023));
}

/** The significand in [√½, √2) less one. */
// @ts-ignore: decorator
@inline
function significandM1(bits: v128): v128 {
  const significand = i64x2.add(v128.and(bits, i64x2.splat(0x000fffffffffffff)), i64x2.splat(SQRT_HALF_BITS));
  return f64x2.sub(significand, f64x2.splat(1));
}

/** log₂(1 + f) + e for f in [√½ − 1, √2 − 1]; the relative error of the logarithm is below 2⁻³⁷. */
// @ts-ignore: decorator
@inline
function logarithm2(f: v128, e: v128): v128 {
  const s = f64x2.div(f, f64x2.add(f, f64x2.splat(2)));
  const z = f64x2.mul(s, s);
  let p = horner(f64x2.splat(0.3407404556983876), z, 0.4116721099790822);
  p = horner(p, z, 0.5770835961623957);
  p = horner(p, z, 0.961796673275945);
  p = horner(p, z, 2.8853900817901468);
  return f64x2.add(e, f64x2.mul(s, p));
}

/** log₂ x for a normal x > 0. */
// @ts-ignore: decorator
@inline
export function log2(x: v128): v128 {
  const bits = splitBits(x);
  return logarithm2(significandM1(bits), exponentOf(bits));
}

/** ln(1 + x) for 0 ≤ x < ∞. */
// @ts-ignore: decorator
@inline
export function log1p(x: v128): v128 {
  const bits = splitBits(f64x2.add(x, f64x2.splat(1)));
  const e = exponentOf(bits);
  const f = v128.bitselect(x, significandM1(bits), f64x2.eq(e, f64x2.splat(0)));
  return f64x2.mul(logarithm2(f, e), f64x2.splat(Math.LN2));
}
