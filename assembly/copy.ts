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
    memory.copy(target, source, bytes);
    source += sourceStride;
    target += targetStride;
  }
}
