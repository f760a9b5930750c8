import { applyPanel, factorPanel, PANEL, transposeT } from './householder';
import { fillNormal } from './random';
import { storeLanes } from './simd';
import { transposeMatrix } from './transpose2d';

/*
 * Orthogonal matrices of docs/random.md, bit for bit, by Householder QR (Golub and Van Loan, "Matrix computations", 5.2).
 * The matrix lies in scratch by columns, padded with zeros to multiples of four rows and of four columns.
 */

// @ts-ignore: decorator
@inline
function padded(size: u32): u32 {
  return (size + 3) & ~3;
}

/** Bytes from one column to the next: an odd number of cache lines, so that columns do not compete for the same ones. */
// @ts-ignore: decorator
@inline
function columnStride(long: u32): usize {
  return ((((<usize>long) << 2) + 63) & ~63) | 64;
}

/** Bytes of scratch that a matrix of this shape takes. */
export function orthogonalScratch(rows: u32, columns: u32): usize {
  const short = padded(min<u32>(rows, columns));
  return columnStride(max<u32>(rows, columns)) * (short + PANEL) + ((<usize>(short * (PANEL + 1))) << 2);
}

/** Copies `count` floats times `factor`; reads up to a multiple of four. */
function copyScaled(source: usize, target: usize, count: u32, factor: f32): void {
  const factors = f32x4.splat(factor);
  for (; count >= 4; count -= 4) {
    v128.store(target, f32x4.mul(v128.load(source), factors));
    source += 16;
    target += 16;
  }
  if (count != 0) storeLanes(target, f32x4.mul(v128.load(source), factors), count);
}

/**
 * Replaces the matrix at `target`, shaped [max, min] of `rows` and `columns`, by gain · Q · sign(diag R) of its QR
 * decomposition, transposed where rows < columns: [rows, columns], its rows or its columns orthonormal but for the gain.
 * A column that depends on those before it is replaced by one that does not. `scratch`: orthogonalScratch bytes.
 */
export function orthogonalize(target: usize, rows: u32, columns: u32, gain: f32, scratch: usize): void {
  const long = max<u32>(rows, columns);
  const short = min<u32>(rows, columns);
  if (short == 0) return;
  const count = padded(short);
  const stride = columnStride(long);
  const bytes = (<usize>padded(long)) << 2;
  const panel = scratch + <usize>count * stride;
  const triangles = panel + <usize>PANEL * stride;
  const signs = triangles + ((<usize>count) << 4);
  memory.fill(scratch, 0, panel - scratch);
  transposeMatrix(target, scratch, long, short, (<usize>short) << 2, stride);
  for (let first: u32 = 0; first < count; first += PANEL) {
    const v = scratch + <usize>first * stride;
    const t = triangles + ((<usize>first) << 4);
    const top = (<usize>first) << 2;
    factorPanel(v, stride, bytes - top, first, long, t, signs + top);
    applyPanel(v + top, t, v + <usize>PANEL * stride + top, count - first - PANEL, stride, bytes - top);
  }
  for (let first = count; first != 0;) {
    first -= PANEL;
    const v = scratch + <usize>first * stride;
    const t = triangles + ((<usize>first) << 4);
    const top = (<usize>first) << 2;
    memory.copy(panel, v, <usize>PANEL * stride);
    memory.fill(v, 0, <usize>PANEL * stride);
    for (let j: usize = 0; j < PANEL; j++) store<f32>(v + j * stride + top + (j << 2), 1);
    transposeT(t);
    applyPanel(panel + top, t, v + top, count - first, stride, bytes - top);
  }
  for (let j: u32 = 0; j < short; j++) {
    const column = scratch + <usize>j * stride;
    const factor = gain * load<f32>(signs + ((<usize>j) << 2));
    copyScaled(column, rows < columns ? target + <usize>j * long * 4 : column, long, factor);
  }
  if (rows >= columns) transposeMatrix(scratch, target, short, long, stride, (<usize>short) << 2);
}

/** Draws a standard normal matrix, elements 0 on of the key by rows of [max, min], and orthogonalizes it. */
export function fillOrthogonal(target: usize, rows: u32, columns: u32, key: u64, gain: f32, scratch: usize): void {
  fillNormal(target, <usize>rows * columns, 0, key, 0, 1);
  orthogonalize(target, rows, columns, gain, scratch);
}

/**
 * Fills a convolution kernel [taps, inChannels, outChannels] with 0, its tap `centre` with an orthogonal matrix;
 * inChannels ≤ outChannels.
 */
export function fillDeltaOrthogonal(
  target: usize,
  taps: u32,
  centre: u32,
  inChannels: u32,
  outChannels: u32,
  key: u64,
  gain: f32,
  scratch: usize,
): void {
  const bytes = (<usize>inChannels * outChannels) << 2;
  memory.fill(target, 0, <usize>taps * bytes);
  fillOrthogonal(target + <usize>centre * bytes, inChannels, outChannels, key, gain, scratch);
}
