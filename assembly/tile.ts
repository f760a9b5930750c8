import { multiplyNarrow } from './narrowTile';
import { multiplyAdd } from './simd';
import { epilogue } from './template';

/** Rows of the largest register tile: what fits fifteen 128-bit registers beside two panel vectors. */
export const TILE: u32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 4;

/**
 * Floats of A that pass over one panel before the next panel is read, and the least rows of it. B is read again for
 * each block, from far away when it is larger than the caches: 128 rows in one block instead of three take 4 % less of
 * 384 × 1536, and a quarter of a megabyte still leaves room in the second cache.
 */
const BLOCK_FLOATS: usize = 65536;
const LEAST_BLOCK: u32 = 48;

/**
 * Bytes of B from which panels are touched before they are used: B of a model with more such matrices than the caches
 * hold comes from memory, which a loop that does nothing else streams four times as fast as the products do. 16 rows by
 * 384 × 1536 take 20 % less then, and 2 % more when B was cached.
 */
const FAR_BYTES: usize = 1 << 18;
/** Bytes that are touched at a time: half of the first cache. */
const TOUCHED_BYTES: usize = 24576;
/** Fewer rows take little longer than the stream itself. */
const FAR_ROWS: u32 = 8;

/**
 * Multiplies `rows` gathered rows by a packed matrix: C[rows × columns] = epilogue(A · B).
 *
 * B is [ceil(columns / 8)][K][8]. Rows of A are the pixels of a map `width` (at least 1) pixels wide: a pixel starts
 * `step` bytes after the one before, `jump` bytes more at the end of a map row. The K values of one row of A are
 * `outerRuns` × `innerRuns` contiguous runs of `run` floats; the next run starts `innerJump` bytes after the end of one,
 * `outerJump` bytes more after every `innerRuns` runs. Rows of C are `stride` bytes apart.
 *
 * Every element sums its products in order of k in one accumulator, whatever the tile it falls in.
 */
export function multiplyRuns(
  a: usize,
  b: usize,
  c: usize,
  bias: usize,
  residual: usize,
  rows: u32,
  columns: u32,
  width: u32,
  step: usize,
  jump: usize,
  run: u32,
  innerRuns: u32,
  innerJump: usize,
  outerRuns: u32,
  outerJump: usize,
  stride: usize,
): void {
  const bytes = <usize>run * 32;
  const panel = bytes * innerRuns * outerRuns;
  if (panel == 0) outerRuns = 0;
  const most = blockRows(panel >> 5);
  const size = panel * ((columns + 7) >> 3);
  const isFar = size >= FAR_BYTES && rows >= FAR_ROWS;
  const group = panel * max<usize>(TOUCHED_BYTES / max<usize>(panel, 1), 1);
  for (let start: u32 = 0, block: u32 = 0; start < rows; start += block) {
    block = rows - start;
    if (block >= most + TILE + 3) block = most;
    let p = b;
    let touched = isFar ? b : 0;
    for (let n: u32 = 0; n < columns; n += 8) {
      const left = columns - n;
      if (p == touched) {
        touched = min<usize>(p + group, b + size);
        for (let line = p; line < touched; line += 64) load<i32>(line);
      }
      const bn = bias + ((<usize>n) << 2);
      if (left <= 4) {
        // prettier-ignore
        multiplyNarrow(a, p, c + ((<usize>n) << 2), bn, residual + ((<usize>n) << 2), start, block, left, width, step, jump, bytes, innerRuns, innerJump, outerRuns, outerJump, stride);
        break;
      }
      for (let m: u32 = 0, height: u32 = 0, count: u32 = 0; m < block; m += height * count) {
        count = fullTiles(block - m);
        height = TILE;
        if (count == 0) {
          count = 1;
          height = smallTile(block - m);
        }
        const first = start + m;
        const y = first / width;
        const x = first - y * width;
        const an = a + <usize>first * step + <usize>y * jump;
        const offset = <usize>first * stride + ((<usize>n) << 2);
        const cn = c + offset;
        const rn = residual + offset;
        // prettier-ignore
        if (ASC_FEATURE_RELAXED_SIMD && height == 6) {
          tiles(6, count, an, x, width, step, jump, p, bytes, innerRuns, innerJump, outerRuns, outerJump, cn, stride, bn, rn, left);
        } else if (ASC_FEATURE_RELAXED_SIMD && height == 5) {
          tiles(5, count, an, x, width, step, jump, p, bytes, innerRuns, innerJump, outerRuns, outerJump, cn, stride, bn, rn, left);
        } else if (height == 4) {
          tiles(4, count, an, x, width, step, jump, p, bytes, innerRuns, innerJump, outerRuns, outerJump, cn, stride, bn, rn, left);
        } else if (height == 3) {
          tiles(3, count, an, x, width, step, jump, p, bytes, innerRuns, innerJump, outerRuns, outerJump, cn, stride, bn, rn, left);
        } else if (height == 2) {
          tiles(2, count, an, x, width, step, jump, p, bytes, innerRuns, innerJump, outerRuns, outerJump, cn, stride, bn, rn, left);
        } else {
          tiles(1, count, an, x, width, step, jump, p, bytes, innerRuns, innerJump, outerRuns, outerJump, cn, stride, bn, rn, left);
        }
      }
      p += panel;
    }
  }
}

/** Rows of a block, whole tiles of either target, where A has `depth` floats a row. */
// @ts-ignore: decorator
@inline
function blockRows(depth: usize): u32 {
  const rows = <u32>(BLOCK_FLOATS / max<usize>(depth, 1));
  return rows > LEAST_BLOCK ? rows - (rows % 12) : LEAST_BLOCK;
}

/** How many of the largest tiles to begin `rows` rows with, so that the rest needs no tile of one or two rows. */
// @ts-ignore: decorator
@inline
export function fullTiles(rows: u32): u32 {
  const tiles = rows / TILE;
  const rest = rows % TILE;
  if (rest == 0 || rest > 2) return tiles;
  const given: u32 = ASC_FEATURE_RELAXED_SIMD ? 1 : 3 - rest;
  return tiles > given ? tiles - given : 0;
}

/** The next tile of the rows `fullTiles` leaves. */
// @ts-ignore: decorator
@inline
export function smallTile(rows: u32): u32 {
  if (ASC_FEATURE_RELAXED_SIMD) return rows > 5 ? 4 : rows;
  return rows < 3 ? rows : 3;
}

/** `count` register tiles of `size` (a constant) rows by one panel. */
// @ts-ignore: decorator
@inline
function tiles(
  size: u32,
  count: u32,
  a: usize,
  x: u32,
  width: u32,
  step: usize,
  jump: usize,
  b: usize,
  bytes: usize,
  innerRuns: u32,
  innerJump: usize,
  outerRuns: u32,
  outerJump: usize,
  c: usize,
  stride: usize,
  bias: usize,
  residual: usize,
  columns: u32,
): void {
  do {
    let a0 = a;
    let a1 = a0 + step;
    let a2 = a1 + step;
    let a3 = a2 + step;
    let a4 = a3 + step;
    let a5 = a4 + step;
    if (x + size > width) {
      if (size > 1) a1 += <usize>((x + 1) / width) * jump;
      if (size > 2) a2 += <usize>((x + 2) / width) * jump;
      if (size > 3) a3 += <usize>((x + 3) / width) * jump;
      if (size > 4) a4 += <usize>((x + 4) / width) * jump;
      if (size > 5) a5 += <usize>((x + 5) / width) * jump;
    }
    a += <usize>size * step;
    x += size;
    if (x >= width) {
      a += <usize>(x / width) * jump;
      x %= width;
    }
    let l0 = f32x4.splat(0);
    let h0 = f32x4.splat(0);
    let l1 = f32x4.splat(0);
    let h1 = f32x4.splat(0);
    let l2 = f32x4.splat(0);
    let h2 = f32x4.splat(0);
    let l3 = f32x4.splat(0);
    let h3 = f32x4.splat(0);
    let l4 = f32x4.splat(0);
    let h4 = f32x4.splat(0);
    let l5 = f32x4.splat(0);
    let h5 = f32x4.splat(0);
    let p = b;
    for (let outer = outerRuns; outer; outer--) {
      for (let inner = innerRuns; inner; inner--) {
        const end = p + bytes;
        do {
          const low = v128.load(p);
          const high = v128.load(p, 16);
          const s0 = v128.load32_splat(a0);
          l0 = multiplyAdd(s0, low, l0);
          h0 = multiplyAdd(s0, high, h0);
          a0 += 4;
          if (size > 1) {
            const s1 = v128.load32_splat(a1);
            l1 = multiplyAdd(s1, low, l1);
            h1 = multiplyAdd(s1, high, h1);
            a1 += 4;
          }
          if (size > 2) {
            const s2 = v128.load32_splat(a2);
            l2 = multiplyAdd(s2, low, l2);
            h2 = multiplyAdd(s2, high, h2);
            a2 += 4;
          }
          if (size > 3) {
            const s3 = v128.load32_splat(a3);
            l3 = multiplyAdd(s3, low, l3);
            h3 = multiplyAdd(s3, high, h3);
            a3 += 4;
          }
          if (size > 4) {
            const s4 = v128.load32_splat(a4);
            l4 = multiplyAdd(s4, low, l4);
            h4 = multiplyAdd(s4, high, h4);
            a4 += 4;
          }
          if (size > 5) {
            const s5 = v128.load32_splat(a5);
            l5 = multiplyAdd(s5, low, l5);
            h5 = multiplyAdd(s5, high, h5);
            a5 += 4;
          }
          p += 32;
        } while (p != end);
        a0 += innerJump;
        a1 += innerJump;
        a2 += innerJump;
        a3 += innerJump;
        a4 += innerJump;
        a5 += innerJump;
      }
      a0 += outerJump;
      a1 += outerJump;
      a2 += outerJump;
      a3 += outerJump;
      a4 += outerJump;
      a5 += outerJump;
    }
    if (columns >= 8) {
      v128.store(c, epilogue(l0, bias, residual));
      v128.store(c, epilogue(h0, bias + 16, residual + 16), 16);
      c += stride;
      residual += stride;
      if (size > 1) {
        v128.store(c, epilogue(l1, bias, residual));
        v128.store(c, epilogue(h1, bias + 16, residual + 16), 16);
        c += stride;
        residual += stride;
      }
      if (size > 2) {
        v128.store(c, epilogue(l2, bias, residual));
        v128.store(c, epilogue(h2, bias + 16, residual + 16), 16);
        c += stride;
        residual += stride;
      }
      if (size > 3) {
        v128.store(c, epilogue(l3, bias, residual));
        v128.store(c, epilogue(h3, bias + 16, residual + 16), 16);
        c += stride;
        residual += stride;
      }
      if (size > 4) {
        v128.store(c, epilogue(l4, bias, residual));
        v128.store(c, epilogue(h4, bias + 16, residual + 16), 16);
        c += stride;
        residual += stride;
      }
      if (size > 5) {
        v128.store(c, epilogue(l5, bias, residual));
        v128.store(c, epilogue(h5, bias + 16, residual + 16), 16);
        c += stride;
        residual += stride;
      }
    } else {
      storeColumns(c, l0, h0, bias, residual, columns);
      c += stride;
      residual += stride;
      if (size > 1) {
        storeColumns(c, l1, h1, bias, residual, columns);
        c += stride;
        residual += stride;
      }
      if (size > 2) {
        storeColumns(c, l2, h2, bias, residual, columns);
        c += stride;
        residual += stride;
      }
      if (size > 3) {
        storeColumns(c, l3, h3, bias, residual, columns);
        c += stride;
        residual += stride;
      }
      if (size > 4) {
        storeColumns(c, l4, h4, bias, residual, columns);
        c += stride;
        residual += stride;
      }
      if (size > 5) {
        storeColumns(c, l5, h5, bias, residual, columns);
        c += stride;
        residual += stride;
      }
    }
  } while (--count);
}

/** Stores the first `columns` (5 to 7) of eight accumulators. */
function storeColumns(c: usize, low: v128, high: v128, bias: usize, residual: usize, columns: u32): void {
  v128.store(c, epilogue(low, bias, residual));
  const last = epilogue(high, bias + 16, residual + 16);
  if (columns == 5) {
    v128.store32_lane(c, last, 0, 16);
    return;
  }
  v128.store64_lane(c, last, 0, 16);
  if (columns == 7) v128.store32_lane(c, last, 2, 24);
}
