import { loadLanes, multiplyAdd, storeLanes } from './simd';
import { epilogue } from './template';
import { tapsBefore, tapsWithin } from './windows';

/** One image of `depthwise2d`, each lane of an output vector from the input channel it has. */
export function gathered(
  x: usize,
  w: usize,
  y: usize,
  bias: usize,
  residual: usize,
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
  const pixel = (<usize>channels) << 2;
  const row = pixel * width;
  const tap = pixel * dilationWidth;
  const tapStride = (<usize>weightStride) << 2;
  const outputs = channels * multiplier;
  const stride = (<usize>outputs) << 2;
  for (let v: u32 = 0; v < outHeight; v++) {
    const start = v * strideHeight;
    const first = tapsBefore(start, padTop, dilationHeight, kernelHeight);
    const last = tapsWithin(start, padTop, dilationHeight, kernelHeight, height);
    const rows = last > first ? last - first : 0;
    for (let u: u32 = 0; u < outWidth; u++) {
      const begin = u * strideWidth;
      const before = tapsBefore(begin, padLeft, dilationWidth, kernelWidth);
      const within = tapsWithin(begin, padLeft, dilationWidth, kernelWidth, width);
      const columns = within > before ? within - before : 0;
      const p =
        x +
        <usize>(start + first * dilationHeight - padTop) * row +
        <usize>(begin + before * dilationWidth - padLeft) * pixel;
      const q = w + <usize>(first * kernelWidth + before) * tapStride;
      for (let output: u32 = 0; output < outputs; output += 4) {
        // prettier-ignore
        gather(output, p, q, tapStride, y, bias, residual, outputs, multiplier, rows, columns, tap,
          row * dilationHeight - tap * columns, tapStride * (kernelWidth - columns));
      }
      y += stride;
      residual += stride;
    }
  }
}

/** Four output channels of one pixel, fewer at the end, each with its own input channel. */
function gather(
  output: u32,
  x: usize,
  w: usize,
  tapStride: usize,
  y: usize,
  bias: usize,
  residual: usize,
  outputs: u32,
  multiplier: u32,
  rows: u32,
  columns: u32,
  tap: usize,
  skip: usize,
  tapSkip: usize,
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
  for (let i = rows; i; i--) {
    for (let j = columns; j; j--) {
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
    q += tapSkip;
  }
  storeLanes(y + offset, epilogue(sum, bias + offset, residual + offset), lanes);
}
