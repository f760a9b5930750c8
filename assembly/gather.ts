/**
 * y[i] = table[indices[i]], rows of `columns` floats out of `rows`. Returns 0, or the 1-based position of the first
 * index outside [0, rows); the rows of `y` before it are then written and the rest are not.
 */
export function gatherRows(table: usize, indices: usize, y: usize, count: u32, rows: u32, columns: u32): i32 {
  const bytes = (<usize>columns) << 2;
  for (let i: u32 = 0; i < count; i++) {
    const index = load<u32>(indices + ((<usize>i) << 2));
    if (index >= rows) return i + 1;
    memory.copy(y, table + <usize>index * bytes, bytes);
    y += bytes;
  }
  return 0;
}
