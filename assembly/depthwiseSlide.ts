import { multiplyAdd } from './simd';
import { epilogue } from './template';

/** `sum` and the product of `x` by tap number `tap` of a kernel row of `width` taps, if there is one; both constants. */
// @ts-ignore: decorator
@inline
function weigh(tap: i32, width: i32, x: v128, k0: v128, k1: v128, k2: v128, k3: v128, k4: v128, sum: v128): v128 {
  if (tap < 0 || tap >= width) return sum;
  if (tap == 0) return multiplyAdd(x, k0, sum);
  if (tap == 1) return multiplyAdd(x, k1, sum);
  if (tap == 2) return multiplyAdd(x, k2, sum);
  if (tap == 3) return multiplyAdd(x, k3, sum);
  return multiplyAdd(x, k4, sum);
}

/**
 * Whether pixel `column` of the `columns` under a tile is one of the map, of which the first `before` and the last `after`
 * are not. At most (width − 1) / 2 may lie outside on a side, so that what may not is known when this is compiled.
 */
// @ts-ignore: decorator
@inline
function isInside(column: i32, columns: i32, width: i32, before: i32, after: i32): bool {
  if (column >= columns) return false;
  if (column < width >> 1) return column >= before;
  if (column >= columns - (width >> 1)) return column < columns - after;
  return true;
}

/**
 * `size` (3 or 4) output pixels of a row under a kernel `width` (3 or 5) wide: the pixels of one row of input under all
 * the windows are read once. `stride` is 1 or 2; the three are constants. Neighbouring taps are `tap` bytes apart in `x`
 * and `tapStride` in `w`, the `rows` rows of the window `row` bytes in `x`; output pixels are `tap` bytes apart too. The
 * first `before` and the last `after` pixels under the tile, at most (width − 1) / 2 each, lie outside of the map.
 */
// @ts-ignore: decorator
@inline
export function slide(
  size: i32,
  stride: i32,
  width: i32,
  before: i32,
  after: i32,
  x: usize,
  tap: usize,
  row: usize,
  w: usize,
  tapStride: usize,
  y: usize,
  bias: usize,
  residual: usize,
  span: usize,
  rows: u32,
): void {
  const columns = (size - 1) * stride + width;
  for (let offset: usize = 0; offset != span; offset += 16) {
    let p = x + offset;
    let q = w + offset;
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let s2 = f32x4.splat(0);
    let s3 = f32x4.splat(0);
    for (let i = rows; i; i--) {
      const k0 = v128.load(q);
      const k1 = v128.load(q + tapStride);
      const k2 = v128.load(q + (tapStride << 1));
      const k3 = width > 3 ? v128.load(q + tapStride * 3) : k2;
      const k4 = width > 3 ? v128.load(q + (tapStride << 2)) : k2;
      if (isInside(0, columns, width, before, after)) {
        const x0 = v128.load(p);
        s0 = weigh(0, width, x0, k0, k1, k2, k3, k4, s0);
      }
      if (isInside(1, columns, width, before, after)) {
        const x1 = v128.load(p + tap);
        s0 = weigh(1, width, x1, k0, k1, k2, k3, k4, s0);
        s1 = weigh(1 - stride, width, x1, k0, k1, k2, k3, k4, s1);
      }
      if (isInside(2, columns, width, before, after)) {
        const x2 = v128.load(p + (tap << 1));
        s0 = weigh(2, width, x2, k0, k1, k2, k3, k4, s0);
        s1 = weigh(2 - stride, width, x2, k0, k1, k2, k3, k4, s1);
        if (size > 2) s2 = weigh(2 - stride * 2, width, x2, k0, k1, k2, k3, k4, s2);
      }
      if (isInside(3, columns, width, before, after)) {
        const x3 = v128.load(p + tap * 3);
        s0 = weigh(3, width, x3, k0, k1, k2, k3, k4, s0);
        s1 = weigh(3 - stride, width, x3, k0, k1, k2, k3, k4, s1);
        if (size > 2) s2 = weigh(3 - stride * 2, width, x3, k0, k1, k2, k3, k4, s2);
        if (size > 3) s3 = weigh(3 - stride * 3, width, x3, k0, k1, k2, k3, k4, s3);
      }
      if (isInside(4, columns, width, before, after)) {
        const x4 = v128.load(p + (tap << 2));
        s0 = weigh(4, width, x4, k0, k1, k2, k3, k4, s0);
        s1 = weigh(4 - stride, width, x4, k0, k1, k2, k3, k4, s1);
        if (size > 2) s2 = weigh(4 - stride * 2, width, x4, k0, k1, k2, k3, k4, s2);
        if (size > 3) s3 = weigh(4 - stride * 3, width, x4, k0, k1, k2, k3, k4, s3);
      }
      if (isInside(5, columns, width, before, after)) {
        const x5 = v128.load(p + tap * 5);
        s1 = weigh(5 - stride, width, x5, k0, k1, k2, k3, k4, s1);
        if (size > 2) s2 = weigh(5 - stride * 2, width, x5, k0, k1, k2, k3, k4, s2);
        if (size > 3) s3 = weigh(5 - stride * 3, width, x5, k0, k1, k2, k3, k4, s3);
      }
      if (isInside(6, columns, width, before, after)) {
        const x6 = v128.load(p + tap * 6);
        s1 = weigh(6 - stride, width, x6, k0, k1, k2, k3, k4, s1);
        if (size > 2) s2 = weigh(6 - stride * 2, width, x6, k0, k1, k2, k3, k4, s2);
        if (size > 3) s3 = weigh(6 - stride * 3, width, x6, k0, k1, k2, k3, k4, s3);
      }
      if (isInside(7, columns, width, before, after)) {
        const x7 = v128.load(p + tap * 7);
        s1 = weigh(7 - stride, width, x7, k0, k1, k2, k3, k4, s1);
        if (size > 2) s2 = weigh(7 - stride * 2, width, x7, k0, k1, k2, k3, k4, s2);
        if (size > 3) s3 = weigh(7 - stride * 3, width, x7, k0, k1, k2, k3, k4, s3);
      }
      if (isInside(8, columns, width, before, after)) {
        const x8 = v128.load(p + (tap << 3));
        s1 = weigh(8 - stride, width, x8, k0, k1, k2, k3, k4, s1);
        if (size > 2) s2 = weigh(8 - stride * 2, width, x8, k0, k1, k2, k3, k4, s2);
        if (size > 3) s3 = weigh(8 - stride * 3, width, x8, k0, k1, k2, k3, k4, s3);
      }
      if (isInside(9, columns, width, before, after)) {
        const x9 = v128.load(p + tap * 9);
        s1 = weigh(9 - stride, width, x9, k0, k1, k2, k3, k4, s1);
        if (size > 2) s2 = weigh(9 - stride * 2, width, x9, k0, k1, k2, k3, k4, s2);
        if (size > 3) s3 = weigh(9 - stride * 3, width, x9, k0, k1, k2, k3, k4, s3);
      }
      if (isInside(10, columns, width, before, after)) {
        const x10 = v128.load(p + tap * 10);
        s1 = weigh(10 - stride, width, x10, k0, k1, k2, k3, k4, s1);
        if (size > 2) s2 = weigh(10 - stride * 2, width, x10, k0, k1, k2, k3, k4, s2);
        if (size > 3) s3 = weigh(10 - stride * 3, width, x10, k0, k1, k2, k3, k4, s3);
      }
      p += row;
      q += tapStride * width;
    }
    storePixels(size, y + offset, bias + offset, residual + offset, tap, s0, s1, s2, s3);
  }
}

/**
 * As `slide` for two rows of output, `line` bytes apart, under windows three wide and `rows` high: `step` (at most
 * `rows`) rows of input lie between them, and what both windows hold is read once. The first window begins at its row
 * `first` and the second has `only` rows (both at most `step`) past the end of the first.
 */
// @ts-ignore: decorator
@inline
export function slidePair(
  size: i32,
  stride: i32,
  before: i32,
  after: i32,
  x: usize,
  tap: usize,
  row: usize,
  step: u32,
  w: usize,
  tapStride: usize,
  y: usize,
  bias: usize,
  residual: usize,
  span: usize,
  line: usize,
  rows: u32,
  first: u32,
  only: u32,
): void {
  const columns = (size - 1) * stride + 3;
  const back = tapStride * 3 * step;
  for (let offset: usize = 0; offset != span; offset += 16) {
    let p = x + offset;
    let q = w + offset;
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let s2 = f32x4.splat(0);
    let s3 = f32x4.splat(0);
    let t0 = f32x4.splat(0);
    let t1 = f32x4.splat(0);
    let t2 = f32x4.splat(0);
    let t3 = f32x4.splat(0);
    for (let i = step - first; i; i--) {
      const k0 = v128.load(q);
      const k1 = v128.load(q + tapStride);
      const k2 = v128.load(q + (tapStride << 1));
      if (isInside(0, columns, 3, before, after)) {
        const x0 = v128.load(p);
        s0 = weigh(0, 3, x0, k0, k1, k2, k2, k2, s0);
      }
      if (isInside(1, columns, 3, before, after)) {
        const x1 = v128.load(p + tap);
        s0 = weigh(1, 3, x1, k0, k1, k2, k2, k2, s0);
        s1 = weigh(1 - stride, 3, x1, k0, k1, k2, k2, k2, s1);
      }
      if (isInside(2, columns, 3, before, after)) {
        const x2 = v128.load(p + (tap << 1));
        s0 = weigh(2, 3, x2, k0, k1, k2, k2, k2, s0);
        s1 = weigh(2 - stride, 3, x2, k0, k1, k2, k2, k2, s1);
        if (size > 2) s2 = weigh(2 - stride * 2, 3, x2, k0, k1, k2, k2, k2, s2);
      }
      if (isInside(3, columns, 3, before, after)) {
        const x3 = v128.load(p + tap * 3);
        s1 = weigh(3 - stride, 3, x3, k0, k1, k2, k2, k2, s1);
        if (size > 2) s2 = weigh(3 - stride * 2, 3, x3, k0, k1, k2, k2, k2, s2);
        if (size > 3) s3 = weigh(3 - stride * 3, 3, x3, k0, k1, k2, k2, k2, s3);
      }
      if (isInside(4, columns, 3, before, after)) {
        const x4 = v128.load(p + (tap << 2));
        s1 = weigh(4 - stride, 3, x4, k0, k1, k2, k2, k2, s1);
        if (size > 2) s2 = weigh(4 - stride * 2, 3, x4, k0, k1, k2, k2, k2, s2);
        if (size > 3) s3 = weigh(4 - stride * 3, 3, x4, k0, k1, k2, k2, k2, s3);
      }
      if (isInside(5, columns, 3, before, after)) {
        const x5 = v128.load(p + tap * 5);
        s1 = weigh(5 - stride, 3, x5, k0, k1, k2, k2, k2, s1);
        if (size > 2) s2 = weigh(5 - stride * 2, 3, x5, k0, k1, k2, k2, k2, s2);
        if (size > 3) s3 = weigh(5 - stride * 3, 3, x5, k0, k1, k2, k2, k2, s3);
      }
      if (isInside(6, columns, 3, before, after)) {
        const x6 = v128.load(p + tap * 6);
        s1 = weigh(6 - stride, 3, x6, k0, k1, k2, k2, k2, s1);
        if (size > 2) s2 = weigh(6 - stride * 2, 3, x6, k0, k1, k2, k2, k2, s2);
        if (size > 3) s3 = weigh(6 - stride * 3, 3, x6, k0, k1, k2, k2, k2, s3);
      }
      if (isInside(7, columns, 3, before, after)) {
        const x7 = v128.load(p + tap * 7);
        s1 = weigh(7 - stride, 3, x7, k0, k1, k2, k2, k2, s1);
        if (size > 2) s2 = weigh(7 - stride * 2, 3, x7, k0, k1, k2, k2, k2, s2);
        if (size > 3) s3 = weigh(7 - stride * 3, 3, x7, k0, k1, k2, k2, k2, s3);
      }
      if (isInside(8, columns, 3, before, after)) {
        const x8 = v128.load(p + (tap << 3));
        s1 = weigh(8 - stride, 3, x8, k0, k1, k2, k2, k2, s1);
        if (size > 2) s2 = weigh(8 - stride * 2, 3, x8, k0, k1, k2, k2, k2, s2);
        if (size > 3) s3 = weigh(8 - stride * 3, 3, x8, k0, k1, k2, k2, k2, s3);
      }
      p += row;
      q += tapStride * 3;
    }
    for (let i = rows - step; i; i--) {
      const k0 = v128.load(q);
      const k1 = v128.load(q + tapStride);
      const k2 = v128.load(q + (tapStride << 1));
      const l = q - back;
      const l0 = v128.load(l);
      const l1 = v128.load(l + tapStride);
      const l2 = v128.load(l + (tapStride << 1));
      if (isInside(0, columns, 3, before, after)) {
        const x0 = v128.load(p);
        s0 = weigh(0, 3, x0, k0, k1, k2, k2, k2, s0);
        t0 = weigh(0, 3, x0, l0, l1, l2, l2, l2, t0);
      }
      if (isInside(1, columns, 3, before, after)) {
        const x1 = v128.load(p + tap);
        s0 = weigh(1, 3, x1, k0, k1, k2, k2, k2, s0);
        t0 = weigh(1, 3, x1, l0, l1, l2, l2, l2, t0);
        s1 = weigh(1 - stride, 3, x1, k0, k1, k2, k2, k2, s1);
        t1 = weigh(1 - stride, 3, x1, l0, l1, l2, l2, l2, t1);
      }
      if (isInside(2, columns, 3, before, after)) {
        const x2 = v128.load(p + (tap << 1));
        s0 = weigh(2, 3, x2, k0, k1, k2, k2, k2, s0);
        t0 = weigh(2, 3, x2, l0, l1, l2, l2, l2, t0);
        s1 = weigh(2 - stride, 3, x2, k0, k1, k2, k2, k2, s1);
        t1 = weigh(2 - stride, 3, x2, l0, l1, l2, l2, l2, t1);
        if (size > 2) s2 = weigh(2 - stride * 2, 3, x2, k0, k1, k2, k2, k2, s2);
        if (size > 2) t2 = weigh(2 - stride * 2, 3, x2, l0, l1, l2, l2, l2, t2);
      }
      if (isInside(3, columns, 3, before, after)) {
        const x3 = v128.load(p + tap * 3);
        s1 = weigh(3 - stride, 3, x3, k0, k1, k2, k2, k2, s1);
        t1 = weigh(3 - stride, 3, x3, l0, l1, l2, l2, l2, t1);
        if (size > 2) s2 = weigh(3 - stride * 2, 3, x3, k0, k1, k2, k2, k2, s2);
        if (size > 2) t2 = weigh(3 - stride * 2, 3, x3, l0, l1, l2, l2, l2, t2);
        if (size > 3) s3 = weigh(3 - stride * 3, 3, x3, k0, k1, k2, k2, k2, s3);
        if (size > 3) t3 = weigh(3 - stride * 3, 3, x3, l0, l1, l2, l2, l2, t3);
      }
      if (isInside(4, columns, 3, before, after)) {
        const x4 = v128.load(p + (tap << 2));
        s1 = weigh(4 - stride, 3, x4, k0, k1, k2, k2, k2, s1);
        t1 = weigh(4 - stride, 3, x4, l0, l1, l2, l2, l2, t1);
        if (size > 2) s2 = weigh(4 - stride * 2, 3, x4, k0, k1, k2, k2, k2, s2);
        if (size > 2) t2 = weigh(4 - stride * 2, 3, x4, l0, l1, l2, l2, l2, t2);
        if (size > 3) s3 = weigh(4 - stride * 3, 3, x4, k0, k1, k2, k2, k2, s3);
        if (size > 3) t3 = weigh(4 - stride * 3, 3, x4, l0, l1, l2, l2, l2, t3);
      }
      if (isInside(5, columns, 3, before, after)) {
        const x5 = v128.load(p + tap * 5);
        s1 = weigh(5 - stride, 3, x5, k0, k1, k2, k2, k2, s1);
        t1 = weigh(5 - stride, 3, x5, l0, l1, l2, l2, l2, t1);
        if (size > 2) s2 = weigh(5 - stride * 2, 3, x5, k0, k1, k2, k2, k2, s2);
        if (size > 2) t2 = weigh(5 - stride * 2, 3, x5, l0, l1, l2, l2, l2, t2);
        if (size > 3) s3 = weigh(5 - stride * 3, 3, x5, k0, k1, k2, k2, k2, s3);
        if (size > 3) t3 = weigh(5 - stride * 3, 3, x5, l0, l1, l2, l2, l2, t3);
      }
      if (isInside(6, columns, 3, before, after)) {
        const x6 = v128.load(p + tap * 6);
        s1 = weigh(6 - stride, 3, x6, k0, k1, k2, k2, k2, s1);
        t1 = weigh(6 - stride, 3, x6, l0, l1, l2, l2, l2, t1);
        if (size > 2) s2 = weigh(6 - stride * 2, 3, x6, k0, k1, k2, k2, k2, s2);
        if (size > 2) t2 = weigh(6 - stride * 2, 3, x6, l0, l1, l2, l2, l2, t2);
        if (size > 3) s3 = weigh(6 - stride * 3, 3, x6, k0, k1, k2, k2, k2, s3);
        if (size > 3) t3 = weigh(6 - stride * 3, 3, x6, l0, l1, l2, l2, l2, t3);
      }
      if (isInside(7, columns, 3, before, after)) {
        const x7 = v128.load(p + tap * 7);
        s1 = weigh(7 - stride, 3, x7, k0, k1, k2, k2, k2, s1);
        t1 = weigh(7 - stride, 3, x7, l0, l1, l2, l2, l2, t1);
        if (size > 2) s2 = weigh(7 - stride * 2, 3, x7, k0, k1, k2, k2, k2, s2);
        if (size > 2) t2 = weigh(7 - stride * 2, 3, x7, l0, l1, l2, l2, l2, t2);
        if (size > 3) s3 = weigh(7 - stride * 3, 3, x7, k0, k1, k2, k2, k2, s3);
        if (size > 3) t3 = weigh(7 - stride * 3, 3, x7, l0, l1, l2, l2, l2, t3);
      }
      if (isInside(8, columns, 3, before, after)) {
        const x8 = v128.load(p + (tap << 3));
        s1 = weigh(8 - stride, 3, x8, k0, k1, k2, k2, k2, s1);
        t1 = weigh(8 - stride, 3, x8, l0, l1, l2, l2, l2, t1);
        if (size > 2) s2 = weigh(8 - stride * 2, 3, x8, k0, k1, k2, k2, k2, s2);
        if (size > 2) t2 = weigh(8 - stride * 2, 3, x8, l0, l1, l2, l2, l2, t2);
        if (size > 3) s3 = weigh(8 - stride * 3, 3, x8, k0, k1, k2, k2, k2, s3);
        if (size > 3) t3 = weigh(8 - stride * 3, 3, x8, l0, l1, l2, l2, l2, t3);
      }
      p += row;
      q += tapStride * 3;
    }
    q -= back;
    for (let i = only; i; i--) {
      const k0 = v128.load(q);
      const k1 = v128.load(q + tapStride);
      const k2 = v128.load(q + (tapStride << 1));
      if (isInside(0, columns, 3, before, after)) {
        const x0 = v128.load(p);
        t0 = weigh(0, 3, x0, k0, k1, k2, k2, k2, t0);
      }
      if (isInside(1, columns, 3, before, after)) {
        const x1 = v128.load(p + tap);
        t0 = weigh(1, 3, x1, k0, k1, k2, k2, k2, t0);
        t1 = weigh(1 - stride, 3, x1, k0, k1, k2, k2, k2, t1);
      }
      if (isInside(2, columns, 3, before, after)) {
        const x2 = v128.load(p + (tap << 1));
        t0 = weigh(2, 3, x2, k0, k1, k2, k2, k2, t0);
        t1 = weigh(2 - stride, 3, x2, k0, k1, k2, k2, k2, t1);
        if (size > 2) t2 = weigh(2 - stride * 2, 3, x2, k0, k1, k2, k2, k2, t2);
      }
      if (isInside(3, columns, 3, before, after)) {
        const x3 = v128.load(p + tap * 3);
        t1 = weigh(3 - stride, 3, x3, k0, k1, k2, k2, k2, t1);
        if (size > 2) t2 = weigh(3 - stride * 2, 3, x3, k0, k1, k2, k2, k2, t2);
        if (size > 3) t3 = weigh(3 - stride * 3, 3, x3, k0, k1, k2, k2, k2, t3);
      }
      if (isInside(4, columns, 3, before, after)) {
        const x4 = v128.load(p + (tap << 2));
        t1 = weigh(4 - stride, 3, x4, k0, k1, k2, k2, k2, t1);
        if (size > 2) t2 = weigh(4 - stride * 2, 3, x4, k0, k1, k2, k2, k2, t2);
        if (size > 3) t3 = weigh(4 - stride * 3, 3, x4, k0, k1, k2, k2, k2, t3);
      }
      if (isInside(5, columns, 3, before, after)) {
        const x5 = v128.load(p + tap * 5);
        t1 = weigh(5 - stride, 3, x5, k0, k1, k2, k2, k2, t1);
        if (size > 2) t2 = weigh(5 - stride * 2, 3, x5, k0, k1, k2, k2, k2, t2);
        if (size > 3) t3 = weigh(5 - stride * 3, 3, x5, k0, k1, k2, k2, k2, t3);
      }
      if (isInside(6, columns, 3, before, after)) {
        const x6 = v128.load(p + tap * 6);
        t1 = weigh(6 - stride, 3, x6, k0, k1, k2, k2, k2, t1);
        if (size > 2) t2 = weigh(6 - stride * 2, 3, x6, k0, k1, k2, k2, k2, t2);
        if (size > 3) t3 = weigh(6 - stride * 3, 3, x6, k0, k1, k2, k2, k2, t3);
      }
      if (isInside(7, columns, 3, before, after)) {
        const x7 = v128.load(p + tap * 7);
        t1 = weigh(7 - stride, 3, x7, k0, k1, k2, k2, k2, t1);
        if (size > 2) t2 = weigh(7 - stride * 2, 3, x7, k0, k1, k2, k2, k2, t2);
        if (size > 3) t3 = weigh(7 - stride * 3, 3, x7, k0, k1, k2, k2, k2, t3);
      }
      if (isInside(8, columns, 3, before, after)) {
        const x8 = v128.load(p + (tap << 3));
        t1 = weigh(8 - stride, 3, x8, k0, k1, k2, k2, k2, t1);
        if (size > 2) t2 = weigh(8 - stride * 2, 3, x8, k0, k1, k2, k2, k2, t2);
        if (size > 3) t3 = weigh(8 - stride * 3, 3, x8, k0, k1, k2, k2, k2, t3);
      }
      p += row;
      q += tapStride * 3;
    }
    const b = bias + offset;
    storePixels(size, y + offset, b, residual + offset, tap, s0, s1, s2, s3);
    storePixels(size, y + offset + line, b, residual + offset + line, tap, t0, t1, t2, t3);
  }
}

// @ts-ignore: decorator
@inline
function storePixels(
  size: i32,
  y: usize,
  bias: usize,
  residual: usize,
  pixel: usize,
  s0: v128,
  s1: v128,
  s2: v128,
  s3: v128,
): void {
  v128.store(y, epilogue(s0, bias, residual));
  v128.store(y + pixel, epilogue(s1, bias, residual + pixel));
  if (size > 2) v128.store(y + (pixel << 1), epilogue(s2, bias, residual + (pixel << 1)));
  if (size > 3) v128.store(y + pixel * 3, epilogue(s3, bias, residual + pixel * 3));
}
