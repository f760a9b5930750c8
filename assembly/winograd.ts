import { product } from './template';
import { inputTile, outputTile } from './winogradTiles';
import { spread } from './winogradWeights';

/**
 * 3 × 3 convolution of stride 1 by F(2×2, 3×3), Winograd's minimal filtering (Lavin and Gray 2016, "Fast algorithms for
 * convolutional neural networks"): y [batch, outHeight, outWidth, filters] = epilogue(x ⋆ w) for `x` [batch, height,
 * width, channels], around which stand `top` rows and `left` columns of zeros, and after which as many as are needed.
 *
 * `u` holds the transformed weights (`winogradWeights2`), `bias` holds `filters` values, and `residual` has the layout
 * of `y`, in whose place `y` may be. `tiles` tiles at most pass through `scratch` at a time, whose size `winogradScratch`
 * of the planner tells. Any sizes but `tiles` may be 0. Sums over channels run in order, in one accumulator.
 */
export function winograd2(
  x: usize,
  u: usize,
  y: usize,
  bias: usize,
  residual: usize,
  scratch: usize,
  batch: u32,
  height: u32,
  width: u32,
  channels: u32,
  top: u32,
  left: u32,
  outHeight: u32,
  outWidth: u32,
  filters: u32,
  tiles: u32,
): void {
  // prettier-ignore
  winograd(2, x, u, y, bias, residual, scratch, batch, height, width, channels, top, left, outHeight, outWidth, filters, tiles);
}

/** `winograd2` by F(4×4, 3×3), with weights of `winogradWeights4`. */
export function winograd4(
  x: usize,
  u: usize,
  y: usize,
  bias: usize,
  residual: usize,
  scratch: usize,
  batch: u32,
  height: u32,
  width: u32,
  channels: u32,
  top: u32,
  left: u32,
  outHeight: u32,
  outWidth: u32,
  filters: u32,
  tiles: u32,
): void {
  // prettier-ignore
  winograd(4, x, u, y, bias, residual, scratch, batch, height, width, channels, top, left, outHeight, outWidth, filters, tiles);
}

/** Both, for tiles of `size` (a constant) outputs: blocks of tiles, in the order of the batch, its rows and columns. */
// @ts-ignore: decorator
@inline
function winograd(
  size: u32,
  x: usize,
  u: usize,
  y: usize,
  bias: usize,
  residual: usize,
  scratch: usize,
  batch: u32,
  height: u32,
  width: u32,
  channels: u32,
  top: u32,
  left: u32,
  outHeight: u32,
  outWidth: u32,
  filters: u32,
  tiles: u32,
): void {
  const positions: usize = (size + 2) * (size + 2);
  const columns = (outWidth + size - 1) / size;
  const rows = (outHeight + size - 1) / size;
  const total = batch * rows * columns;
  if (total == 0) return;
  const blocks = (total + tiles - 1) / tiles;
  const block = (total + blocks - 1) / blocks;
  const pixel = (<usize>channels) << 2;
  const outPixel = (<usize>filters) << 2;
  const edge = <usize>(size + 2) * pixel + 16;
  const vSlice = spread(<usize>block * pixel + 16);
  const mSlice = spread(<usize>block * outPixel + 16);
  const uSlice = spread((((<usize>filters + 7) >> 3) * channels) << 5);
  const patch = scratch;
  const zeros = patch + (positions << 4);
  const v = (zeros + edge + 63) & ~63;
  const m = v + positions * vSlice;
  memory.fill(zeros, 0, edge);
  let row: u32 = 0;
  let column: u32 = 0;
  for (let start: u32 = 0; start < total; start += block) {
    const count = min(block, total - start);
    const firstRow = row;
    const firstColumn = column;
    for (let tile: usize = 0; tile < count; tile++) {
      const t = v + tile * pixel;
      // prettier-ignore
      inputTile(size, x, height, width, channels, row * size - top, column * size - left, zeros, patch, t, vSlice);
      if (++column == columns) {
        column = 0;
        if (++row == rows) {
          row = 0;
          x += pixel * width * height;
        }
      }
    }
    for (let p: usize = 0; p < positions; p++) {
      const mp = m + p * mSlice;
      product(v + p * vSlice, u + p * uSlice, mp, zeros, zeros, count, channels, filters, channels, filters);
    }
    row = firstRow;
    column = firstColumn;
    for (let tile: usize = 0; tile < count; tile++) {
      const t = m + tile * outPixel;
      const at = <usize>(row * outWidth + column) * size * outPixel;
      const down = min(size, outHeight - row * size);
      const across = min(size, outWidth - column * size);
      outputTile(size, t, mSlice, patch, y + at, residual + at, bias, outWidth, filters, down, across);
      if (++column == columns) {
        column = 0;
        if (++row == rows) {
          row = 0;
          y += outPixel * outWidth * outHeight;
          residual += outPixel * outWidth * outHeight;
        }
      }
    }
  }
}
