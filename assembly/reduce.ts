import { loadLanes, maxLanes, minLanes, storeLanes, sumLanes } from './simd';

const SUM = 0;
const MEAN = 1;
const MAX = 2;
const MIN = 3;

/** Sums the middle axis: `x` [outer, length, inner] to `y` [outer, inner]. */
export function reduceSum(x: usize, y: usize, outer: u32, length: u32, inner: u32): void {
  reduce(SUM, x, y, outer, length, inner);
}

/** The mean of the middle axis, NaN when it is empty. */
export function reduceMean(x: usize, y: usize, outer: u32, length: u32, inner: u32): void {
  reduce(MEAN, x, y, outer, length, inner);
}

/** The largest element of the middle axis, NaN when one is NaN, −∞ when it is empty. */
export function reduceMax(x: usize, y: usize, outer: u32, length: u32, inner: u32): void {
  reduce(MAX, x, y, outer, length, inner);
}

/** The smallest element of the middle axis, NaN when one is NaN, ∞ when it is empty. */
export function reduceMin(x: usize, y: usize, outer: u32, length: u32, inner: u32): void {
  reduce(MIN, x, y, outer, length, inner);
}

// @ts-ignore: decorator
@inline
function reduce(kind: i32, x: usize, y: usize, outer: u32, length: u32, inner: u32): void {
  const start = f32x4.splat(kind == MAX ? -Infinity : kind == MIN ? Infinity : 0);
  const count = f32x4.splat(<f32>length);
  const row = (<usize>inner) << 2;
  for (let o: u32 = 0; o < outer; o++) {
    if (inner == 1) {
      const a = reduceRow(kind, x, length, start);
      v128.store32_lane(y, kind == MEAN ? f32x4.div(a, count) : a, 0);
      y += 4;
    } else {
      let s = x;
      let n = inner;
      for (; n >= 16; n -= 16) {
        let p = s;
        let a0 = start;
        let a1 = start;
        let a2 = start;
        let a3 = start;
        for (let i = length; i; i--) {
          a0 = combine(kind, a0, v128.load(p));
          a1 = combine(kind, a1, v128.load(p, 16));
          a2 = combine(kind, a2, v128.load(p, 32));
          a3 = combine(kind, a3, v128.load(p, 48));
          p += row;
        }
        v128.store(y, kind == MEAN ? f32x4.div(a0, count) : a0);
        v128.store(y, kind == MEAN ? f32x4.div(a1, count) : a1, 16);
        v128.store(y, kind == MEAN ? f32x4.div(a2, count) : a2, 32);
        v128.store(y, kind == MEAN ? f32x4.div(a3, count) : a3, 48);
        s += 64;
        y += 64;
      }
      while (n) {
        const lanes = min<u32>(n, 4);
        let p = s;
        let a = start;
        for (let i = length; i; i--) {
          a = combine(kind, a, loadLanes(p, lanes, start));
          p += row;
        }
        storeLanes(y, kind == MEAN ? f32x4.div(a, count) : a, lanes);
        s += 16;
        y += (<usize>lanes) << 2;
        n -= lanes;
      }
    }
    x += row * length;
  }
}

/** Reduces `length` contiguous floats; the result is in every lane. */
// @ts-ignore: decorator
@inline
function reduceRow(kind: i32, x: usize, length: u32, start: v128): v128 {
  let a0 = start;
  let a1 = start;
  let a2 = start;
  let a3 = start;
  let n = length;
  for (; n >= 16; n -= 16) {
    a0 = combine(kind, a0, v128.load(x));
    a1 = combine(kind, a1, v128.load(x, 16));
    a2 = combine(kind, a2, v128.load(x, 32));
    a3 = combine(kind, a3, v128.load(x, 48));
    x += 64;
  }
  while (n) {
    const lanes = min<u32>(n, 4);
    a0 = combine(kind, a0, loadLanes(x, lanes, start));
    x += 16;
    n -= lanes;
  }
  const a = combine(kind, combine(kind, a0, a1), combine(kind, a2, a3));
  return kind == MAX ? maxLanes(a) : kind == MIN ? minLanes(a) : sumLanes(a);
}

// @ts-ignore: decorator
@inline
function combine(kind: i32, a: v128, b: v128): v128 {
  return kind == MAX ? f32x4.max(a, b) : kind == MIN ? f32x4.min(a, b) : f32x4.add(a, b);
}
