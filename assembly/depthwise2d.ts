import { TILE, slide, slideSize, tile } from './depthwiseTile';
import { loadLanes, multiplyAdd, storeLanes } from './simd';
import { epilogue } from './template';

/** Output pixels of the largest register tile. */
const ALT: u32 = 4;

/**
 * Depthwise 2-D convolution of `x` [batch, height, width, channels], already padded, to `y` [batch, outHeight, outWidth,
 * channels · multiplier], whose channel c · multiplier + m is channel c of `x` under kernel (c, m) of `w` [kernelHeight,
 * kernelWidth, channels, multiplier], whose taps are `weightStride` floats apart. `bias` holds channels · multiplier
 * values; `residual` has the layout of `y`. Every window must lie within `x`.
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
  weightStride: u32,
): void {
  const pixel = (<usize>channels) << 2;
  const row = pixel * width;
  const step = pixel * strideWidth;
  const tap = pixel * dilationWidth;
  const skip = row * dilationHeight - tap * kernelWidth;
  const outputs = channels * multiplier;
  const vectors: u32 = multiplier == 1 ? channels & ~3 : 0;
  const stride = (<usize>outputs) << 2;
  const tapStride = (<usize>weightStride) << 2;
  const line = row * dilationHeight;
  const slides = vectors && kernelWidth == 3 && dilationWidth == 1 && strideWidth <= 2;
  for (let image: u32 = 0; image < batch; image++) {
    for (let v: u32 = 0; v < outHeight; v++) {
      let p = x + <usize>(v * strideHeight) * row;
      for (let left = outWidth, size: u32 = 0; left; left -= size) {
        const slid = slides ? slideSize(left, strideWidth) : 0;
        size = slid ? slid : left >= TILE ? TILE : left >= 4 ? 4 : left >= 2 ? 2 : 1;
        // prettier-ignore
        if (slid == 4) {
          slide(4, 1, p, pixel, w, tapStride, y, bias, residual, vectors, kernelHeight, line);
        } else if (slid && strideWidth == 1) {
          slide(3, 1, p, pixel, w, tapStride, y, bias, residual, vectors, kernelHeight, line);
        } else if (slid) {
          slide(3, 2, p, pixel, w, tapStride, y, bias, residual, vectors, kernelHeight, line);
        } else if (size == TILE) {
          tile(TILE, p, step, w, tapStride, y, bias, residual, vectors, stride, kernelHeight, kernelWidth, tap, skip);
        } else if (size == 4) {
          tile(4, p, step, w, tapStride, y, bias, residual, vectors, stride, kernelHeight, kernelWidth, tap, skip);
        } else if (size == 2) {
          tile(2, p, step, w, tapStride, y, bias, residual, vectors, stride, kernelHeight, kernelWidth, tap, skip);
        } else {
          tile(1, p, step, w, tapStride, y, bias, residual, vectors, stride, kernelHeight, kernelWidth, tap, skip);
        }
        for (let i: u32 = 0; i < size; i++) {
          for (let output = vectors; output < outputs; output += 4) {
            // prettier-ignore
            gathered(output, p, w, tapStride, y, bias, residual, outputs, multiplier, kernelHeight, kernelWidth, tap, skip);
          }
          p += step;
          y += stride;
          residual += stride;
        }
      }
    }
    x += row * height;
  }
}

/** Four output channels of one pixel, fewer at the end, each with its own input channel. */
function gathered(
  output: u32,
  x: usize,
  w: usize,
  tapStride: usize,
  y: usize,
  bias: usize,
  residual: usize,
  outputs: u32,
  multiplier: u32,
  kernelHeight: u32,
  kernelWidth: u32,
  tap: usize,
  skip: usize,
): void {
  const lanes = min<u32>(outputs - output, 4);
  const zero = f32x4.splat(0);
  const last = outputs - 1;
  let x0 = x + <usize>((output / multiplier) << 2);
  let x1 = x + <usize>((min<u32>(output + 1, last) / multiplier) << 2);
  let x2 = x + <usize>((min<u32>(output + 2, last) / multiplier) << 2);
  let x3 = x + <usize>((min<u32>(output + 3, last) / multiplier) << 2);
  const offset = (<usize>output) << 2;
  let q = w + offset;
  let sum = zero;
  for (let i = kernelHeight; i; i--) {
    for (let j = kernelWidth; j; j--) {
      let value = v128.load32_splat(x0);
      value = v128.load32_lane(x1, value, 1);
      value = v128.load32_lane(x2, value, 2);
      value = v128.load32_lane(x3, value, 3);
      sum = multiplyAdd(value, loadLanes(q, lanes, zero), sum);
      x0 += tap;
      x1 += tap;
      x2 += tap;
      x3 += tap;
      q += tapStride;
    }
    x0 += skip;
    x1 += skip;
    x2 += skip;
    x3 += skip;
  }
  storeLanes(y + offset, epilogue(sum, bias + offset, residual + offset), lanes);
}
