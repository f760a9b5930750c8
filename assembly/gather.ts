import { copyShort } from './copy';

/**
 * y[o, i] = table[o, indices[i]], rows of `bytes` bytes out of `rows`, for `outer` tables. Indices are i32, or i64 where
 * `wide` is not 0; negative ones count from the end where `wrap` is not 0. Returns 0, or the 1-based position of the
 * first index outside; the rows of the first table before it are then written and the rest are not.
 */
export function gatherRows(
  table: usize,
  indices: usize,
  y: usize,
  outer: u32,
  count: u32,
  rows: u32,
  bytes: u32,
  wide: u32,
  wrap: u32,
): i32 {
  const last = wrap ? <i64>rows : 0;
  for (let o: u32 = 0; o < outer; o++) {
    for (let i: u32 = 0; i < count; i++) {
      let index = wide ? load<i64>(indices + ((<usize>i) << 3)) : <i64>load<i32>(indices + ((<usize>i) << 2));
      if (index < 0) index += last;
      if (<u64>index >= <u64>rows) return i + 1;
      const row = table + <usize>index * bytes;
      if (bytes === 4) store<u32>(y, load<u32>(row));
      else if (bytes < 64) copyShort(row, y, bytes);
      else memory.copy(y, row, bytes);
      y += bytes;
    }
    table += <usize>rows * bytes;
  }
  return 0;
}
