/** Copies `rows` runs of `bytes` bytes, `sourceStride` and `targetStride` bytes apart. */
export function copyRows(
  source: usize,
  target: usize,
  rows: u32,
  bytes: u32,
  sourceStride: u32,
  targetStride: u32,
): void {
  for (let row: u32 = 0; row < rows; row++) {
    if (bytes === 4) store<u32>(target, load<u32>(source));
    else if (bytes < 64) copyShort(source, target, bytes);
    else memory.copy(target, source, bytes);
    source += sourceStride;
    target += targetStride;
  }
}

/** Copies a run for which a call of memory.copy would take longer than the bytes do. Runs must not overlap. */
// @ts-ignore: decorator
@inline
export function copyShort(source: usize, target: usize, bytes: u32): void {
  let at: u32 = 0;
  for (; at + 16 <= bytes; at += 16) v128.store(target + at, v128.load(source + at));
  if (bytes & 8) {
    store<u64>(target + at, load<u64>(source + at));
    at += 8;
  }
  if (bytes & 4) {
    store<u32>(target + at, load<u32>(source + at));
    at += 4;
  }
  for (; at < bytes; at++) store<u8>(target + at, load<u8>(source + at));
}
