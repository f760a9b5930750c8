import { multiplyRuns } from './tile';

/**
 * 2-D convolution of `x` [batch, height, width, channels], already padded, to `y` [batch, outHeight, outWidth, filters].
 *
 * `w` holds, for each of the `groups` groups, panels [ceil((filters / groups) / 8)][kernelHeight · kernelWidth ·
 * (channels / groups)][8] (`packGroups`). `bias` holds `filters` values; `residual` has the layout of `y`. Every window
 * must lie within `x`: (outHeight − 1) · strideHeight + (kernelHeight − 1) · dilationHeight < height, and so for width.
 */
export function conv2d(
  x: usize,
  w: usize,
  y: usize,
  bias: usize,
  residual: usize,
  batch: u32,
  height: u32,
  width: u32,
  channels: u32,
  outHeight: u32,
  outWidth: u32,
  filters: u32,
  kernelHeight: u32,
  kernelWidth: u32,
  strideHeight: u32,
  strideWidth: u32,
  dilationHeight: u32,
  dilationWidth: u32,
  groups: u32,
): void {
  const pixels = outHeight * outWidth;
  if (pixels == 0) return;
  const inputs = channels / groups;
  const outputs = filters / groups;
  const pixel = (<usize>channels) << 2;
  const row = pixel * width;
  const step = pixel * strideWidth;
  const jump = row * strideHeight - step * outWidth;
  const stride = (<usize>filters) << 2;
  let run = inputs;
  let runs = kernelWidth;
  let skip = pixel * dilationWidth - ((<usize>inputs) << 2);
  if (dilationWidth == 1 && groups == 1) {
    run = kernelWidth * channels;
    runs = 1;
    skip = 0;
  }
  const rowSkip = row * dilationHeight - (((<usize>run) << 2) + skip) * runs;
  const panels = (((<usize>outputs + 7) >> 3) * kernelHeight * kernelWidth * inputs) << 5;
  for (let image: u32 = 0; image < batch; image++) {
    let wg = w;
    let offset: usize = 0;
    for (let group: u32 = 0; group < groups; group++) {
      // prettier-ignore
      multiplyRuns(x + <usize>(group * inputs << 2), wg, y + offset, bias + offset, residual + offset, pixels, outputs,
        outWidth, step, jump, run, runs, skip, kernelHeight, rowSkip, stride);
      wg += panels;
      offset += (<usize>outputs) << 2;
    }
    x += row * height;
    y += stride * pixels;
    residual += stride * pixels;
  }
}
