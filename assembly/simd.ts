/** a · b + c. One rounding on the relaxed target where the engine fuses, two on baseline. */
// @ts-ignore: decorator
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(c, f32x4.mul(a, b));
}

/** Stores the first `lanes` (1 to 4) lanes of `value`. */
export function storeLanes(address: usize, value: v128, lanes: i32): void {
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
