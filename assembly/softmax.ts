import { exp, log } from './math';
import { loadLanes, maxLanes, storeLanes, sumLanes } from './simd';

/**
 * eˣ / Σ eˣ over the middle axis of `x` [outer, length, inner], shifted by the largest element. `y` may be `x`. NaN
 * where the axis holds a NaN or ∞, or −∞ only.
 */
export function softmax(x: usize, y: usize, outer: u32, length: u32, inner: u32): void {
  normalizeExponentials(false, x, y, outer, length, inner);
}

/** The logarithm of `softmax`, without its underflow: x − max − log Σ e^(x − max). `y` may be `x`. */
export function logSoftmax(x: usize, y: usize, outer: u32, length: u32, inner: u32): void {
  normalizeExponentials(true, x, y, outer, length, inner);
}

// @ts-ignore: decorator
@inline
function normalizeExponentials(logarithm: bool, x: usize, y: usize, outer: u32, length: u32, inner: u32): void {
  const stride = (<usize>inner) << 2;
  const size = stride * length;
  for (let o: u32 = 0; o < outer; o++) {
    if (inner == 1) {
      normalizeRow(logarithm, x, y, length);
    } else {
      for (let n: u32 = 0; n < inner; n += 4) {
        const offset = (<usize>n) << 2;
        normalizeColumns(logarithm, x + offset, y + offset, length, stride, inner - n);
      }
    }
    x += size;
    y += size;
  }
}

/** One row of contiguous elements. */
// @ts-ignore: decorator
@inline
function normalizeRow(logarithm: bool, x: usize, y: usize, length: u32): void {
  const lowest = f32x4.splat(-Infinity);
  const whole = x + ((<usize>(length & ~3)) << 2);
  const lanes = length & 3;
  let largest = lowest;
  let p = x;
  for (; p != whole; p += 16) largest = f32x4.pmax(largest, v128.load(p));
  if (lanes) largest = f32x4.pmax(largest, loadLanes(p, lanes, lowest));
  largest = maxLanes(largest);
  let sum = f32x4.splat(0);
  let q = y;
  for (p = x; p != whole; p += 16) {
    const e = exp(f32x4.sub(v128.load(p), largest));
    sum = f32x4.add(sum, e);
    if (!logarithm) v128.store(q, e);
    q += 16;
  }
  if (lanes) {
    const e = exp(f32x4.sub(loadLanes(p, lanes, lowest), largest));
    sum = f32x4.add(sum, e);
    if (!logarithm) storeLanes(q, e, lanes);
  }
  sum = sumLanes(sum);
  if (logarithm) {
    const logSum = log(sum);
    for (p = x, q = y; p != whole; p += 16) {
      v128.store(q, f32x4.sub(f32x4.sub(v128.load(p), largest), logSum));
      q += 16;
    }
    if (lanes) storeLanes(q, f32x4.sub(f32x4.sub(loadLanes(p, lanes, lowest), largest), logSum), lanes);
  } else {
    const last = y + (whole - x);
    const scale = f32x4.div(f32x4.splat(1), sum);
    for (q = y; q != last; q += 16) v128.store(q, f32x4.mul(v128.load(q), scale));
    if (lanes) storeLanes(q, f32x4.mul(loadLanes(q, lanes, scale), scale), lanes);
  }
}

/** Up to four columns side by side, elements `stride` bytes apart. */
// @ts-ignore: decorator
@inline
function normalizeColumns(logarithm: bool, x: usize, y: usize, length: u32, stride: usize, lanes: u32): void {
  const zero = f32x4.splat(0);
  let largest = f32x4.splat(-Infinity);
  let p = x;
  for (let i = length; i; i--) {
    largest = f32x4.pmax(largest, loadLanes(p, lanes, zero));
    p += stride;
  }
  let sum = zero;
  let q = y;
  p = x;
  for (let i = length; i; i--) {
    const e = exp(f32x4.sub(loadLanes(p, lanes, zero), largest));
    sum = f32x4.add(sum, e);
    if (!logarithm) storeLanes(q, e, lanes);
    p += stride;
    q += stride;
  }
  const logSum = logarithm ? log(sum) : zero;
  const scale = logarithm ? zero : f32x4.div(f32x4.splat(1), sum);
  p = x;
  q = y;
  for (let i = length; i; i--) {
    if (logarithm) storeLanes(q, f32x4.sub(f32x4.sub(loadLanes(p, lanes, zero), largest), logSum), lanes);
    else storeLanes(q, f32x4.mul(loadLanes(q, lanes, zero), scale), lanes);
    p += stride;
    q += stride;
  }
}
