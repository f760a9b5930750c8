import { copyRun } from './order';

/**
 * The slices of `x` [outer, size] of `bytes` bytes each, across its second axis, whose condition is not 0: y [outer, n].
 * There are `count` conditions of one byte, count ≤ size; slices beyond them are left out. Returns n.
 */
export function compress(x: usize, condition: usize, y: usize, outer: u32, size: u32, bytes: u32, count: u32): i32 {
  let found: u32 = 0;
  for (let i: u32 = 0; i < count; i++) found += <u32>(load<u8>(condition + i) != 0);
  for (let o: u32 = 0; o < outer; o++) {
    let slice = x;
    for (let i: u32 = 0; i < count; i++) {
      if (load<u8>(condition + i)) {
        copyRun(y, slice, bytes);
        y += bytes;
      }
      slice += bytes;
    }
    x += <usize>size * bytes;
  }
  return found;
}
