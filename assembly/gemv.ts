import { multiplyAdd, storeLanes } from './simd';
import { epilogue } from './template';

/** Panels read side by side: what fits fifteen 128-bit registers, for the order each engine generation keeps. */
const WIDTH: u32 = ASC_FEATURE_RELAXED_SIMD ? 4 : 3;

/** c[N] = epilogue(a[K] · B), B in panels (`packGroups`). Sums in the order of `gemm`. */
export function gemv(a: usize, b: usize, c: usize, bias: usize, residual: usize, K: u32, N: u32): void {
  const end = a + ((<usize>K) << 2);
  const panel = (<usize>K) << 5;
  while (N >= 8) {
    const whole = N >> 3;
    const count: u32 = whole >= WIDTH && whole != WIDTH + 1 ? WIDTH : whole > 1 ? 2 : 1;
    if (count == WIDTH) panels(WIDTH, a, end, b, panel, c, bias, residual, 32);
    else if (count == 2) panels(2, a, end, b, panel, c, bias, residual, 16);
    else panels(1, a, end, b, panel, c, bias, residual, 8);
    const bytes = (<usize>count) << 5;
    b += panel * count;
    c += bytes;
    bias += bytes;
    residual += bytes;
    N -= count << 3;
  }
  if (N) panels(1, a, end, b, panel, c, bias, residual, N);
}

/** `count` (a constant) panels side by side, the first `columns` of their columns stored. */
// @ts-ignore: decorator
@inline
function panels(
  count: u32,
  a: usize,
  end: usize,
  b: usize,
  panel: usize,
  c: usize,
  bias: usize,
  residual: usize,
  columns: u32,
): void {
  let b0 = b;
  let b1 = b0 + panel;
  let b2 = b1 + panel;
  let b3 = b2 + panel;
  let l0 = f32x4.splat(0);
  let h0 = f32x4.splat(0);
  let l1 = f32x4.splat(0);
  let h1 = f32x4.splat(0);
  let l2 = f32x4.splat(0);
  let h2 = f32x4.splat(0);
  let l3 = f32x4.splat(0);
  let h3 = f32x4.splat(0);
  let p = a;
  while (p != end) {
    const s = v128.load32_splat(p);
    l0 = multiplyAdd(s, v128.load(b0), l0);
    h0 = multiplyAdd(s, v128.load(b0, 16), h0);
    b0 += 32;
    if (count > 1) {
      l1 = multiplyAdd(s, v128.load(b1), l1);
      h1 = multiplyAdd(s, v128.load(b1, 16), h1);
      b1 += 32;
    }
    if (count > 2) {
      l2 = multiplyAdd(s, v128.load(b2), l2);
      h2 = multiplyAdd(s, v128.load(b2, 16), h2);
      b2 += 32;
    }
    if (count > 3) {
      l3 = multiplyAdd(s, v128.load(b3), l3);
      h3 = multiplyAdd(s, v128.load(b3, 16), h3);
      b3 += 32;
    }
    p += 4;
  }
  if (columns < 8) {
    storeLanes(c, epilogue(l0, bias, residual), columns);
    if (columns > 4) storeLanes(c + 16, epilogue(h0, bias + 16, residual + 16), columns - 4);
    return;
  }
  v128.store(c, epilogue(l0, bias, residual));
  v128.store(c, epilogue(h0, bias + 16, residual + 16), 16);
  if (count > 1) {
    v128.store(c, epilogue(l1, bias + 32, residual + 32), 32);
    v128.store(c, epilogue(h1, bias + 48, residual + 48), 48);
  }
  if (count > 2) {
    v128.store(c, epilogue(l2, bias + 64, residual + 64), 64);
    v128.store(c, epilogue(h2, bias + 80, residual + 80), 80);
  }
  if (count > 3) {
    v128.store(c, epilogue(l3, bias + 96, residual + 96), 96);
    v128.store(c, epilogue(h3, bias + 112, residual + 112), 112);
  }
}
