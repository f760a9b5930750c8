/*
 * Householder reflections, four at a time in the compact WY form I − V·T·Vᵀ (Schreiber and Van Loan, "A storage-efficient
 * WY representation for products of Householder transformations", 1989). Columns are padded with zeros to a multiple of
 * four rows. The order of operations is frozen by docs/random.md: nothing here may use multiplyAdd.
 */

/** Reflections of a panel. */
export const PANEL: u32 = 4;

/** The sum of each of four vectors' lanes, in order. */
// @ts-ignore: decorator
@inline
function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

/** a · b over `bytes` bytes. */
function dot(a: usize, b: usize, bytes: usize): f32 {
  let sum = f32x4.splat(0);
  for (let i: usize = 0; i < bytes; i += 16) sum = f32x4.add(sum, f32x4.mul(v128.load(a + i), v128.load(b + i)));
  const zero = f32x4.splat(0);
  return f32x4.extract_lane(sums(sum, zero, zero, zero), 0);
}

/** a −= factor · b over `bytes` bytes. */
function subtract(a: usize, b: usize, factor: f32, bytes: usize): void {
  const factors = f32x4.splat(factor);
  for (let i: usize = 0; i < bytes; i += 16) {
    v128.store(a + i, f32x4.sub(v128.load(a + i), f32x4.mul(factors, v128.load(b + i))));
  }
}

/**
 * Turns elements `begin` to `end` of the column at `a` into the v, with a first element of 1, of the reflection
 * I − τ·v·vᵀ that takes them to (r, 0, …, 0), and those from `first` to `begin` to 0. Returns τ, 0 with a v of 0 where they
 * are (r, 0, …, 0) already, and stores the sign of r, 1 where it is 0, at `sign`.
 */
function reflect(a: usize, begin: u32, end: u32, first: u32, sign: usize): f32 {
  for (let i = first; i < begin; i++) store<f32>(a + ((<usize>i) << 2), 0);
  const start = a + ((<usize>begin) << 2);
  const stop = a + ((<usize>end) << 2);
  const head = start < stop ? <f64>load<f32>(start) : 0;
  let tail: f64 = 0;
  for (let p = start + 4; p < stop; p += 4) {
    const x = <f64>load<f32>(p);
    tail += x * x;
  }
  const negative = head < 0;
  if (tail == 0) {
    store<f32>(sign, negative ? -1 : 1);
    if (start < stop) store<f32>(start, 0);
    return 0;
  }
  const norm = sqrt<f64>(head * head + tail);
  const scale = negative ? head - norm : head + norm;
  let square: f64 = 1;
  for (let p = start + 4; p < stop; p += 4) {
    const v = <f32>(<f64>load<f32>(p) / scale);
    store<f32>(p, v);
    square += <f64>v * <f64>v;
  }
  store<f32>(start, 1);
  store<f32>(sign, negative ? 1 : -1);
  return <f32>(2 / square);
}

/**
 * Reflects the four columns at `v` in turn, the first from row `first` of `long` on, `bytes` bytes with the padding, and
 * writes the upper triangular T of their product to `t`, by rows, and the signs of R's diagonal to `signs`.
 */
export function factorPanel(
  v: usize,
  stride: usize,
  bytes: usize,
  first: u32,
  long: u32,
  t: usize,
  signs: usize,
): void {
  const top = (<usize>first) << 2;
  memory.fill(t, 0, 64);
  for (let j: u32 = 0; j < PANEL; j++) {
    const column = v + <usize>j * stride;
    const tau = reflect(column, first + j, long, first, signs + ((<usize>j) << 2));
    const start = column + top;
    for (let k = j + 1; k < PANEL; k++) {
      const other = v + <usize>k * stride + top;
      subtract(other, start, tau * dot(start, other, bytes), bytes);
    }
    // Column j of T above the diagonal: −τ · T · Vᵀv.
    for (let i: u32 = 0; i < j; i++) {
      const product = dot(v + <usize>i * stride + top, start, bytes);
      for (let k: u32 = 0; k <= i; k++) {
        const target = t + ((<usize>(k * PANEL + j)) << 2);
        store<f32>(target, load<f32>(target) - tau * (load<f32>(t + ((<usize>(k * PANEL + i)) << 2)) * product));
      }
    }
    store<f32>(t + ((<usize>(j * PANEL + j)) << 2), tau);
  }
}

/** Tᵀ·w for the four rows of T at `t`. */
// @ts-ignore: decorator
@inline
function transposedTimes(w: v128, t: usize): v128 {
  const a = f32x4.mul(v128.shuffle<f32>(w, w, 0, 0, 0, 0), v128.load(t));
  const b = f32x4.mul(v128.shuffle<f32>(w, w, 1, 1, 1, 1), v128.load(t, 16));
  const c = f32x4.mul(v128.shuffle<f32>(w, w, 2, 2, 2, 2), v128.load(t, 32));
  const d = f32x4.mul(v128.shuffle<f32>(w, w, 3, 3, 3, 3), v128.load(t, 48));
  return f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
}

/** x less the sum of the four v times their factors. */
// @ts-ignore: decorator
@inline
function reduced(x: v128, v0: v128, v1: v128, v2: v128, v3: v128, f0: v128, f1: v128, f2: v128, f3: v128): v128 {
  const low = f32x4.add(f32x4.mul(f0, v0), f32x4.mul(f1, v1));
  const high = f32x4.add(f32x4.mul(f2, v2), f32x4.mul(f3, v3));
  return f32x4.sub(x, f32x4.add(low, high));
}

/** a −= V·Tᵀ·Vᵀ·a for the `count` columns at `a`, a multiple of two, `bytes` bytes of each; T by rows at `t`. */
export function applyPanel(v: usize, t: usize, a: usize, count: u32, stride: usize, bytes: usize): void {
  const v1 = v + stride;
  const v2 = v1 + stride;
  const v3 = v2 + stride;
  for (; count != 0; count -= 2) {
    const b = a + stride;
    let a0 = f32x4.splat(0);
    let a1 = a0;
    let a2 = a0;
    let a3 = a0;
    let b0 = a0;
    let b1 = a0;
    let b2 = a0;
    let b3 = a0;
    for (let i: usize = 0; i < bytes; i += 16) {
      const x = v128.load(a + i);
      const y = v128.load(b + i);
      const p = v128.load(v + i);
      a0 = f32x4.add(a0, f32x4.mul(x, p));
      b0 = f32x4.add(b0, f32x4.mul(y, p));
      const q = v128.load(v1 + i);
      a1 = f32x4.add(a1, f32x4.mul(x, q));
      b1 = f32x4.add(b1, f32x4.mul(y, q));
      const r = v128.load(v2 + i);
      a2 = f32x4.add(a2, f32x4.mul(x, r));
      b2 = f32x4.add(b2, f32x4.mul(y, r));
      const s = v128.load(v3 + i);
      a3 = f32x4.add(a3, f32x4.mul(x, s));
      b3 = f32x4.add(b3, f32x4.mul(y, s));
    }
    const f = transposedTimes(sums(a0, a1, a2, a3), t);
    const g = transposedTimes(sums(b0, b1, b2, b3), t);
    a0 = v128.shuffle<f32>(f, f, 0, 0, 0, 0);
    a1 = v128.shuffle<f32>(f, f, 1, 1, 1, 1);
    a2 = v128.shuffle<f32>(f, f, 2, 2, 2, 2);
    a3 = v128.shuffle<f32>(f, f, 3, 3, 3, 3);
    b0 = v128.shuffle<f32>(g, g, 0, 0, 0, 0);
    b1 = v128.shuffle<f32>(g, g, 1, 1, 1, 1);
    b2 = v128.shuffle<f32>(g, g, 2, 2, 2, 2);
    b3 = v128.shuffle<f32>(g, g, 3, 3, 3, 3);
    for (let i: usize = 0; i < bytes; i += 16) {
      const p = v128.load(v + i);
      const q = v128.load(v1 + i);
      const r = v128.load(v2 + i);
      const s = v128.load(v3 + i);
      v128.store(a + i, reduced(v128.load(a + i), p, q, r, s, a0, a1, a2, a3));
      v128.store(b + i, reduced(v128.load(b + i), p, q, r, s, b0, b1, b2, b3));
    }
    a = b + stride;
  }
}

/** Transposes the four rows of four floats at `t`. */
export function transposeT(t: usize): void {
  const a = v128.load(t);
  const b = v128.load(t, 16);
  const c = v128.load(t, 32);
  const d = v128.load(t, 48);
  const abLow = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const cdLow = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(t, v128.shuffle<f32>(abLow, cdLow, 0, 1, 4, 5));
  v128.store(t, v128.shuffle<f32>(abLow, cdLow, 2, 3, 6, 7), 16);
  v128.store(t, v128.shuffle<f32>(abHigh, cdHigh, 0, 1, 4, 5), 32);
  v128.store(t, v128.shuffle<f32>(abHigh, cdHigh, 2, 3, 6, 7), 48);
}
