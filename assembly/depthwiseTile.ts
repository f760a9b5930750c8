import { multiplyAdd } from './simd';
import { epilogue } from './template';

/** Output pixels of the largest register tile. */
const TILE: u32 = 7;

/** `count` pixels as `tile` has them; rows of the window are `tapRow` bytes apart in `x`. */
export function tiles(
  count: u32,
  x: usize,
  step: usize,
  w: usize,
  tapStride: usize,
  tapSkip: usize,
  y: usize,
  bias: usize,
  residual: usize,
  span: usize,
  stride: usize,
  rows: u32,
  columns: u32,
  tap: usize,
  tapRow: usize,
  lanes: u32,
): void {
  const skip = tapRow - tap * columns;
  for (let size: u32 = 0; count; count -= size) {
    size = count >= TILE ? TILE : count >= 4 ? 4 : count >= 2 ? 2 : 1;
    if (size == TILE) {
      tile(TILE, x, step, w, tapStride, tapSkip, y, bias, residual, span, stride, rows, columns, tap, skip, lanes);
    } else if (size == 4) {
      tile(4, x, step, w, tapStride, tapSkip, y, bias, residual, span, stride, rows, columns, tap, skip, lanes);
    } else if (size == 2) {
      tile(2, x, step, w, tapStride, tapSkip, y, bias, residual, span, stride, rows, columns, tap, skip, lanes);
    } else {
      tile(1, x, step, w, tapStride, tapSkip, y, bias, residual, span, stride, rows, columns, tap, skip, lanes);
    }
    x += step * size;
    y += stride * size;
    residual += stride * size;
  }
}

/**
 * `size` (a constant) output pixels of a line, `step` bytes apart in `x` and `stride` bytes apart in `y`, over the
 * channels in `span` bytes, a multiple of 16. The window is `rows` × `columns` taps: `tap` bytes lie between neighbours
 * in a row of `x`, `skip` bytes more after each row; taps of `w` are `tapStride` bytes apart, `tapSkip` bytes more after
 * each row. Only the last `lanes` (1 to 4) of each four channels are stored.
 */
// @ts-ignore: decorator
@inline
function tile(
  size: u32,
  x: usize,
  step: usize,
  w: usize,
  tapStride: usize,
  tapSkip: usize,
  y: usize,
  bias: usize,
  residual: usize,
  span: usize,
  stride: usize,
  rows: u32,
  columns: u32,
  tap: usize,
  skip: usize,
  lanes: u32,
): void {
  for (let offset: usize = 0; offset != span; offset += 16) {
    let p = x + offset;
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let s2 = f32x4.splat(0);
    let s3 = f32x4.splat(0);
    let s4 = f32x4.splat(0);
    let s5 = f32x4.splat(0);
    let s6 = f32x4.splat(0);
    let q = w + offset;
    for (let i = rows; i; i--) {
      for (let j = columns; j; j--) {
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
      q += tapSkip;
    }
    const b = bias + offset;
    let r = residual + offset;
    let t = y + offset;
    storeLast(t, epilogue(s0, b, r), lanes);
    if (size > 1) {
      t += stride;
      r += stride;
      storeLast(t, epilogue(s1, b, r), lanes);
    }
    if (size > 2) {
      t += stride;
      r += stride;
      storeLast(t, epilogue(s2, b, r), lanes);
    }
    if (size > 3) {
      t += stride;
      r += stride;
      storeLast(t, epilogue(s3, b, r), lanes);
    }
    if (size > 4) {
      t += stride;
      r += stride;
      storeLast(t, epilogue(s4, b, r), lanes);
    }
    if (size > 5) {
      t += stride;
      r += stride;
      storeLast(t, epilogue(s5, b, r), lanes);
    }
    if (size > 6) {
      t += stride;
      r += stride;
      storeLast(t, epilogue(s6, b, r), lanes);
    }
  }
}

/** Stores the last `lanes` (1 to 4) lanes of `value` where they stand in the vector at `address`. */
// @ts-ignore: decorator
@inline
function storeLast(address: usize, value: v128, lanes: u32): void {
  if (lanes == 4) {
    v128.store(address, value);
  } else {
    if (lanes != 1) v128.store64_lane(address, v128.shuffle<u64>(value, value, 1, 1), 0, 8);
    if (lanes == 1) v128.store32_lane(address, value, 3, 12);
    if (lanes == 3) v128.store32_lane(address, value, 1, 4);
  }
}
