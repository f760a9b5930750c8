import { ENTRY, entryIndex, heapify, setEntry, sortHeap } from './heap';
import { keyOf } from './order';

/** Bytes of a row of `y`, and where the box stands. */
const ROW: usize = 24;
const BOX: usize = 16;

/**
 * Of `boxes` [batch, count, 4] with `scores` [batch, classes, count] the best ones of each class: those whose score is
 * above the f32 at `threshold`, from the highest score on, equal ones in their order, each unless its intersection over
 * union with one taken before is above the f32 at `overlap`, at most `most` and the i64 at `limit` of them. Writes rows of int64 (batch, class, box) to `y`, which
 * has room for batch · classes · min(most, count), and returns how many. A box is two corners (y, x), or with `centred` its centre
 * (x, y), width and height. `heap` takes 16 · count bytes.
 */
export function nonMaxSuppression(
  boxes: usize,
  scores: usize,
  limit: usize,
  overlap: usize,
  threshold: usize,
  y: usize,
  heap: usize,
  batch: u32,
  classes: u32,
  count: u32,
  most: u32,
  centred: bool,
): i32 {
  const wanted = load<i64>(limit);
  most = <u32>max<i64>(0, min<i64>(wanted, min<u32>(most, count)));
  let next = y;
  for (let image: u32 = 0; image < batch; image++) {
    for (let kind: u32 = 0; kind < classes; kind++) {
      const candidates = rank(scores, heap, count, load<f32>(threshold));
      const first = next;
      const end = first + <usize>most * ROW;
      for (let entry = heap; entry < heap + <usize>candidates * ENTRY && next < end; entry += ENTRY) {
        const box = entryIndex(entry);
        if (isCovered(boxes, box, first, next, load<f32>(overlap), centred)) continue;
        store<i64>(next, image);
        store<i64>(next, kind, 8);
        store<i64>(next, box, BOX);
        next += ROW;
      }
      scores += (<usize>count) << 2;
    }
    boxes += (<usize>count) << 4;
  }
  return <i32>((next - y) / ROW);
}

/** The boxes whose score is above the threshold, by score; returns how many. */
function rank(scores: usize, heap: usize, count: u32, threshold: f32): u32 {
  let candidates: u32 = 0;
  for (let box: u32 = 0; box < count; box++) {
    const score = scores + ((<usize>box) << 2);
    if (load<f32>(score) > threshold) {
      setEntry(heap + <usize>candidates * ENTRY, keyOf<f32>(score), box);
      candidates++;
    }
  }
  heapify(heap, candidates);
  sortHeap(heap, candidates);
  return candidates;
}

/** Whether a box overlaps any of the rows from `first` to `end` too much. */
function isCovered(boxes: usize, box: u32, first: usize, end: usize, overlap: f32, centred: bool): bool {
  const a = boxes + ((<usize>box) << 4);
  for (let row = first; row < end; row += ROW) {
    if (overlapOf(a, boxes + ((<usize>load<u32>(row, BOX)) << 4), centred) > overlap) return true;
  }
  return false;
}

// @ts-ignore: decorator
@inline
function low(box: usize, axis: usize, centred: bool): f32 {
  if (centred) return load<f32>(box + axis) - load<f32>(box + axis, 8) * 0.5;
  return min<f32>(load<f32>(box + axis), load<f32>(box + axis, 8));
}

// @ts-ignore: decorator
@inline
function high(box: usize, axis: usize, centred: bool): f32 {
  if (centred) return load<f32>(box + axis) + load<f32>(box + axis, 8) * 0.5;
  return max<f32>(load<f32>(box + axis), load<f32>(box + axis, 8));
}

/** The intersection of two boxes over their union; 0 where one has no area. */
function overlapOf(a: usize, b: usize, centred: bool): f32 {
  const areaA = (high(a, 0, centred) - low(a, 0, centred)) * (high(a, 4, centred) - low(a, 4, centred));
  const areaB = (high(b, 0, centred) - low(b, 0, centred)) * (high(b, 4, centred) - low(b, 4, centred));
  if (areaA <= 0 || areaB <= 0) return 0;
  const height = min<f32>(high(a, 0, centred), high(b, 0, centred)) - max<f32>(low(a, 0, centred), low(b, 0, centred));
  const width = min<f32>(high(a, 4, centred), high(b, 4, centred)) - max<f32>(low(a, 4, centred), low(b, 4, centred));
  if (height <= 0 || width <= 0) return 0;
  const shared = height * width;
  return shared / (areaA + areaB - shared);
}
