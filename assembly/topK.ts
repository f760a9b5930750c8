import { ENTRY, entryIndex, heapify, setEntry, sink, sortHeap } from './heap';
import { keyOf } from './order';

/**
 * The `k` largest elements, with `smallest` the smallest, of each line of `x` [outer, length, inner] along its middle
 * axis, k ≤ length: their values and int64 indices, both [outer, k, inner]. Of equal elements the one with the smaller
 * index comes first, NaN is the largest. They are ordered by value if `sorted`, else by index. `heap` takes 16 · k bytes.
 */
export function topKF32(
  x: usize,
  values: usize,
  indices: usize,
  heap: usize,
  outer: u32,
  length: u32,
  inner: u32,
  k: u32,
  smallest: bool,
  sorted: bool,
): void {
  topK<f32>(x, values, indices, heap, outer, length, inner, k, smallest, sorted);
}

/** `topKF32` of int32. */
export function topKI32(
  x: usize,
  values: usize,
  indices: usize,
  heap: usize,
  outer: u32,
  length: u32,
  inner: u32,
  k: u32,
  smallest: bool,
  sorted: bool,
): void {
  topK<i32>(x, values, indices, heap, outer, length, inner, k, smallest, sorted);
}

/** `topKF32` of int64. */
export function topKI64(
  x: usize,
  values: usize,
  indices: usize,
  heap: usize,
  outer: u32,
  length: u32,
  inner: u32,
  k: u32,
  smallest: bool,
  sorted: bool,
): void {
  topK<i64>(x, values, indices, heap, outer, length, inner, k, smallest, sorted);
}

/** `topKF32` of int8. */
export function topKI8(
  x: usize,
  values: usize,
  indices: usize,
  heap: usize,
  outer: u32,
  length: u32,
  inner: u32,
  k: u32,
  smallest: bool,
  sorted: bool,
): void {
  topK<i8>(x, values, indices, heap, outer, length, inner, k, smallest, sorted);
}

/** `topKF32` of uint8 and bool. */
export function topKU8(
  x: usize,
  values: usize,
  indices: usize,
  heap: usize,
  outer: u32,
  length: u32,
  inner: u32,
  k: u32,
  smallest: bool,
  sorted: bool,
): void {
  topK<u8>(x, values, indices, heap, outer, length, inner, k, smallest, sorted);
}

// @ts-ignore: decorator
@inline
function topK<T>(
  x: usize,
  values: usize,
  indices: usize,
  heap: usize,
  outer: u32,
  length: u32,
  inner: u32,
  k: u32,
  smallest: bool,
  sorted: bool,
): void {
  if (k == 0) return;
  const stride = <usize>inner * sizeof<T>();
  for (let o: u32 = 0; o < outer; o++) {
    for (let i: u32 = 0; i < inner; i++) {
      const line = x + <usize>i * sizeof<T>();
      select<T>(line, stride, heap, length, k, smallest ? -1 : 0);
      if (!sorted) orderByIndex(heap, k);
      sortHeap(heap, k);
      let value = values + <usize>i * sizeof<T>();
      let index = indices + <usize>i * 8;
      for (let entry = heap; entry < heap + <usize>k * ENTRY; entry += ENTRY) {
        const at = entryIndex(entry);
        store<T>(value, load<T>(line + <usize>at * stride));
        store<i64>(index, at);
        value += stride;
        index += <usize>inner * 8;
      }
    }
    x += stride * length;
    values += stride * k;
    indices += <usize>inner * 8 * k;
  }
}

/** A heap of the `k` elements with the largest keys, each key combined with `flip` by exclusive or. */
// @ts-ignore: decorator
@inline
function select<T>(line: usize, stride: usize, heap: usize, length: u32, k: u32, flip: i64): void {
  for (let at: u32 = 0; at < k; at++) {
    setEntry(heap + <usize>at * ENTRY, keyOf<T>(line) ^ flip, at);
    line += stride;
  }
  heapify(heap, k);
  let least = load<i64>(heap);
  for (let at = k; at < length; at++) {
    const key = keyOf<T>(line) ^ flip;
    if (key > least) {
      sink(heap, k, 0, key, at);
      least = load<i64>(heap);
    }
    line += stride;
  }
}

function orderByIndex(heap: usize, k: u32): void {
  for (let entry = heap; entry < heap + <usize>k * ENTRY; entry += ENTRY) setEntry(entry, 0, entryIndex(entry));
  heapify(heap, k);
}
