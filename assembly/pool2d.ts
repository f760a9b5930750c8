import { loadLanes, storeLanes } from './simd';

/**
 * The largest element of each window: `x` [batch, height, width, channels] to `y` [batch, outHeight, outWidth,
 * channels]. A window begins at (row · strideHeight − padTop, column · strideWidth − padLeft) and is clipped to the map,
 * which it must meet. NaN where the window holds a NaN.
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
  for (let image: u32 = 0; image < batch; image++) {
    for (let v: u32 = 0; v < outHeight; v++) {
      const top = clip(v * strideHeight, padTop, height);
      const rows = clip(v * strideHeight + poolHeight, padTop, height) - top;
      for (let u: u32 = 0; u < outWidth; u++) {
        const left = clip(u * strideWidth, padLeft, width);
        const columns = clip(u * strideWidth + poolWidth, padLeft, width) - left;
        window(average, x + <usize>top * row + <usize>left * pixel, y, rows, columns, channels, pixel, row);
        y += pixel;
      }
    }
    x += row * height;
  }
}

/** `position` − `pad`, clipped to [0, size]. */
// @ts-ignore: decorator
@inline
function clip(position: u32, pad: u32, size: u32): u32 {
  return position < pad ? 0 : min<u32>(position - pad, size);
}

/** Reduces one clipped window over every channel, 16 channels at a time, then 4. */
// @ts-ignore: decorator
@inline
function window(
  average: bool,
  x: usize,
  y: usize,
  rows: u32,
  columns: u32,
  channels: u32,
  pixel: usize,
  row: usize,
): void {
  const start = f32x4.splat(average ? 0 : -Infinity);
  const count = f32x4.splat(<f32>(rows * columns));
  const back = row - pixel * columns;
  let c = channels;
  for (; c >= 16; c -= 16) {
    let p = x;
    let a0 = start;
    let a1 = start;
    let a2 = start;
    let a3 = start;
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
    v128.store(y, average ? f32x4.div(a0, count) : a0);
    v128.store(y, average ? f32x4.div(a1, count) : a1, 16);
    v128.store(y, average ? f32x4.div(a2, count) : a2, 32);
    v128.store(y, average ? f32x4.div(a3, count) : a3, 48);
    x += 64;
    y += 64;
  }
  while (c) {
    const lanes = min<u32>(c, 4);
    let p = x;
    let a = start;
    for (let i = rows; i; i--) {
      for (let j = columns; j; j--) {
        a = combine(average, a, loadLanes(p, lanes, start));
        p += pixel;
      }
      p += back;
    }
    storeLanes(y, average ? f32x4.div(a, count) : a, lanes);
    x += 16;
    y += 16;
    c -= lanes;
  }
}

// @ts-ignore: decorator
@inline
function combine(average: bool, a: v128, b: v128): v128 {
  return average ? f32x4.add(a, b) : f32x4.max(a, b);
}
