import { multiplyAdd } from './simd';
import { epilogue } from './template';

/** Output pixels of the largest register tile. */
export const TILE: u32 = 7;

/**
 * `size` (a constant) output pixels of a row over the first `channels` channels, a multiple of 4. `tapStride` is the
 * bytes from one tap of `w` to the next.
 */
// @ts-ignore: decorator
@inline
export function tile(
  size: u32,
  x: usize,
  step: usize,
  w: usize,
  tapStride: usize,
  y: usize,
  bias: usize,
  residual: usize,
  channels: u32,
  stride: usize,
  kernelHeight: u32,
  kernelWidth: u32,
  tap: usize,
  skip: usize,
): void {
  const end = (<usize>channels) << 2;
  for (let offset: usize = 0; offset != end; offset += 16) {
    let p = x + offset;
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let s2 = f32x4.splat(0);
    let s3 = f32x4.splat(0);
    let s4 = f32x4.splat(0);
    let s5 = f32x4.splat(0);
    let s6 = f32x4.splat(0);
    let q = w + offset;
    for (let i = kernelHeight; i; i--) {
      for (let j = kernelWidth; j; j--) {
        const k = v128.load(q);
        const x1 = p + step;
        const x2 = p + (step << 1);
        s0 = multiplyAdd(v128.load(p), k, s0);
        if (size > 1) s1 = multiplyAdd(v128.load(x1), k, s1);
        if (size > 2) s2 = multiplyAdd(v128.load(x2), k, s2);
        if (size > 3) s3 = multiplyAdd(v128.load(x1 + (step << 1)), k, s3);
        if (size > 4) s4 = multiplyAdd(v128.load(p + (step << 2)), k, s4);
        if (size > 5) s5 = multiplyAdd(v128.load(x1 + (step << 2)), k, s5);
        if (size > 6) s6 = multiplyAdd(v128.load(x2 + (step << 2)), k, s6);
        p += tap;
        q += tapStride;
      }
      p += skip;
    }
    const b = bias + offset;
    let r = residual + offset;
    let t = y + offset;
    v128.store(t, epilogue(s0, b, r));
    if (size > 1) {
      t += stride;
      r += stride;
      v128.store(t, epilogue(s1, b, r));
    }
    if (size > 2) {
      t += stride;
      r += stride;
      v128.store(t, epilogue(s2, b, r));
    }
    if (size > 3) {
      t += stride;
      r += stride;
      v128.store(t, epilogue(s3, b, r));
    }
    if (size > 4) {
      t += stride;
      r += stride;
      v128.store(t, epilogue(s4, b, r));
    }
    if (size > 5) {
      t += stride;
      r += stride;
      v128.store(t, epilogue(s5, b, r));
    }
    if (size > 6) {
      t += stride;
      r += stride;
      v128.store(t, epilogue(s6, b, r));
    }
  }
}

/** Output pixels of the next sliding tile of a row with `left` to go; 0 when `tile` must take them. */
// @ts-ignore: decorator
@inline
export function slideSize(left: u32, stride: u32): u32 {
  if (stride == 2) return left >= 3 ? 3 : 0;
  if (left == 3 || left == 6 || left == 9) return 3;
  return left >= 4 && left != 5 ? 4 : 0;
}

/**
 * As `tile`, for kernels three wide without horizontal dilation: the pixels of one row of input under all `size` (4, or
 * 3) windows are read once. `stride` is 1, or 2 with a size of 3; both are constants. `pixel` and `row` are the bytes
 * from one pixel, and from one row under the kernel, to the next.
 */
// @ts-ignore: decorator
@inline
export function slide(
  size: u32,
  stride: u32,
  x: usize,
  pixel: usize,
  w: usize,
  tapStride: usize,
  y: usize,
  bias: usize,
  residual: usize,
  channels: u32,
  kernelHeight: u32,
  row: usize,
): void {
  const end = (<usize>channels) << 2;
  for (let offset: usize = 0; offset != end; offset += 16) {
    let p = x + offset;
    let q = w + offset;
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let s2 = f32x4.splat(0);
    let s3 = f32x4.splat(0);
    for (let i = kernelHeight; i; i--) {
      const k0 = v128.load(q);
      const k1 = v128.load(q + tapStride);
      const k2 = v128.load(q + (tapStride << 1));
      const x0 = v128.load(p);
      const x1 = v128.load(p + pixel);
      const x2 = v128.load(p + (pixel << 1));
      const x3 = v128.load(p + pixel * 3);
      const x4 = v128.load(p + (pixel << 2));
      s0 = multiplyAdd(x0, k0, s0);
      s0 = multiplyAdd(x1, k1, s0);
      s0 = multiplyAdd(x2, k2, s0);
      if (stride == 1) {
        s1 = multiplyAdd(x1, k0, s1);
        s2 = multiplyAdd(x2, k0, s2);
        s1 = multiplyAdd(x2, k1, s1);
        s2 = multiplyAdd(x3, k1, s2);
        s1 = multiplyAdd(x3, k2, s1);
        s2 = multiplyAdd(x4, k2, s2);
        if (size == 4) {
          s3 = multiplyAdd(x3, k0, s3);
          s3 = multiplyAdd(x4, k1, s3);
          s3 = multiplyAdd(v128.load(p + pixel * 5), k2, s3);
        }
      } else {
        s1 = multiplyAdd(x2, k0, s1);
        s2 = multiplyAdd(x4, k0, s2);
        s1 = multiplyAdd(x3, k1, s1);
        s2 = multiplyAdd(v128.load(p + pixel * 5), k1, s2);
        s1 = multiplyAdd(x4, k2, s1);
        s2 = multiplyAdd(v128.load(p + pixel * 6), k2, s2);
      }
      p += row;
      q += tapStride * 3;
    }
    const b = bias + offset;
    let r = residual + offset;
    let t = y + offset;
    v128.store(t, epilogue(s0, b, r));
    t += pixel;
    r += pixel;
    v128.store(t, epilogue(s1, b, r));
    t += pixel;
    r += pixel;
    v128.store(t, epilogue(s2, b, r));
    if (size == 4) v128.store(t + pixel, epilogue(s3, b, r + pixel));
  }
}
