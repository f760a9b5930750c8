import { applyPanel, factorPanel, PANEL, transposeT } from './householder';
import { fillJaxNormal } from './jax';
import { fillNormal } from './random';
import { storeLanes } from './simd';
import { fillTorchNormal } from './torch';
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

/** Bytes of scratch that deltaOrthogonal of a matrix of this shape takes. */
export function deltaOrthogonalScratch(rows: u32, columns: u32): usize {
  return matrixBytes(rows, columns) + orthogonalScratch(rows, columns);
}

/** Bytes of a matrix, rounded up to whole cache lines. */
// @ts-ignore: decorator
@inline
function matrixBytes(rows: u32, columns: u32): usize {
  return (((<usize>rows * columns) << 2) + 63) & ~63;
}

/** Fills `count` floats with 0, those `strideRow` and `strideColumn` elements apart from `centre` on with a matrix. */
function scatter(
  matrix: usize,
  target: usize,
  count: usize,
  centre: u32,
  rows: u32,
  columns: u32,
  strideRow: u32,
  strideColumn: u32,
): void {
  memory.fill(target, 0, count << 2);
  for (let r: u32 = 0; r < rows; r++) {
    let p = target + ((<usize>centre + <usize>r * strideRow) << 2);
    for (let c: u32 = 0; c < columns; c++) {
      store<f32>(p, load<f32>(matrix));
      matrix += 4;
      p += (<usize>strideColumn) << 2;
    }
  }
}

/**
 * Fills a convolution kernel of `count` elements with 0 but for its central tap, `centre` elements from the start, which
 * becomes an orthogonal matrix: its element [r, c] stands r · strideRow + c · strideColumn elements on. `scratch`:
 * deltaOrthogonalScratch bytes.
 */
export function fillDeltaOrthogonal(
  target: usize,
  count: usize,
  centre: u32,
  rows: u32,
  columns: u32,
  strideRow: u32,
  strideColumn: u32,
  key: u64,
  gain: f32,
  scratch: usize,
): void {
  fillOrthogonal(scratch, rows, columns, key, gain, scratch + matrixBytes(rows, columns));
  scatter(scratch, target, count, centre, rows, columns, strideRow, strideColumn);
}

/**
 * gain · jax.nn.initializers.orthogonal()(jax.random.key(seed), […, columns]) up to rounding, its leading axes flattened
 * to `rows`. `scratch`: orthogonalScratch bytes.
 */
export function fillJaxOrthogonal(target: usize, rows: u32, columns: u32, seed: u64, gain: f32, scratch: usize): void {
  fillJaxNormal(target, <usize>rows * columns, 0, seed, 0, 1);
  orthogonalize(target, rows, columns, gain, scratch);
}

/** fillDeltaOrthogonal of the matrix of fillJaxOrthogonal: jax.nn.initializers.delta_orthogonal up to rounding. */
export function fillJaxDeltaOrthogonal(
  target: usize,
  count: usize,
  centre: u32,
  rows: u32,
  columns: u32,
  strideRow: u32,
  strideColumn: u32,
  seed: u64,
  gain: f32,
  scratch: usize,
): void {
  fillJaxOrthogonal(scratch, rows, columns, seed, gain, scratch + matrixBytes(rows, columns));
  scatter(scratch, target, count, centre, rows, columns, strideRow, strideColumn);
}

/**
 * torch.nn.init.orthogonal_(tensor, gain) up to rounding, of a tensor [rows, …] whose other axes are flattened to
 * `columns`, by the generator at `state`. `scratch`: orthogonalScratch bytes.
 */
export function fillTorchOrthogonal(
  target: usize,
  rows: u32,
  columns: u32,
  state: usize,
  gain: f32,
  scratch: usize,
): void {
  const wide = rows < columns;
  const matrix = wide ? scratch : target;
  fillTorchNormal(matrix, <usize>rows * columns, state, 0, 1);
  if (wide) transposeMatrix(matrix, target, rows, columns, (<usize>columns) << 2, (<usize>rows) << 2);
  orthogonalize(target, rows, columns, gain, scratch);
}
