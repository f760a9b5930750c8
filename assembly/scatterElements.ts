import { loadIndex } from './order';
import { update } from './reduction';

/** Bytes of what is said of an axis, and where its stride and the position along it stand. */
const AXIS: usize = 12;
const STRIDE: usize = 4;
const POSITION: usize = 8;

/**
 * Updates elements of `y`: along one axis, which has `size` elements `stride` elements apart, where the index says, along
 * the others where the index itself stands. `axes` says of each axis of the indices, three u32: its size, the elements
 * of `y` between neighbours, 0 for the axis updated, and 0. `wide` indices are i64; negative ones count from the end.
 * Returns 0, or the 1-based position of the first index that is outside; updates from it on are not made.
 */
export function scatterElementsF32(
  y: usize,
  indices: usize,
  wide: bool,
  updates: usize,
  axes: usize,
  rank: u32,
  count: u32,
  size: u32,
  stride: u32,
  reduction: u32,
): i32 {
  return scatterElements<f32>(y, indices, wide, updates, axes, rank, count, size, stride, reduction);
}

/** `scatterElementsF32` of int32. */
export function scatterElementsI32(
  y: usize,
  indices: usize,
  wide: bool,
  updates: usize,
  axes: usize,
  rank: u32,
  count: u32,
  size: u32,
  stride: u32,
  reduction: u32,
): i32 {
  return scatterElements<i32>(y, indices, wide, updates, axes, rank, count, size, stride, reduction);
}

/** `scatterElementsF32` of int64. */
export function scatterElementsI64(
  y: usize,
  indices: usize,
  wide: bool,
  updates: usize,
  axes: usize,
  rank: u32,
  count: u32,
  size: u32,
  stride: u32,
  reduction: u32,
): i32 {
  return scatterElements<i64>(y, indices, wide, updates, axes, rank, count, size, stride, reduction);
}

/** `scatterElementsF32` of int8. */
export function scatterElementsI8(
  y: usize,
  indices: usize,
  wide: bool,
  updates: usize,
  axes: usize,
  rank: u32,
  count: u32,
  size: u32,
  stride: u32,
  reduction: u32,
): i32 {
  return scatterElements<i8>(y, indices, wide, updates, axes, rank, count, size, stride, reduction);
}

/** `scatterElementsF32` of uint8 and bool. */
export function scatterElementsU8(
  y: usize,
  indices: usize,
  wide: bool,
  updates: usize,
  axes: usize,
  rank: u32,
  count: u32,
  size: u32,
  stride: u32,
  reduction: u32,
): i32 {
  return scatterElements<u8>(y, indices, wide, updates, axes, rank, count, size, stride, reduction);
}

// @ts-ignore: decorator
@inline
function scatterElements<T>(
  y: usize,
  indices: usize,
  wide: bool,
  updates: usize,
  axes: usize,
  rank: u32,
  count: u32,
  size: u32,
  stride: u32,
  reduction: u32,
): i32 {
  const last = axes + <usize>rank * AXIS;
  const step: usize = wide ? 8 : 4;
  for (let i: u32 = 0; i < count; i++) {
    const index = loadIndex(indices, wide, size);
    if (<u64>index >= size) return i + 1;
    update<T>(y + <usize>index * stride * sizeof<T>(), load<T>(updates), reduction);
    indices += step;
    updates += sizeof<T>();
    for (let axis = last - AXIS; axis >= axes; axis -= AXIS) {
      const position = load<u32>(axis, POSITION) + 1;
      const along = <usize>load<u32>(axis, STRIDE) * sizeof<T>();
      if (position < load<u32>(axis)) {
        store<u32>(axis, position, POSITION);
        y += along;
        break;
      }
      store<u32>(axis, 0, POSITION);
      y -= along * (position - 1);
    }
  }
  return 0;
}
