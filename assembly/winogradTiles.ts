import { HALF, splat } from './constants';
import { storeLanes } from './simd';
import { epilogue } from './template';

/*
 * F(4×4, 3×3) interpolates at 0, ±√½, ±√2 and ∞: a third of the error of 0, ±1, ±2 and ∞ at 256 channels, for as many
 * operations. F(2×2, 3×3) does at 0, ±1 and ∞.
 */
const TWO = memory.data<f32>([2]);
const FIVE_HALVES = memory.data<f32>([2.5]);
const A = memory.data<f32>([0.70710678]);
const B = memory.data<f32>([1.41421356]);
const A3 = memory.data<f32>([0.35355339]);
const B3 = memory.data<f32>([2.82842712]);

/** Transforms 4 or, for `size` 4, 6 values of an input tile's row or column; stores as many, `step` bytes apart. */
// @ts-ignore: decorator
@inline
function transformInput(
  size: u32,
  d0: v128,
  d1: v128,
  d2: v128,
  d3: v128,
  d4: v128,
  d5: v128,
  target: usize,
  step: usize,
): void {
  if (size == 2) {
    v128.store(target, f32x4.sub(d0, d2));
    v128.store((target += step), f32x4.add(d1, d2));
    v128.store((target += step), f32x4.sub(d2, d1));
    v128.store((target += step), f32x4.sub(d1, d3));
  } else {
    const two = splat(TWO);
    const half = splat(HALF);
    const fiveHalves = splat(FIVE_HALVES);
    const evenA = f32x4.sub(d4, f32x4.mul(two, d2));
    const oddA = f32x4.mul(splat(A), f32x4.sub(d3, f32x4.mul(two, d1)));
    const evenB = f32x4.sub(d4, f32x4.mul(half, d2));
    const oddB = f32x4.mul(splat(B), f32x4.sub(d3, f32x4.mul(half, d1)));
    v128.store(target, f32x4.add(f32x4.sub(d0, f32x4.mul(fiveHalves, d2)), d4));
    v128.store((target += step), f32x4.add(evenA, oddA));
    v128.store((target += step), f32x4.sub(evenA, oddA));
    v128.store((target += step), f32x4.add(evenB, oddB));
    v128.store((target += step), f32x4.sub(evenB, oddB));
    v128.store((target += step), f32x4.add(f32x4.sub(d1, f32x4.mul(fiveHalves, d3)), d5));
  }
}

/** Transforms 4 or 6 sums to the outputs of a tile's row or column, 2 or 4, stored `step` bytes apart. */
// @ts-ignore: decorator
@inline
function transformOutput(
  size: u32,
  m0: v128,
  m1: v128,
  m2: v128,
  m3: v128,
  m4: v128,
  m5: v128,
  target: usize,
  step: usize,
): void {
  if (size == 2) {
    v128.store(target, f32x4.add(f32x4.add(m0, m1), m2));
    v128.store(target + step, f32x4.sub(f32x4.sub(m1, m2), m3));
  } else {
    const sumA = f32x4.add(m1, m2);
    const sumB = f32x4.add(m3, m4);
    const differenceA = f32x4.sub(m1, m2);
    const differenceB = f32x4.sub(m3, m4);
    v128.store(target, f32x4.add(f32x4.add(m0, sumA), sumB));
    v128.store((target += step), f32x4.add(f32x4.mul(splat(A), differenceA), f32x4.mul(splat(B), differenceB)));
    v128.store((target += step), f32x4.add(f32x4.mul(splat(HALF), sumA), f32x4.mul(splat(TWO), sumB)));
    v128.store(
      (target += step),
      f32x4.add(f32x4.add(f32x4.mul(splat(A3), differenceA), f32x4.mul(splat(B3), differenceB)), m5),
    );
  }
}

/**
 * Transforms the tile of (`size` + 2)² pixels whose first is (`y`, `x`) of the map at `map`, outside of which everything
 * is 0. Position (i, j) of a tile goes to `v` + (i · (`size` + 2) + j) · `slice`; there up to 12 bytes after the last
 * channel are overwritten too.
 *
 * @param zeros as many pixels of zeros as a tile is wide, and 12 bytes
 * @param patch space for 16 bytes for each position
 */
// @ts-ignore: decorator
@inline
export function inputTile(
  size: u32,
  map: usize,
  height: u32,
  width: u32,
  channels: u32,
  y: u32,
  x: u32,
  zeros: usize,
  patch: usize,
  v: usize,
  slice: usize,
): void {
  const span = size + 2;
  const spanBytes = (<usize>span) << 4;
  const pixel = (<usize>channels) << 2;
  const line = pixel * width;
  const corner = map + <usize>y * line + <usize>x * pixel;
  const r0 = y < height ? corner : zeros;
  const r1 = y + 1 < height ? corner + line : zeros;
  const r2 = y + 2 < height ? corner + line * 2 : zeros;
  const r3 = y + 3 < height ? corner + line * 3 : zeros;
  const r4 = size > 2 && y + 4 < height ? corner + line * 4 : zeros;
  const r5 = size > 2 && y + 5 < height ? corner + line * 5 : zeros;
  const end = patch + spanBytes;
  for (let c: usize = 0; c < pixel; c += 16) {
    let offset = c;
    let column = x;
    for (let p = patch; p != end; p += 16) {
      if (column < width) {
        // prettier-ignore
        transformInput(size, v128.load(r0 + offset), v128.load(r1 + offset), v128.load(r2 + offset), v128.load(r3 + offset),
          size > 2 ? v128.load(r4 + offset) : f32x4.splat(0), size > 2 ? v128.load(r5 + offset) : f32x4.splat(0), p, spanBytes);
      } else {
        const zero = f32x4.splat(0);
        transformInput(size, zero, zero, zero, zero, zero, zero, p, spanBytes);
      }
      offset += pixel;
      column++;
    }
    let target = v + c;
    for (let p = patch, last = patch + spanBytes * span; p != last; p += spanBytes) {
      // prettier-ignore
      transformInput(size, v128.load(p), v128.load(p, 16), v128.load(p, 32), v128.load(p, 48),
        size > 2 ? v128.load(p, 64) : f32x4.splat(0), size > 2 ? v128.load(p, 80) : f32x4.splat(0), target, slice);
      target += slice * span;
    }
  }
}

/**
 * Transforms the sums of one tile, position (i, j) at `m` + (i · (`size` + 2) + j) · `slice`, to the first `down` rows and
 * `across` columns (1 to `size`) of its outputs, by the epilogue, in a map of `width` columns at `y`.
 *
 * @param patch space for 16 bytes for each position
 */
// @ts-ignore: decorator
@inline
export function outputTile(
  size: u32,
  m: usize,
  slice: usize,
  patch: usize,
  y: usize,
  residual: usize,
  bias: usize,
  width: u32,
  filters: u32,
  down: u32,
  across: u32,
): void {
  const span = size + 2;
  const spanBytes = (<usize>span) << 4;
  const pixel = (<usize>filters) << 2;
  const line = pixel * width;
  const stride = slice * span;
  for (let f: u32 = 0; f < filters; f += 4) {
    const offset = (<usize>f) << 2;
    let source = m + offset;
    for (let p = patch, end = patch + spanBytes; p != end; p += 16) {
      const s1 = source + stride;
      const s2 = s1 + stride;
      const s3 = s2 + stride;
      const s4 = s3 + stride;
      const s5 = s4 + stride;
      // prettier-ignore
      transformOutput(size, v128.load(source), v128.load(s1), v128.load(s2), v128.load(s3),
        size > 2 ? v128.load(s4) : f32x4.splat(0), size > 2 ? v128.load(s5) : f32x4.splat(0), p, spanBytes);
      source += slice;
    }
    const lanes = filters - f;
    let p = patch;
    let to = y + offset;
    let beside = residual + offset;
    for (let row = down; row; row--) {
      // prettier-ignore
      transformOutput(size, v128.load(p), v128.load(p, 16), v128.load(p, 32), v128.load(p, 48),
        size > 2 ? v128.load(p, 64) : f32x4.splat(0), size > 2 ? v128.load(p, 80) : f32x4.splat(0), p, 16);
      let t = to;
      let r = beside;
      for (let q = p, last = p + ((<usize>across) << 4); q != last; q += 16) {
        const value = epilogue(v128.load(q), bias + offset, r);
        if (lanes >= 4) v128.store(t, value);
        else storeLanes(t, value, lanes);
        t += pixel;
        r += pixel;
      }
      p += spanBytes;
      to += line;
      beside += line;
    }
  }
}
