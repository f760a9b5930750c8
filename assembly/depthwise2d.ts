import { gathered } from './depthwiseGather';
import { slideRow, slideRows } from './depthwiseRows';
import { tiles } from './depthwiseTile';
import { tapsBefore, tapsWithin, windowsBefore, windowsWithin } from './windows';

/** Bytes of a map from which its rows are read ahead of the tiles: about what is left of a second-level cache. */
const TOUCHED: usize = 1 << 20;

/**
 * Depthwise 2-D convolution of `x` [batch, height, width, channels], surrounded by zeros, to `y` [batch, outHeight,
 * outWidth, channels · multiplier], whose channel c · multiplier + m is channel c of `x` under kernel (c, m) of `w`
 * [kernelHeight, kernelWidth, channels, multiplier], whose taps are `weightStride` floats apart. `bias` holds channels ·
 * multiplier values; `residual` has the layout of `y`.
 *
 * A window begins at (row · strideHeight − padTop, column · strideWidth − padLeft). Taps outside of the map are left out,
 * the others summed in their order.
 */
export function depthwise2d(
  x: usize,
  w: usize,
  y: usize,
  bias: usize,
  residual: usize,
  batch: u32,
  height: u32,
  width: u32,
  channels: u32,
  multiplier: u32,
  outHeight: u32,
  outWidth: u32,
  kernelHeight: u32,
  kernelWidth: u32,
  strideHeight: u32,
  strideWidth: u32,
  dilationHeight: u32,
  dilationWidth: u32,
  padTop: u32,
  padLeft: u32,
  weightStride: u32,
): void {
  const outputs = channels * multiplier;
  const vectors: u32 = multiplier == 1 ? channels & ~3 : 0;
  const rest: u32 = vectors ? channels & 3 : 0;
  const map = ((<usize>channels) << 2) * width * height;
  const result = ((<usize>outputs) << 2) * outWidth * outHeight;
  for (let image: u32 = 0; image < batch; image++) {
    if (vectors) {
      // prettier-ignore
      plane(x, w, y, bias, residual, (<usize>vectors) << 2, 4, height, width, channels, outHeight, outWidth, kernelHeight,
        kernelWidth, strideHeight, strideWidth, dilationHeight, dilationWidth, padTop, padLeft, weightStride);
    } else {
      // prettier-ignore
      gathered(x, w, y, bias, residual, height, width, channels, multiplier, outHeight, outWidth, kernelHeight,
        kernelWidth, strideHeight, strideWidth, dilationHeight, dilationWidth, padTop, padLeft, weightStride);
    }
    if (rest) {
      const shift = ((<usize>channels) << 2) - 16;
      // prettier-ignore
      plane(x + shift, w + shift, y + shift, bias + shift, residual + shift, 16, rest, height, width, channels, outHeight,
        outWidth, kernelHeight, kernelWidth, strideHeight, strideWidth, dilationHeight, dilationWidth, padTop, padLeft,
        weightStride);
    }
    x += map;
    y += result;
    residual += result;
  }
}

/** One image, as `tile` takes `span` and `lanes`. */
function plane(
  x: usize,
  w: usize,
  y: usize,
  bias: usize,
  residual: usize,
  span: usize,
  lanes: u32,
  height: u32,
  width: u32,
  channels: u32,
  outHeight: u32,
  outWidth: u32,
  kernelHeight: u32,
  kernelWidth: u32,
  strideHeight: u32,
  strideWidth: u32,
  dilationHeight: u32,
  dilationWidth: u32,
  padTop: u32,
  padLeft: u32,
  weightStride: u32,
): void {
  const pixel = (<usize>channels) << 2;
  const row = pixel * width;
  const line = pixel * outWidth;
  const tap = pixel * dilationWidth;
  const tapRow = row * dilationHeight;
  const step = pixel * strideWidth;
  const stepRow = row * strideHeight;
  const tapStride = (<usize>weightStride) << 2;
  const weightRow = tapStride * kernelWidth;
  const top = windowsBefore(padTop, strideHeight, outHeight);
  const bottom = max<u32>(
    windowsWithin(padTop, strideHeight, outHeight, (kernelHeight - 1) * dilationHeight + 1, height),
    top,
  );
  const slides = lanes == 4 && dilationWidth == 1 && strideWidth <= 2 && (kernelWidth == 3 || kernelWidth == 5);
  const margin: u32 = slides ? kernelWidth >> 1 : 0;
  let left = windowsBefore(padLeft > margin ? padLeft - margin : 0, strideWidth, outWidth);
  let right = windowsWithin(padLeft, strideWidth, outWidth, (kernelWidth - 1) * dilationWidth + 1, width + margin);
  if (right < left) right = left = outWidth;
  const centre = right - left;
  const pairs =
    ASC_FEATURE_RELAXED_SIMD && slides && kernelWidth == 3 && dilationHeight == 1 && strideHeight <= kernelHeight;
  const column = <i32>(left * strideWidth) - <i32>padLeft;
  const x0 = x + <usize>column * pixel;
  let touched: u32 = <usize>height * row < TOUCHED ? height : 0;
  for (let v: u32 = 0; v < outHeight && centre; v++) {
    const start = v * strideHeight;
    const first = tapsBefore(start, padTop, dilationHeight, kernelHeight);
    const last = tapsWithin(start, padTop, dilationHeight, kernelHeight, height);
    const rows = last > first ? last - first : 0;
    const p = x0 + <usize>(start + first * dilationHeight - padTop) * row;
    const q = w + <usize>first * weightRow;
    const shift = <usize>v * line + <usize>left * pixel;
    const beyond = kernelHeight - tapsWithin(start + strideHeight, padTop, dilationHeight, kernelHeight, height);
    const pair = pairs && v + 1 < outHeight && first <= strideHeight && last == kernelHeight && beyond <= strideHeight;
    const reach = start + (pair ? strideHeight : 0) + (kernelHeight - 1) * dilationHeight + 1 - padTop;
    if (touched < height && <i32>reach > <i32>touched) {
      const next = min<u32>(reach, height);
      touch(x + <usize>touched * row, x + <usize>next * row);
      touched = next;
    }
    if (pair) {
      // prettier-ignore
      slideRows(p, step, pixel, row, strideHeight, strideWidth, centre, column, width, q, tapStride, y + shift, line, bias,
        residual + shift, span, kernelHeight, first, strideHeight - beyond);
      v++;
    } else if (slides) {
      // prettier-ignore
      slideRow(p, step, pixel, tapRow, strideWidth, centre, column, width, kernelWidth, q, tapStride, y + shift, bias,
        residual + shift, span, rows);
    } else {
      // prettier-ignore
      tiles(centre, p, step, q, tapStride, 0, y + shift, bias, residual + shift, span, pixel, rows, kernelWidth, tap, tapRow, lanes);
    }
  }
  for (let u: u32 = 0; u < outWidth; u++) {
    if (u == left) u = right;
    if (u == outWidth) break;
    const begin = u * strideWidth;
    const before = tapsBefore(begin, padLeft, dilationWidth, kernelWidth);
    const within = tapsWithin(begin, padLeft, dilationWidth, kernelWidth, width);
    const columns = within > before ? within - before : 0;
    const xu = x + <usize>(begin + before * dilationWidth - padLeft) * pixel;
    for (let v: u32 = 0, count: u32 = 0; v < outHeight; v += count) {
      const start = v * strideHeight;
      const first = tapsBefore(start, padTop, dilationHeight, kernelHeight);
      const last = tapsWithin(start, padTop, dilationHeight, kernelHeight, height);
      const rows = last > first ? last - first : 0;
      count = v >= top && v < bottom ? bottom - v : 1;
      const p = xu + <usize>(start + first * dilationHeight - padTop) * row;
      const q = w + <usize>first * weightRow + <usize>before * tapStride;
      const shift = <usize>v * line + <usize>u * pixel;
      // prettier-ignore
      tiles(count, p, stepRow, q, tapStride, weightRow - tapStride * columns, y + shift, bias, residual + shift, span, line,
        rows, columns, tap, tapRow, lanes);
    }
  }
}

/** Reads a word of every cache line of [from, to), whose lines the tiles would miss one by one. */
function touch(from: usize, to: usize): void {
  for (; from < to; from += 64) load<i32>(from);
}
