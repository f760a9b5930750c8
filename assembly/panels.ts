import { loadLanes, storeLanes } from './simd';

/** Packs `rows` rows of `columns` (1 to 8) elements, `row` and `column` bytes apart, into one panel; returns its end. */
function packPanel(source: usize, target: usize, rows: u32, columns: u32, row: usize, column: usize): usize {
  const zero = i32x4.splat(0);
  const end = target + ((<usize>rows) << 5);
  if (column == 4 && columns == 8) {
    for (; target != end; target += 32) {
      v128.store(target, v128.load(source));
      v128.store(target, v128.load(source, 16), 16);
      source += row;
    }
    return end;
  }
  if (column == 4) {
    for (; target != end; target += 32) {
      v128.store(target, loadLanes(source, columns, zero));
      v128.store(target, columns > 4 ? loadLanes(source + 16, columns - 4, zero) : zero, 16);
      source += row;
    }
    return end;
  }
  for (let j: u32 = 0; j < 8; j++) {
    let s = source;
    for (let t = target + ((<usize>j) << 2), last = t + ((<usize>rows) << 5); t != last; t += 32) {
      store<i32>(t, j < columns ? load<i32>(s) : 0);
      s += row;
    }
    source += column;
  }
  return end;
}

/** The inverse of `packPanel`: `source` is the panel, of which it returns the end. */
function unpackPanel(source: usize, target: usize, rows: u32, columns: u32, row: usize, column: usize): usize {
  const end = source + ((<usize>rows) << 5);
  if (column == 4) {
    for (; source != end; source += 32) {
      storeLanes(target, v128.load(source), columns);
      if (columns > 4) storeLanes(target + 16, v128.load(source, 16), columns - 4);
      target += row;
    }
    return end;
  }
  for (let j: u32 = 0; j < columns; j++) {
    let t = target;
    for (let s = source + ((<usize>j) << 2), last = s + ((<usize>rows) << 5); s != last; s += 32) {
      store<i32>(t, load<i32>(s));
      t += row;
    }
    target += column;
  }
  return end;
}

/**
 * Packs `groups` matrices whose first elements are `groupStride` elements apart, one after the other, into panels
 * [ceil(N / 8)][taps · K][8]: 8 columns side by side, those past N zero. Element (tap · K + k, n) of a matrix stands
 * tap · tapStride + k · strideK + n · strideN elements after its first. Moves bits: NaN payloads survive.
 */
export function packGroups(
  source: usize,
  target: usize,
  K: u32,
  N: u32,
  strideK: u32,
  strideN: u32,
  taps: u32,
  tapStride: u32,
  groups: u32,
  groupStride: u32,
): void {
  const row = (<usize>strideK) << 2;
  const column = (<usize>strideN) << 2;
  for (let group: u32 = 0; group < groups; group++) {
    for (let n: u32 = 0; n < N; n += 8) {
      let s = source + <usize>n * column;
      for (let tap: u32 = 0; tap < taps; tap++) {
        target = packPanel(s, target, K, min<u32>(N - n, 8), row, column);
        s += (<usize>tapStride) << 2;
      }
    }
    source += (<usize>groupStride) << 2;
  }
}

/** The inverse of `packGroups`: `source` is the panels, `target` the matrices. Writes their elements only. */
export function unpackGroups(
  source: usize,
  target: usize,
  K: u32,
  N: u32,
  strideK: u32,
  strideN: u32,
  taps: u32,
  tapStride: u32,
  groups: u32,
  groupStride: u32,
): void {
  const row = (<usize>strideK) << 2;
  const column = (<usize>strideN) << 2;
  for (let group: u32 = 0; group < groups; group++) {
    for (let n: u32 = 0; n < N; n += 8) {
      let t = target + <usize>n * column;
      for (let tap: u32 = 0; tap < taps; tap++) {
        source = unpackPanel(source, t, K, min<u32>(N - n, 8), row, column);
        t += (<usize>tapStride) << 2;
      }
    }
    target += (<usize>groupStride) << 2;
  }
}

/**
 * `packGroups` for one matrix whose columns are contiguous: element (k, n) stands k + n · strideN elements after the
 * first.
 */
export function packColumns(source: usize, target: usize, K: u32, N: u32, strideN: u32): void {
  const column = (<usize>strideN) << 2;
  const rest = K & 3;
  for (; N >= 8; N -= 8) {
    let s = source;
    for (const end = target + ((<usize>(K - rest)) << 5); target != end; target += 128) {
      transposeColumns(s, target, column);
      transposeColumns(s + (column << 2), target + 16, column);
      s += 16;
    }
    target = packPanel(s, target, rest, 8, 4, column);
    source += column << 3;
  }
  if (N) packPanel(source, target, K, N, 4, column);
}

/** Four elements of each of four columns, `column` bytes apart, to four rows 32 bytes apart. */
// @ts-ignore: decorator
@inline
function transposeColumns(source: usize, target: usize, column: usize): void {
  const c0 = v128.load(source);
  const c1 = v128.load(source + column);
  const c2 = v128.load(source + (column << 1));
  const c3 = v128.load(source + column * 3);
  const low01 = v128.shuffle<i32>(c0, c1, 0, 4, 1, 5);
  const low23 = v128.shuffle<i32>(c2, c3, 0, 4, 1, 5);
  const high01 = v128.shuffle<i32>(c0, c1, 2, 6, 3, 7);
  const high23 = v128.shuffle<i32>(c2, c3, 2, 6, 3, 7);
  v128.store(target, v128.shuffle<i32>(low01, low23, 0, 1, 4, 5));
  v128.store(target, v128.shuffle<i32>(low01, low23, 2, 3, 6, 7), 32);
  v128.store(target, v128.shuffle<i32>(high01, high23, 0, 1, 4, 5), 64);
  v128.store(target, v128.shuffle<i32>(high01, high23, 2, 3, 6, 7), 96);
}
