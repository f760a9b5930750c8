import { loadLanes, storeLanes } from './simd';
import { windowsBefore, windowsWithin } from './windows';

/**
 * The largest element of each window: `x` [batch, height, width, channels] to `y` [batch, outHeight, outWidth,
 * channels]. A window begins at (row · strideHeight − padTop, column · strideWidth − padLeft) and is clipped to the map,
 * which it must meet. NaN where the window holds a NaN; −0 where it holds zeros of both signs and nothing larger.
 */
export function maxPool2d(
  x: usize,
  y: usize,
  batch: u32,
  height: u32,
  width: u32,
  channels: u32,
  outHeight: u32,
  outWidth: u32,
  poolHeight: u32,
  poolWidth: u32,
  strideHeight: u32,
  strideWidth: u32,
  padTop: u32,
  padLeft: u32,
): void {
  // prettier-ignore
  pool2d(false, x, y, batch, height, width, channels, outHeight, outWidth, poolHeight, poolWidth, strideHeight,
    strideWidth, padTop, padLeft);
}

/** The mean of each window's elements inside the map; otherwise as `maxPool2d`. */
export function averagePool2d(
  x: usize,
  y: usize,
  batch: u32,
  height: u32,
  width: u32,
  channels: u32,
  outHeight: u32,
  outWidth: u32,
  poolHeight: u32,
  poolWidth: u32,
  strideHeight: u32,
  strideWidth: u32,
  padTop: u32,
  padLeft: u32,
): void {
  // prettier-ignore
  pool2d(true, x, y, batch, height, width, channels, outHeight, outWidth, poolHeight, poolWidth, strideHeight,
    strideWidth, padTop, padLeft);
}

// @ts-ignore: decorator
@inline
function pool2d(
  average: bool,
  x: usize,
  y: usize,
  batch: u32,
  height: u32,
  width: u32,
  channels: u32,
  outHeight: u32,
  outWidth: u32,
  poolHeight: u32,
  poolWidth: u32,
  strideHeight: u32,
  strideWidth: u32,
  padTop: u32,
  padLeft: u32,
): void {
  const pixel = (<usize>channels) << 2;
  const row = pixel * width;
  const step = pixel * strideWidth;
  const map = row * height;
  const result = pixel * outWidth;
  const left = windowsBefore(padLeft, strideWidth, outWidth);
  const right = max<u32>(windowsWithin(padLeft, strideWidth, outWidth, poolWidth, width), left);
  for (let image = batch; image; image--) {
    for (let v: u32 = 0; v < outHeight; v++) {
      const top = clip(v * strideHeight, padTop, height);
      const bottom = clip(v * strideHeight + poolHeight, padTop, height);
      const rows = bottom - top;
      const line = x + <usize>top * row;
      const unread = row * (height - bottom) + map * (image - 1);
      const unwritten = result * (outHeight - v - 1) + result * outHeight * (image - 1);
      const exact = channels < 4 && min<usize>(unread, unwritten) < 12;
      for (let u: u32 = 0, count: u32 = 0; u < outWidth; u += count) {
        count = u == left && right > left ? right - left : 1;
        const first = clip(u * strideWidth, padLeft, width);
        const columns = clip(u * strideWidth + poolWidth, padLeft, width) - first;
        const p = line + <usize>first * pixel;
        if (exact) {
          exactWindows(average, p, y, count, step, rows, columns, channels, pixel, row);
        } else if (rows == 2 && columns == 2) {
          smallWindows(average, 2, p, y, count, step, pixel, row);
        } else if (rows == 3 && columns == 3) {
          smallWindows(average, 3, p, y, count, step, pixel, row);
        } else {
          windows(average, p, y, count, step, rows, columns, pixel, row);
        }
        y += pixel * count;
      }
    }
    x += map;
  }
}

/** `position` − `pad`, clipped to [0, size]. */
// @ts-ignore: decorator
@inline
function clip(position: u32, pad: u32, size: u32): u32 {
  return position < pad ? 0 : min<u32>(position - pad, size);
}

/**
 * Reduces `count` windows, `step` bytes apart, of `size` × `size` (a constant, 2 or 3) pixels. With fewer than four
 * channels it reads and writes sixteen bytes at each pixel all the same: what is written too much is overwritten, and
 * twelve bytes must follow the windows in both maps.
 */
// @ts-ignore: decorator
@inline
function smallWindows(
  average: bool,
  size: u32,
  x: usize,
  y: usize,
  count: u32,
  step: usize,
  pixel: usize,
  row: usize,
): void {
  const divisor = f32x4.splat(<f32>(size * size));
  const last = max<i32>(<i32>pixel - 16, 0);
  for (; count; count--) {
    for (let offset = 0; ; offset = min<i32>(offset + 16, last)) {
      const p = x + offset;
      const q = p + row;
      let a = v128.load(p);
      if (average) a = f32x4.add(f32x4.splat(0), a);
      a = combine(average, a, v128.load(p + pixel));
      if (size == 3) a = combine(average, a, v128.load(p + (pixel << 1)));
      a = combine(average, combine(average, a, v128.load(q)), v128.load(q + pixel));
      if (size == 3) {
        const r = q + row;
        a = combine(average, a, v128.load(q + (pixel << 1)));
        a = combine(average, combine(average, a, v128.load(r)), v128.load(r + pixel));
        a = combine(average, a, v128.load(r + (pixel << 1)));
      }
      v128.store(y + offset, average ? f32x4.div(a, divisor) : a);
      if (offset == last) break;
    }
    x += step;
    y += pixel;
  }
}

/** As `smallWindows` for windows of any size, 16 channels at a time, then 4. */
// @ts-ignore: decorator
@inline
function windows(
  average: bool,
  x: usize,
  y: usize,
  count: u32,
  step: usize,
  rows: u32,
  columns: u32,
  pixel: usize,
  row: usize,
): void {
  const divisor = f32x4.splat(<f32>(rows * columns));
  const back = row - pixel * columns;
  const last = max<i32>(<i32>pixel - 16, 0);
  for (; count; count--) {
    let offset = 0;
    for (; offset + 64 <= <i32>pixel; offset += 64) {
      let p = x + offset;
      let a0 = average ? f32x4.splat(0) : v128.load(p);
      let a1 = average ? a0 : v128.load(p, 16);
      let a2 = average ? a0 : v128.load(p, 32);
      let a3 = average ? a0 : v128.load(p, 48);
      for (let i = rows; i; i--) {
        for (let j = columns; j; j--) {
          a0 = combine(average, a0, v128.load(p));
          a1 = combine(average, a1, v128.load(p, 16));
          a2 = combine(average, a2, v128.load(p, 32));
          a3 = combine(average, a3, v128.load(p, 48));
          p += pixel;
        }
        p += back;
      }
      const t = y + offset;
      v128.store(t, average ? f32x4.div(a0, divisor) : a0);
      v128.store(t, average ? f32x4.div(a1, divisor) : a1, 16);
      v128.store(t, average ? f32x4.div(a2, divisor) : a2, 32);
      v128.store(t, average ? f32x4.div(a3, divisor) : a3, 48);
    }
    for (; offset < <i32>pixel; offset += 16) {
      const at = min<i32>(offset, last);
      let p = x + at;
      let a = average ? f32x4.splat(0) : v128.load(p);
      for (let i = rows; i; i--) {
        for (let j = columns; j; j--) {
          a = combine(average, a, v128.load(p));
          p += pixel;
        }
        p += back;
      }
      v128.store(y + at, average ? f32x4.div(a, divisor) : a);
    }
    x += step;
    y += pixel;
  }
}

/** As `windows` for one to three channels, reading and writing nothing else. */
// @ts-ignore: decorator
@inline
function exactWindows(
  average: bool,
  x: usize,
  y: usize,
  count: u32,
  step: usize,
  rows: u32,
  columns: u32,
  channels: u32,
  pixel: usize,
  row: usize,
): void {
  const zero = f32x4.splat(0);
  const divisor = f32x4.splat(<f32>(rows * columns));
  for (; count; count--) {
    let p = x;
    let a = average ? zero : loadLanes(p, channels, zero);
    for (let i = rows; i; i--) {
      for (let j = columns; j; j--) {
        a = combine(average, a, loadLanes(p, channels, zero));
        p += pixel;
      }
      p += row - pixel * columns;
    }
    storeLanes(y, average ? f32x4.div(a, divisor) : a, channels);
    x += step;
    y += pixel;
  }
}

/** The sum, or the larger: on x86 `f32x4.max` alone takes three times as long as this. */
// @ts-ignore: decorator
@inline
function combine(average: bool, a: v128, b: v128): v128 {
  return average ? f32x4.add(a, b) : v128.or(f32x4.pmax(a, b), f32x4.pmax(b, a));
}
