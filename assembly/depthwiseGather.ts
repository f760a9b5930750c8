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
  const last = outputs - 1;
  for (let v: u32 = 0; v < outHeight; v++) {
    const start = v * strideHeight;
    const first = tapsBefore(start, padTop, dilationHeight, kernelHeight);
    const past = tapsWithin(start, padTop, dilationHeight, kernelHeight, height);
    const rows = past > first ? past - first : 0;
    const line = x + <usize>(start + first * dilationHeight - padTop) * row;
    for (let output: u32 = 0; output < outputs; output += 4) {
      const offset = (<usize>output) << 2;
      const lanes = min<u32>(outputs - output, 4);
      const c0 = (<usize>(output / multiplier)) << 2;
      const c1 = (<usize>(min<u32>(output + 1, last) / multiplier)) << 2;
      const c2 = (<usize>(min<u32>(output + 2, last) / multiplier)) << 2;
      const c3 = (<usize>(min<u32>(output + 3, last) / multiplier)) << 2;
      let target = <usize>v * outWidth * stride + offset;
      for (let u: u32 = 0; u < outWidth; u++) {
        const begin = u * strideWidth;
        const before = tapsBefore(begin, padLeft, dilationWidth, kernelWidth);
        const within = tapsWithin(begin, padLeft, dilationWidth, kernelWidth, width);
        const columns = within > before ? within - before : 0;
        const skip = row * dilationHeight - tap * columns;
        const tapSkip = tapStride * (kernelWidth - columns);
        let p = line + <usize>(begin + before * dilationWidth - padLeft) * pixel;
        let q = w + <usize>(first * kernelWidth + before) * tapStride + offset;
        let sum = f32x4.splat(0);
        for (let i = rows; i; i--) {
          for (let j = columns; j; j--) {
            let value = v128.load32_splat(p + c0);
            if (c3 != c0) {
              value = v128.load32_lane(p + c1, value, 1);
              value = v128.load32_lane(p + c2, value, 2);
              value = v128.load32_lane(p + c3, value, 3);
            }
            sum = multiplyAdd(value, lanes == 4 ? v128.load(q) : loadLanes(q, lanes, value), sum);
            p += tap;
            q += tapStride;
          }
          p += skip;
          q += tapSkip;
        }
        storeLanes(y + target, epilogue(sum, bias + offset, residual + target), lanes);
        target += stride;
      }
    }
  }
}
