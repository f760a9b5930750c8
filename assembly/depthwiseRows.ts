import { slide, slidePair } from './depthwiseSlide';
import { tiles } from './depthwiseTile';

/** Pixels of the next sliding tile of a row with `left` to go; fewer than 3 for a pixel that no such tile takes. */
// @ts-ignore: decorator
@inline
function slideSize(left: u32): u32 {
  if (left == 3 || left == 5 || left == 6 || left == 9) return 3;
  return min<u32>(left, 4);
}

/** `count` pixels, in a column, of windows `width` wide that begin at the map's column `column`, less what lies outside. */
function clippedTiles(
  count: u32,
  column: i32,
  mapWidth: i32,
  width: u32,
  x: usize,
  step: usize,
  tap: usize,
  tapRow: usize,
  w: usize,
  tapStride: usize,
  y: usize,
  bias: usize,
  residual: usize,
  span: usize,
  stride: usize,
  rows: u32,
): void {
  const before = max<i32>(-column, 0);
  const columns = width - before - max<i32>(column + width - mapWidth, 0);
  // prettier-ignore
  tiles(count, x + tap * before, step, w + tapStride * before, tapStride, tapStride * (width - columns), y, bias, residual,
    span, stride, rows, columns, tap, tapRow, 4);
}

/** One row of `count` windows three or five wide, of which up to (width - 1) / 2 columns on a side lie outside. */
export function slideRow(
  x: usize,
  step: usize,
  tap: usize,
  tapRow: usize,
  stride: u32,
  count: u32,
  column: i32,
  mapWidth: i32,
  width: u32,
  w: usize,
  tapStride: usize,
  y: usize,
  bias: usize,
  residual: usize,
  span: usize,
  rows: u32,
): void {
  for (let size: u32 = 0; count; count -= size) {
    size = slideSize(count);
    const before = max<i32>(-column, 0);
    const after = max<i32>(column + (size - 1) * stride + width - mapWidth, 0);
    // prettier-ignore
    if (size < 3) {
      size = 1;
      clippedTiles(1, column, mapWidth, width, x, step, tap, tapRow, w, tapStride, y, bias, residual, span, 0, rows);
    } else if (width == 3 && stride == 1) {
      if (size == 4 && before + after == 0) slide(4, 1, 3, 0, 0, x, tap, tapRow, w, tapStride, y, bias, residual, span, rows);
      else if (size == 4) slide(4, 1, 3, before, after, x, tap, tapRow, w, tapStride, y, bias, residual, span, rows);
      else slide(3, 1, 3, before, after, x, tap, tapRow, w, tapStride, y, bias, residual, span, rows);
    } else if (width == 3) {
      if (size == 4) slide(4, 2, 3, before, after, x, tap, tapRow, w, tapStride, y, bias, residual, span, rows);
      else slide(3, 2, 3, before, after, x, tap, tapRow, w, tapStride, y, bias, residual, span, rows);
    } else if (stride == 1) {
      if (size == 4) slide(4, 1, 5, before, after, x, tap, tapRow, w, tapStride, y, bias, residual, span, rows);
      else slide(3, 1, 5, before, after, x, tap, tapRow, w, tapStride, y, bias, residual, span, rows);
    } else {
      if (size == 4) slide(4, 2, 5, before, after, x, tap, tapRow, w, tapStride, y, bias, residual, span, rows);
      else slide(3, 2, 5, before, after, x, tap, tapRow, w, tapStride, y, bias, residual, span, rows);
    }
    x += step * size;
    y += tap * size;
    residual += tap * size;
    column += size * stride;
  }
}

/** Two rows of `count` windows three wide, of which a column on either side lies outside; otherwise as `slidePair`. */
export function slideRows(
  x: usize,
  step: usize,
  tap: usize,
  row: usize,
  strideHeight: u32,
  stride: u32,
  count: u32,
  column: i32,
  mapWidth: i32,
  w: usize,
  tapStride: usize,
  y: usize,
  line: usize,
  bias: usize,
  residual: usize,
  span: usize,
  rows: u32,
  first: u32,
  only: u32,
): void {
  for (let size: u32 = 0; count; count -= size) {
    size = slideSize(count);
    const before = max<i32>(-column, 0);
    const after = max<i32>(column + (size - 1) * stride + 3 - mapWidth, 0);
    // prettier-ignore
    if (size < 3) {
      size = 1;
      clippedTiles(1, column, mapWidth, 3, x, step, tap, row, w, tapStride, y, bias, residual, span, 0, rows - first);
      clippedTiles(1, column, mapWidth, 3, x + row * (strideHeight - first), step, tap, row, w - tapStride * 3 * first, tapStride,
        y + line, bias, residual + line, span, 0, rows - strideHeight + only);
    } else if (stride == 1) {
      if (size == 4 && before + after == 0) slidePair(4, 1, 0, 0, x, tap, row, strideHeight, w, tapStride, y, bias, residual, span, line, rows, first, only);
      else if (size == 4) slidePair(4, 1, before, after, x, tap, row, strideHeight, w, tapStride, y, bias, residual, span, line, rows, first, only);
      else slidePair(3, 1, before, after, x, tap, row, strideHeight, w, tapStride, y, bias, residual, span, line, rows, first, only);
    } else {
      if (size == 4) slidePair(4, 2, before, after, x, tap, row, strideHeight, w, tapStride, y, bias, residual, span, line, rows, first, only);
      else slidePair(3, 2, before, after, x, tap, row, strideHeight, w, tapStride, y, bias, residual, span, line, rows, first, only);
    }
    x += step * size;
    y += tap * size;
    residual += tap * size;
    column += size * stride;
  }
}
