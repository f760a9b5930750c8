/** Bytes of what is said of an axis, and where the position along it stands. */
const AXIS: usize = 8;
const POSITION: usize = 4;

/**
 * The positions of elements that are not 0, in row-major order: y [rank, n] of int64, one column for each of n elements.
 * `axes` says of each axis of `x` two u32, its size and 0. Returns n.
 */
export function nonZeroF32(x: usize, y: usize, axes: usize, rank: u32, count: u32): i32 {
  return nonZero<f32>(x, y, axes, rank, count);
}

/** `nonZeroF32` of int32. */
export function nonZeroI32(x: usize, y: usize, axes: usize, rank: u32, count: u32): i32 {
  return nonZero<i32>(x, y, axes, rank, count);
}

/** `nonZeroF32` of int64. */
export function nonZeroI64(x: usize, y: usize, axes: usize, rank: u32, count: u32): i32 {
  return nonZero<i64>(x, y, axes, rank, count);
}

/** `nonZeroF32` of uint8, int8 and bool. */
export function nonZeroU8(x: usize, y: usize, axes: usize, rank: u32, count: u32): i32 {
  return nonZero<u8>(x, y, axes, rank, count);
}

// @ts-ignore: decorator
@inline
function nonZero<T>(x: usize, y: usize, axes: usize, rank: u32, count: u32): i32 {
  const end = x + <usize>count * sizeof<T>();
  let found: u32 = 0;
  for (let p = x; p < end; p += sizeof<T>()) found += <u32>(load<T>(p) != 0);
  const last = axes + <usize>rank * AXIS;
  const row = <usize>found * 8;
  for (let p = x; p < end; p += sizeof<T>()) {
    if (load<T>(p) != 0) {
      let at = y;
      for (let axis = axes; axis < last; axis += AXIS) {
        store<i64>(at, load<u32>(axis, POSITION));
        at += row;
      }
      y += 8;
    }
    for (let axis = last - AXIS; axis >= axes; axis -= AXIS) {
      const position = load<u32>(axis, POSITION) + 1;
      if (position < load<u32>(axis)) {
        store<u32>(axis, position, POSITION);
        break;
      }
      store<u32>(axis, 0, POSITION);
    }
  }
  return found;
}
