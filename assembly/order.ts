/**
 * A number that orders an element among those of its type: −0 equals 0, and every NaN equals every other and is above ∞.
 */
// @ts-ignore: decorator
@inline
export function keyOf<T>(at: usize): i64 {
  if (!isFloat<T>()) return <i64>load<T>(at);
  // −0 + 0 is 0.
  const value = load<f32>(at) + 0;
  if (value != value) return i32.MAX_VALUE;
  const bits = reinterpret<i32>(value);
  return <i64>(bits ^ ((bits >> 31) & i32.MAX_VALUE));
}

/** The index at `at`, an i64 if `wide` and an i32 otherwise; a negative one counts from `size`. */
// @ts-ignore: decorator
@inline
export function loadIndex(at: usize, wide: bool, size: u32): i64 {
  const index = wide ? load<i64>(at) : <i64>load<i32>(at);
  return index < 0 ? index + <i64>size : index;
}

/** Copies a run of bytes, mostly of one element. */
// @ts-ignore: decorator
@inline
export function copyRun(target: usize, source: usize, bytes: usize): void {
  if (bytes == 4) store<u32>(target, load<u32>(source));
  else if (bytes == 8) store<u64>(target, load<u64>(source));
  else if (bytes == 1) store<u8>(target, load<u8>(source));
  else memory.copy(target, source, bytes);
}
