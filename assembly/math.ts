import { multiplyAdd } from './simd';

/** eˣ, within 1 ulp; 0 below −87.34, ∞ above 88.72, NaN for NaN. */
// @ts-ignore: decorator
@inline
export function exp(v: v128): v128 {
  const rounder = f32x4.splat(12582912.0);
  const x = f32x4.pmin(f32x4.splat(88.8), f32x4.pmax(f32x4.splat(-87.9), v));
  const t = multiplyAdd(x, f32x4.splat(1.44269504), rounder);
  const n = f32x4.sub(t, rounder);
  let r = multiplyAdd(n, f32x4.splat(-0.693359375), x);
  r = multiplyAdd(n, f32x4.splat(2.1219444e-4), r);
  let p = multiplyAdd(r, f32x4.splat(1.98756915e-4), f32x4.splat(1.39819995e-3));
  p = multiplyAdd(p, r, f32x4.splat(8.33345191e-3));
  p = multiplyAdd(p, r, f32x4.splat(4.16657959e-2));
  p = multiplyAdd(p, r, f32x4.splat(1.66666655e-1));
  p = multiplyAdd(p, r, f32x4.splat(0.5));
  p = f32x4.add(multiplyAdd(p, f32x4.mul(r, r), r), f32x4.splat(1));
  const k = i32x4.sub(t, rounder);
  const half = i32x4.shr_s(k, 1);
  const one = f32x4.splat(1);
  p = f32x4.mul(p, i32x4.add(one, i32x4.shl(half, 23)));
  p = f32x4.mul(p, i32x4.add(one, i32x4.shl(i32x4.sub(k, half), 23)));
  p = v128.andnot(p, f32x4.lt(v, f32x4.splat(-87.336544)));
  return v128.bitselect(v, p, f32x4.ne(v, v));
}

/** Natural logarithm of positive normal numbers, within 1 ulp; ∞ for ∞, NaN for NaN. */
// @ts-ignore: decorator
@inline
export function log(v: v128): v128 {
  const shifted = i32x4.sub(v, i32x4.splat(0x3f3504f3));
  const n = f32x4.convert_i32x4_s(i32x4.shr_s(shifted, 23));
  const mantissa = i32x4.add(v128.and(shifted, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
  const f = f32x4.sub(mantissa, f32x4.splat(1));
  const z = f32x4.mul(f, f);
  let p = multiplyAdd(f, f32x4.splat(7.0376836e-2), f32x4.splat(-1.1514611e-1));
  p = multiplyAdd(p, f, f32x4.splat(1.1676998e-1));
  p = multiplyAdd(p, f, f32x4.splat(-1.2420141e-1));
  p = multiplyAdd(p, f, f32x4.splat(1.4249323e-1));
  p = multiplyAdd(p, f, f32x4.splat(-1.6668057e-1));
  p = multiplyAdd(p, f, f32x4.splat(2.0000714e-1));
  p = multiplyAdd(p, f, f32x4.splat(-2.4999994e-1));
  p = multiplyAdd(p, f, f32x4.splat(3.3333331e-1));
  p = f32x4.mul(f32x4.mul(p, f), z);
  p = multiplyAdd(n, f32x4.splat(-2.1219444e-4), p);
  p = multiplyAdd(z, f32x4.splat(-0.5), p);
  p = f32x4.add(f, p);
  p = multiplyAdd(n, f32x4.splat(0.693359375), p);
  return v128.bitselect(p, v, f32x4.lt(v128.and(v, i32x4.splat(0x7fffffff)), f32x4.splat(Infinity)));
}
