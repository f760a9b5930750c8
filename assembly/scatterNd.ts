import { copyRun, loadIndex } from './order';
import { update } from './reduction';

/** Bytes of what is said of an axis, and where its stride stands. */
const AXIS: usize = 8;
const STRIDE: usize = 4;

/**
 * Updates slices of `y`, `slice` elements each, where tuples of `depth` indices say. `axes` says of each axis that is
 * indexed, two u32: its size, and the elements of `y` between neighbours. `wide` indices are i64; negative ones count
 * from the end. Returns 0, or the 1-based position of the first index that is outside; updates from it on are not made.
 */
export function scatterNdF32(
  y: usize,
  indices: usize,
  wide: bool,
  updates: usize,
  axes: usize,
  depth: u32,
  count: u32,
  slice: u32,
  reduction: u32,
): i32 {
  return scatterNd<f32>(y, indices, wide, updates, axes, depth, count, slice, reduction);
}

/** `scatterNdF32` of int32. */
export function scatterNdI32(
  y: usize,
  indices: usize,
  wide: bool,
  updates: usize,
  axes: usize,
  depth: u32,
  count: u32,
  slice: u32,
  reduction: u32,
): i32 {
  return scatterNd<i32>(y, indices, wide, updates, axes, depth, count, slice, reduction);
}

/** `scatterNdF32` of int64. */
export function scatterNdI64(
  y: usize,
  indices: usize,
  wide: bool,
  updates: usize,
  axes: usize,
  depth: u32,
  count: u32,
  slice: u32,
  reduction: u32,
): i32 {
  return scatterNd<i64>(y, indices, wide, updates, axes, depth, count, slice, reduction);
}

/** `scatterNdF32` of int8. */
export function scatterNdI8(
  y: usize,
  indices: usize,
  wide: bool,
  updates: usize,
  axes: usize,
  depth: u32,
  count: u32,
  slice: u32,
  reduction: u32,
): i32 {
  return scatterNd<i8>(y, indices, wide, updates, axes, depth, count, slice, reduction);
}

/** `scatterNdF32` of uint8 and bool. */
export function scatterNdU8(
  y: usize,
  indices: usize,
  wide: bool,
  updates: usize,
  axes: usize,
  depth: u32,
  count: u32,
  slice: u32,
  reduction: u32,
): i32 {
  return scatterNd<u8>(y, indices, wide, updates, axes, depth, count, slice, reduction);
}

// @ts-ignore: decorator
@inline
function scatterNd<T>(
  y: usize,
  indices: usize,
  wide: bool,
  updates: usize,
  axes: usize,
  depth: u32,
  count: u32,
  slice: u32,
  reduction: u32,
): i32 {
  const step: usize = wide ? 8 : 4;
  const bytes = <usize>slice * sizeof<T>();
  for (let i: u32 = 0; i < count; i++) {
    let target = y;
    for (let d: u32 = 0; d < depth; d++) {
      const axis = axes + <usize>d * AXIS;
      const size = load<u32>(axis);
      const index = loadIndex(indices, wide, size);
      if (<u64>index >= size) return i * depth + d + 1;
      target += <usize>index * load<u32>(axis, STRIDE) * sizeof<T>();
      indices += step;
    }
    if (reduction == 0) copyRun(target, updates, bytes);
    else
      for (let at: usize = 0; at < bytes; at += sizeof<T>()) update<T>(target + at, load<T>(updates + at), reduction);
    updates += bytes;
  }
  return 0;
}
