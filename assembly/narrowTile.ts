import { multiplyAdd, storeLanes } from './simd';
import { epilogue } from './template';

/** Rows of the largest tile one vector wide: as many sums as keep the adders busy. */
const TILE: u32 = ASC_FEATURE_RELAXED_SIMD ? 8 : 6;

/**
 * `multiplyRuns` for rows `first` to `first` + `rows` and one panel `p`, of which only the first `columns` (1 to 4) are
 * wanted: half the work of a whole panel.
 */
export function multiplyNarrow(
  a: usize,
  p: usize,
  c: usize,
  bias: usize,
  residual: usize,
  first: u32,
  rows: u32,
  columns: u32,
  width: u32,
  step: usize,
  jump: usize,
  bytes: usize,
  innerRuns: u32,
  innerJump: usize,
  outerRuns: u32,
  outerJump: usize,
  stride: usize,
): void {
  const end = first + rows;
  for (let m = first, size: u32 = 0, count: u32 = 0; m < end; m += size * count) {
    const left = end - m;
    count = left / TILE;
    size = TILE;
    if (count == 0) {
      count = 1;
      size = left >= 4 ? 4 : left >= 2 ? 2 : 1;
    }
    const y = m / width;
    const x = m - y * width;
    const an = a + <usize>m * step + <usize>y * jump;
    const offset = <usize>m * stride;
    const cn = c + offset;
    const rn = residual + offset;
    // prettier-ignore
    if (size == TILE) {
      tiles(TILE, count, an, x, width, step, jump, p, bytes, innerRuns, innerJump, outerRuns, outerJump, cn, stride, bias, rn, columns);
    } else if (size == 4) {
      tiles(4, count, an, x, width, step, jump, p, bytes, innerRuns, innerJump, outerRuns, outerJump, cn, stride, bias, rn, columns);
    } else if (size == 2) {
      tiles(2, count, an, x, width, step, jump, p, bytes, innerRuns, innerJump, outerRuns, outerJump, cn, stride, bias, rn, columns);
    } else {
      tiles(1, count, an, x, width, step, jump, p, bytes, innerRuns, innerJump, outerRuns, outerJump, cn, stride, bias, rn, columns);
    }
  }
}

/** `count` register tiles of `size` (a constant) rows by half a panel. */
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
    let a6 = a5 + step;
    let a7 = a6 + step;
    if (x + size > width) {
      if (size > 1) a1 += <usize>((x + 1) / width) * jump;
      if (size > 2) a2 += <usize>((x + 2) / width) * jump;
      if (size > 3) a3 += <usize>((x + 3) / width) * jump;
      if (size > 4) a4 += <usize>((x + 4) / width) * jump;
      if (size > 5) a5 += <usize>((x + 5) / width) * jump;
      if (size > 6) a6 += <usize>((x + 6) / width) * jump;
      if (size > 7) a7 += <usize>((x + 7) / width) * jump;
    }
    a += <usize>size * step;
    x += size;
    if (x >= width) {
      a += <usize>(x / width) * jump;
      x %= width;
    }
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let s2 = f32x4.splat(0);
    let s3 = f32x4.splat(0);
    let s4 = f32x4.splat(0);
    let s5 = f32x4.splat(0);
    let s6 = f32x4.splat(0);
    let s7 = f32x4.splat(0);
    let p = b;
    for (let outer = outerRuns; outer; outer--) {
      for (let inner = innerRuns; inner; inner--) {
        const end = p + bytes;
        do {
          const w = v128.load(p);
          s0 = multiplyAdd(v128.load32_splat(a0), w, s0);
          a0 += 4;
          if (size > 1) {
            s1 = multiplyAdd(v128.load32_splat(a1), w, s1);
            a1 += 4;
          }
          if (size > 2) {
            s2 = multiplyAdd(v128.load32_splat(a2), w, s2);
            a2 += 4;
          }
          if (size > 3) {
            s3 = multiplyAdd(v128.load32_splat(a3), w, s3);
            a3 += 4;
          }
          if (size > 4) {
            s4 = multiplyAdd(v128.load32_splat(a4), w, s4);
            a4 += 4;
          }
          if (size > 5) {
            s5 = multiplyAdd(v128.load32_splat(a5), w, s5);
            a5 += 4;
          }
          if (size > 6) {
            s6 = multiplyAdd(v128.load32_splat(a6), w, s6);
            a6 += 4;
          }
          if (size > 7) {
            s7 = multiplyAdd(v128.load32_splat(a7), w, s7);
            a7 += 4;
          }
          p += 32;
        } while (p != end);
        a0 += innerJump;
        a1 += innerJump;
        a2 += innerJump;
        a3 += innerJump;
        a4 += innerJump;
        a5 += innerJump;
        a6 += innerJump;
        a7 += innerJump;
      }
      a0 += outerJump;
      a1 += outerJump;
      a2 += outerJump;
      a3 += outerJump;
      a4 += outerJump;
      a5 += outerJump;
      a6 += outerJump;
      a7 += outerJump;
    }
    storeLanes(c, epilogue(s0, bias, residual), columns);
    c += stride;
    residual += stride;
    if (size > 1) {
      storeLanes(c, epilogue(s1, bias, residual), columns);
      c += stride;
      residual += stride;
    }
    if (size > 2) {
      storeLanes(c, epilogue(s2, bias, residual), columns);
      c += stride;
      residual += stride;
    }
    if (size > 3) {
      storeLanes(c, epilogue(s3, bias, residual), columns);
      c += stride;
      residual += stride;
    }
    if (size > 4) {
      storeLanes(c, epilogue(s4, bias, residual), columns);
      c += stride;
      residual += stride;
    }
    if (size > 5) {
      storeLanes(c, epilogue(s5, bias, residual), columns);
      c += stride;
      residual += stride;
    }
    if (size > 6) {
      storeLanes(c, epilogue(s6, bias, residual), columns);
      c += stride;
      residual += stride;
    }
    if (size > 7) {
      storeLanes(c, epilogue(s7, bias, residual), columns);
      c += stride;
      residual += stride;
    }
  } while (--count);
}
