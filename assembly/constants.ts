/*
 * Constants that vector code keeps in memory: one load that broadcasts is cheaper than a splat of an immediate, on
 * every engine measured. Polynomials are listed from the highest power to the lowest.
 */

/** The constant at `address` in all four lanes. */
// @ts-ignore: decorator
@inline
export function splat(address: usize): v128 {
  return v128.load32_splat(address);
}

export const ONE = memory.data<f32>([1]);
export const HALF = memory.data<f32>([0.5]);
export const MINUS_HALF = memory.data<f32>([-0.5]);
export const SIGN = memory.data<u32>([0x80000000]);
export const INFINITE = memory.data<u32>([0x7f800000]);
export const LN2_HIGH = memory.data<f32>([0.693359375]);
export const LN2_LOW = memory.data<f32>([-2.1219444e-4]);

export const SQRT_HALF_BITS = memory.data<u32>([0x3f3504f3]);
export const MANTISSA = memory.data<u32>([0x007fffff]);

/** (ln(1 + f) − f + f²/2) / f³ on [√½ − 1, √2 − 1]. */
export const LOGARITHM = memory.data<f32>([
  -0.0763443, 0.1276155, -0.13160194, 0.14201762, -0.16623357, 0.20001227, -0.25000823, 0.3333333,
]);

/** (sin(√z)/√z − 1) / z on [0, (π/4)²]. */
export const SINE = memory.data<f32>([-0.00019517298, 0.008332178, -0.16666655]);

/** (cos(√z) − 1 + z/2) / z² on [0, (π/4)²]. */
export const COSINE = memory.data<f32>([2.443845e-5, -0.0013887368, 0.041666646]);
