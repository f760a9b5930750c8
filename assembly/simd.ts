import { SIGN, splat } from './constants';

/** a · b + c. One rounding on the relaxed target where the engine fuses, two on baseline. */
// @ts-ignore: decorator
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(c, f32x4.mul(a, b));
}

/** `magnitude` with the sign of `sign`; where `sign` is positive `magnitude` keeps its own. */
// @ts-ignore: decorator
@inline
export function withSign(magnitude: v128, sign: v128): v128 {
  return v128.or(magnitude, v128.and(sign, splat(SIGN)));
}

/** Loads the first `lanes` (1 to 4) lanes and nothing past them; the others are those of `rest`. */
export function loadLanes(address: usize, lanes: u32, rest: v128): v128 {
  if (lanes >= 4) return v128.load(address);
  if (lanes == 1) return v128.load32_lane(address, rest, 0);
  const pair = v128.load64_lane(address, rest, 0);
  return lanes == 2 ? pair : v128.load32_lane(address, pair, 2, 8);
}

/** Stores the first `lanes` (1 to 4) lanes of `value`. */
export function storeLanes(address: usize, value: v128, lanes: u32): void {
  if (lanes >= 4) {
    v128.store(address, value);
  } else if (lanes == 3) {
    v128.store64_lane(address, value, 0);
    v128.store32_lane(address, value, 2, 8);
  } else if (lanes == 2) {
    v128.store64_lane(address, value, 0);
  } else {
    v128.store32_lane(address, value, 0);
  }
}

/** The sum of the four lanes, in every lane. */
// @ts-ignore: decorator
@inline
export function sumLanes(value: v128): v128 {
  const pairs = f32x4.add(value, v128.shuffle<f32>(value, value, 2, 3, 0, 1));
  return f32x4.add(pairs, v128.shuffle<f32>(pairs, pairs, 1, 0, 3, 2));
}

/** The largest of the four lanes, in every lane; NaN when a lane is NaN. */
// @ts-ignore: decorator
@inline
export function maxLanes(value: v128): v128 {
  const pairs = f32x4.max(value, v128.shuffle<f32>(value, value, 2, 3, 0, 1));
  return f32x4.max(pairs, v128.shuffle<f32>(pairs, pairs, 1, 0, 3, 2));
}

/** The smallest of the four lanes, in every lane; NaN when a lane is NaN. */
// @ts-ignore: decorator
@inline
export function minLanes(value: v128): v128 {
  const pairs = f32x4.min(value, v128.shuffle<f32>(value, value, 2, 3, 0, 1));
  return f32x4.min(pairs, v128.shuffle<f32>(pairs, pairs, 1, 0, 3, 2));
}
