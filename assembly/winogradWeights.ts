/**
 * Weights of a 3 × 3 convolution, transformed for F(2×2, 3×3): for each of the 16 positions panels [ceil(N / 8)][K][8],
 * those past N zero, positions `spread(bytes of the panels)` bytes apart. Element (tap, k, n) of `source` stands
 * tap · tapStride + k · strideK + n · strideN elements after the first.
 */
export function winogradWeights2(
  source: usize,
  target: usize,
  K: u32,
  N: u32,
  strideK: u32,
  strideN: u32,
  tapStride: u32,
): void {
  weights(2, source, target, K, N, strideK, strideN, tapStride);
}

/** `winogradWeights2` for F(4×4, 3×3), which has 36 positions. */
export function winogradWeights4(
  source: usize,
  target: usize,
  K: u32,
  N: u32,
  strideK: u32,
  strideN: u32,
  tapStride: u32,
): void {
  weights(4, source, target, K, N, strideK, strideN, tapStride);
}

/**
 * `bytes` rounded up to an odd number of cache lines. Slices that are read or written side by side then fall into
 * different sets of a cache; a power of two apart they would push each other out.
 */
// @ts-ignore: decorator
@inline
export function spread(bytes: usize): usize {
  return (((bytes + 63) >> 6) | 1) << 6;
}

// @ts-ignore: decorator
@inline
function weights(
  size: u32,
  source: usize,
  target: usize,
  K: u32,
  N: u32,
  strideK: u32,
  strideN: u32,
  tapStride: u32,
): void {
  const row = (<usize>strideK) << 2;
  const column = (<usize>strideN) << 2;
  const tap = (<usize>tapStride) << 2;
  const slice = spread((((<usize>N + 7) >> 3) * K) << 5);
  for (let n: u32 = 0; n < N; n += 4) {
    let s = source + <usize>n * column;
    let t = target + (((<usize>(n >> 3) * K) << 5) | ((n & 4) << 2));
    const lanes = min(N - n, 4);
    for (let k: u32 = 0; k < K; k++) {
      filter(size, s, t, lanes, column, tap, slice);
      s += row;
      t += 32;
    }
  }
  if (((N - 1) & 7) < 4 && N) {
    let t = target + ((((<usize>N - 1) >> 3) * K) << 5) + 16;
    for (let p: u32 = 0; p < (size + 2) * (size + 2); p++) {
      for (let k: usize = 0; k < K; k++) v128.store(t + (k << 5), f32x4.splat(0));
      t += slice;
    }
  }
}

/** One to four neighbouring elements, `step` bytes apart, and zeros. */
// @ts-ignore: decorator
@inline
function gather(source: usize, lanes: u32, step: usize): v128 {
  let value = v128.load32_zero(source);
  if (lanes > 1) value = v128.load32_lane(source + step, value, 1);
  if (lanes > 2) value = v128.load32_lane(source + step * 2, value, 2);
  if (lanes > 3) value = v128.load32_lane(source + step * 3, value, 3);
  return value;
}

/** The transformed filters of one channel and up to four outputs. */
// @ts-ignore: decorator
@inline
function filter(size: u32, source: usize, target: usize, lanes: u32, column: usize, tap: usize, slice: usize): void {
  const g0 = gather(source, lanes, column);
  const g1 = gather((source += tap), lanes, column);
  const g2 = gather((source += tap), lanes, column);
  const g3 = gather((source += tap), lanes, column);
  const g4 = gather((source += tap), lanes, column);
  const g5 = gather((source += tap), lanes, column);
  const g6 = gather((source += tap), lanes, column);
  const g7 = gather((source += tap), lanes, column);
  const g8 = gather((source += tap), lanes, column);
  const across = slice * (size + 2);
  if (size == 2) {
    storeRow2(g0, g1, g2, target, slice);
    const e0 = f32x4.add(g0, g6);
    const e1 = f32x4.add(g1, g7);
    const e2 = f32x4.add(g2, g8);
    const half = f32x4.splat(0.5);
    // prettier-ignore
    storeRow2(f32x4.mul(half, f32x4.add(e0, g3)), f32x4.mul(half, f32x4.add(e1, g4)), f32x4.mul(half, f32x4.add(e2, g5)), (target += across), slice);
    // prettier-ignore
    storeRow2(f32x4.mul(half, f32x4.sub(e0, g3)), f32x4.mul(half, f32x4.sub(e1, g4)), f32x4.mul(half, f32x4.sub(e2, g5)), (target += across), slice);
    storeRow2(g6, g7, g8, target + across, slice);
  } else {
    storeRow4(g0, g1, g2, target, slice);
    const a0 = evenA(g0, g6);
    const a1 = evenA(g1, g7);
    const a2 = evenA(g2, g8);
    const oddA = f32x4.splat(ODD_A);
    const o0 = f32x4.mul(oddA, g3);
    const o1 = f32x4.mul(oddA, g4);
    const o2 = f32x4.mul(oddA, g5);
    storeRow4(f32x4.add(a0, o0), f32x4.add(a1, o1), f32x4.add(a2, o2), (target += across), slice);
    storeRow4(f32x4.sub(a0, o0), f32x4.sub(a1, o1), f32x4.sub(a2, o2), (target += across), slice);
    const b0 = evenB(g0, g6);
    const b1 = evenB(g1, g7);
    const b2 = evenB(g2, g8);
    const oddB = f32x4.splat(ODD_B);
    const q0 = f32x4.mul(oddB, g3);
    const q1 = f32x4.mul(oddB, g4);
    const q2 = f32x4.mul(oddB, g5);
    storeRow4(f32x4.add(b0, q0), f32x4.add(b1, q1), f32x4.add(b2, q2), (target += across), slice);
    storeRow4(f32x4.sub(b0, q0), f32x4.sub(b1, q1), f32x4.sub(b2, q2), (target += across), slice);
    storeRow4(g6, g7, g8, target + across, slice);
  }
}

const ODD_A: f32 = -0.47140452;
const ODD_B: f32 = 0.23570226;

/** −⅔ g0 − ⅓ g2 */
// @ts-ignore: decorator
@inline
function evenA(g0: v128, g2: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.splat(-0.6666667), g0), f32x4.mul(f32x4.splat(-0.33333334), g2));
}

/** ⅙ g0 + ⅓ g2 */
// @ts-ignore: decorator
@inline
function evenB(g0: v128, g2: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.splat(0.16666667), g0), f32x4.mul(f32x4.splat(0.33333334), g2));
}

// @ts-ignore: decorator
@inline
function storeRow2(g0: v128, g1: v128, g2: v128, target: usize, slice: usize): void {
  const half = f32x4.splat(0.5);
  const even = f32x4.add(g0, g2);
  v128.store(target, g0);
  v128.store((target += slice), f32x4.mul(half, f32x4.add(even, g1)));
  v128.store((target += slice), f32x4.mul(half, f32x4.sub(even, g1)));
  v128.store(target + slice, g2);
}

function storeRow4(g0: v128, g1: v128, g2: v128, target: usize, slice: usize): void {
  const a = evenA(g0, g2);
  const oddA = f32x4.mul(f32x4.splat(ODD_A), g1);
  const b = evenB(g0, g2);
  const oddB = f32x4.mul(f32x4.splat(ODD_B), g1);
  v128.store(target, g0);
  v128.store((target += slice), f32x4.add(a, oddA));
  v128.store((target += slice), f32x4.sub(a, oddA));
  v128.store((target += slice), f32x4.add(b, oddB));
  v128.store((target += slice), f32x4.sub(b, oddB));
  v128.store(target + slice, g2);
}
