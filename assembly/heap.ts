/*
 * A binary heap of entries (key i64, index u32), 16 bytes each. The first of two entries is the one with the larger key,
 * or with the smaller index if the keys are equal; at the root stands the entry that is last of all.
 */

/** Bytes of an entry, and where its index stands. */
export const ENTRY: usize = 16;
const INDEX: usize = 8;

export const entryIndex = (entry: usize): u32 => load<u32>(entry, INDEX);

export function setEntry(entry: usize, key: i64, index: u32): void {
  store<i64>(entry, key);
  store<u32>(entry, index, INDEX);
}

// @ts-ignore: decorator
@inline
function isFirst(key: i64, index: u32, other: usize): bool {
  const otherKey = load<i64>(other);
  return key > otherKey || (key == otherKey && index < load<u32>(other, INDEX));
}

/** Puts an entry into the gap at `at`, or below. */
export function sink(heap: usize, count: u32, at: u32, key: i64, index: u32): void {
  let gap = heap + <usize>at * ENTRY;
  for (let child: u32 = 2 * at + 1; child < count; child = 2 * child + 1) {
    let entry = heap + <usize>child * ENTRY;
    if (child + 1 < count && isFirst(load<i64>(entry), load<u32>(entry, INDEX), entry + ENTRY)) {
      child++;
      entry += ENTRY;
    }
    if (!isFirst(key, index, entry)) break;
    setEntry(gap, load<i64>(entry), load<u32>(entry, INDEX));
    gap = entry;
  }
  setEntry(gap, key, index);
}

/** Makes a heap of entries in any order. */
export function heapify(heap: usize, count: u32): void {
  for (let at = count >> 1; at > 0;) {
    at--;
    const entry = heap + <usize>at * ENTRY;
    sink(heap, count, at, load<i64>(entry), load<u32>(entry, INDEX));
  }
}

/** Lays the entries of a heap out in their order, the first one first. */
export function sortHeap(heap: usize, count: u32): void {
  while (count > 1) {
    count--;
    const last = heap + <usize>count * ENTRY;
    const key = load<i64>(last);
    const index = load<u32>(last, INDEX);
    setEntry(last, load<i64>(heap), load<u32>(heap, INDEX));
    sink(heap, count, 0, key, index);
  }
}
