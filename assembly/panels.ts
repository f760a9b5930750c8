import { loadLanes, storeLanes } from './simd';

/**
 * Packs the matrix with element (k, n) at `source` + 4 · (k · strideK + n · strideN) into panels
 * [ceil(N / 8)][K][8]: 8 columns side by side, those past N zero. Moves bits: NaN payloads survive.
 */
export function packPanels(source: usize, target: usize, K: u32, N: u32, strideK: u32, strideN: u32): void {
  const zero = i32x4.splat(0);
  const row = (<usize>strideK) << 2;
  const column = (<usize>strideN) << 2;
  for (let n: u32 = 0; n < N; n += 8) {
    const columns = min<u32>(N - n, 8);
    const left = source + <usize>n * column;
    if (strideN == 1) {
      let s = left;
      for (let k: u32 = 0; k < K; k++) {
        v128.store(target, loadLanes(s, columns, zero));
        v128.store(target, columns > 4 ? loadLanes(s + 16, columns - 4, zero) : zero, 16);
        s += row;
        target += 32;
      }
      continue;
    }
    for (let j: u32 = 0; j < 8; j++) {
      let s = left + <usize>j * column;
      let t = target + ((<usize>j) << 2);
      for (let k: u32 = 0; k < K; k++) {
        store<i32>(t, j < columns ? load<i32>(s) : 0);
        s += row;
        t += 32;
      }
    }
    target += (<usize>K) << 5;
  }
}

/** The inverse of `packPanels`: `source` is the panels, `target` the matrix. Writes its K · N elements only. */
export function unpackPanels(source: usize, target: usize, K: u32, N: u32, strideK: u32, strideN: u32): void {
  const row = (<usize>strideK) << 2;
  const column = (<usize>strideN) << 2;
  for (let n: u32 = 0; n < N; n += 8) {
    const columns = min<u32>(N - n, 8);
    const left = target + <usize>n * column;
    if (strideN == 1) {
      let t = left;
      for (let k: u32 = 0; k < K; k++) {
        storeLanes(t, v128.load(source), columns);
        if (columns > 4) storeLanes(t + 16, v128.load(source, 16), columns - 4);
        t += row;
        source += 32;
      }
      continue;
    }
    for (let j: u32 = 0; j < columns; j++) {
      let s = source + ((<usize>j) << 2);
      let t = left + <usize>j * column;
      for (let k: u32 = 0; k < K; k++) {
        store<i32>(t, load<i32>(s));
        s += 32;
        t += row;
      }
    }
    source += (<usize>K) << 5;
  }
}

/** `packPanels` for `groups` matrices whose first elements are `groupStride` elements apart, one after the other. */
export function packGroups(
  source: usize,
  target: usize,
  K: u32,
  N: u32,
  strideK: u32,
  strideN: u32,
  groups: u32,
  groupStride: u32,
): void {
  const bytes = (((<usize>N + 7) >> 3) * <usize>K) << 5;
  for (let group: u32 = 0; group < groups; group++) {
    packPanels(source, target, K, N, strideK, strideN);
    source += (<usize>groupStride) << 2;
    target += bytes;
  }
}

/** The inverse of `packGroups`: `source` is the panels. */
export function unpackGroups(
  source: usize,
  target: usize,
  K: u32,
  N: u32,
  strideK: u32,
  strideN: u32,
  groups: u32,
  groupStride: u32,
): void {
  const bytes = (((<usize>N + 7) >> 3) * <usize>K) << 5;
  for (let group: u32 = 0; group < groups; group++) {
    unpackPanels(source, target, K, N, strideK, strideN);
    source += bytes;
    target += (<usize>groupStride) << 2;
  }
}
