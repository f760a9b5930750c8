import { copyRun, keyOf } from './order';

/**
 * The different slices of `x` [outer, size, inner] across its middle axis: `values` [outer, n, inner], and of int64
 * `first`, the index of each in `x`, `counts`, how often each occurs, both [n], and `inverse` [size], which of them each
 * slice of `x` is. In the order of their elements if `sorted`, else of their first occurrence. −0 equals 0, NaN equals
 * NaN and is the largest. `scratch` takes 16 · size bytes. Returns n.
 */
export function uniqueF32(
  x: usize,
  values: usize,
  first: usize,
  inverse: usize,
  counts: usize,
  scratch: usize,
  outer: u32,
  size: u32,
  inner: u32,
  sorted: bool,
): i32 {
  return unique<f32>(x, values, first, inverse, counts, scratch, outer, size, inner, sorted);
}

/** `uniqueF32` of int32. */
export function uniqueI32(
  x: usize,
  values: usize,
  first: usize,
  inverse: usize,
  counts: usize,
  scratch: usize,
  outer: u32,
  size: u32,
  inner: u32,
  sorted: bool,
): i32 {
  return unique<i32>(x, values, first, inverse, counts, scratch, outer, size, inner, sorted);
}

/** `uniqueF32` of int64. */
export function uniqueI64(
  x: usize,
  values: usize,
  first: usize,
  inverse: usize,
  counts: usize,
  scratch: usize,
  outer: u32,
  size: u32,
  inner: u32,
  sorted: bool,
): i32 {
  return unique<i64>(x, values, first, inverse, counts, scratch, outer, size, inner, sorted);
}

/** `uniqueF32` of int8. */
export function uniqueI8(
  x: usize,
  values: usize,
  first: usize,
  inverse: usize,
  counts: usize,
  scratch: usize,
  outer: u32,
  size: u32,
  inner: u32,
  sorted: bool,
): i32 {
  return unique<i8>(x, values, first, inverse, counts, scratch, outer, size, inner, sorted);
}

/** `uniqueF32` of uint8 and bool. */
export function uniqueU8(
  x: usize,
  values: usize,
  first: usize,
  inverse: usize,
  counts: usize,
  scratch: usize,
  outer: u32,
  size: u32,
  inner: u32,
  sorted: bool,
): i32 {
  return unique<u8>(x, values, first, inverse, counts, scratch, outer, size, inner, sorted);
}

// @ts-ignore: decorator
@inline
function unique<T>(
  x: usize,
  values: usize,
  first: usize,
  inverse: usize,
  counts: usize,
  scratch: usize,
  outer: u32,
  size: u32,
  inner: u32,
  sorted: bool,
): i32 {
  const words = (<usize>size) << 2;
  const leaders = scratch + 2 * words;
  const numbers = leaders + words;
  const order = sort<T>(x, scratch, scratch + words, outer, size, inner);
  // Equal slices follow each other in the order of `x`: the first of them leads.
  let found: u32 = 0;
  let leader: u32 = 0;
  for (let i: u32 = 0; i < size; i++) {
    const slice = load<u32>(order + ((<usize>i) << 2));
    if (i == 0 || compare<T>(x, leader, slice, outer, size, inner) != 0) {
      leader = slice;
      store<u32>(numbers + ((<usize>slice) << 2), found++);
    }
    store<u32>(leaders + ((<usize>slice) << 2), leader);
  }
  memory.fill(counts, 0, (<usize>found) << 3);
  let next: u32 = 0;
  for (let i: u32 = 0; i < size; i++) {
    const at = (<usize>i) << 2;
    const lead = load<u32>(leaders + at);
    const number = numbers + ((<usize>lead) << 2);
    if (lead == i && !sorted) store<u32>(number, next++);
    const place = (<usize>load<u32>(number)) << 3;
    if (lead == i) store<i64>(first + place, i);
    store<i64>(inverse + (at << 1), place >> 3);
    store<i64>(counts + place, load<i64>(counts + place) + 1);
  }
  const run = <usize>inner * sizeof<T>();
  for (let o: u32 = 0; o < outer; o++) {
    for (let i: u32 = 0; i < found; i++) {
      copyRun(values, x + <usize>load<i64>(first + ((<usize>i) << 3)) * run, run);
      values += run;
    }
    x += run * size;
  }
  return found;
}

/** Sorts slices by merging, stably; returns where their indices stand, at `from` or at `to`. */
// @ts-ignore: decorator
@inline
function sort<T>(x: usize, from: usize, to: usize, outer: u32, size: u32, inner: u32): usize {
  for (let i: u32 = 0; i < size; i++) store<u32>(from + ((<usize>i) << 2), i);
  for (let run: u64 = 1; run < size; run <<= 1) {
    for (let start: u64 = 0; start < size; start += 2 * run) {
      let left = from + ((<usize>start) << 2);
      let right = from + ((<usize>min<u64>(start + run, size)) << 2);
      let target = to + ((<usize>start) << 2);
      const middle = right;
      const end = from + ((<usize>min<u64>(start + 2 * run, size)) << 2);
      while (left < middle || right < end) {
        const takeLeft =
          right == end || (left < middle && compare<T>(x, load<u32>(left), load<u32>(right), outer, size, inner) <= 0);
        store<u32>(target, load<u32>(takeLeft ? left : right));
        target += 4;
        if (takeLeft) left += 4;
        else right += 4;
      }
    }
    const swapped = from;
    from = to;
    to = swapped;
  }
  return from;
}

/** Below, equal to or above 0 as slice `a` comes before, equals or comes after slice `b`. */
function compare<T>(x: usize, a: u32, b: u32, outer: u32, size: u32, inner: u32): i32 {
  const run = <usize>inner * sizeof<T>();
  let left = x + <usize>a * run;
  let right = x + <usize>b * run;
  for (let o: u32 = 0; o < outer; o++) {
    for (let at: usize = 0; at < run; at += sizeof<T>()) {
      const key = keyOf<T>(left + at);
      const other = keyOf<T>(right + at);
      if (key != other) return key < other ? -1 : 1;
    }
    left += run * size;
    right += run * size;
  }
  return 0;
}
