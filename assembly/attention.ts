import { tanh, exp } from './math';
import { packColumns, packGroups } from './panels';
import { loadLanes, maxLanes, multiplyAdd, storeLanes, sumLanes } from './simd';
import { fullTiles, smallTile, TILE } from './tile';

/** Queries whose scores are in memory at a time. */
const BLOCK: u32 = 48;

/**
 * softmax(`scale` · Q · Kᵀ + bias) · V for each of `heads` heads, of which `heads` / `groups` neighbours share keys and values.
 *
 * Rows of `query` have `keySize` elements and are `queryRow` floats apart, heads `queryHead` and sequences `queryBatch`;
 * `key`, `value` and `output` likewise, values with `valueSize` elements. `bias` has strides along sequences, heads, queries
 * and keys, the last of them 0 or 1, and may be 0, for absent. Query i sees min(keys, `seen` + i · `step`) keys, with `step`
 * 0 or 1. With a `softcap` c that is not 0 a score s is c · tanh(s / c) before the bias.
 *
 * Scratch: `keyPanels` [ceil(keys / 8)][keySize][8], `valuePanels` [ceil(valueSize / 8)][keys][8], `scores` [min(queries, 48)]
 * [keys rounded up to 8], `factors` [min(queries, 48)].
 *
 * A query's sums run in the order of the features and of the keys, whatever other queries there are.
 */
export function attention(
  query: usize,
  key: usize,
  value: usize,
  bias: usize,
  output: usize,
  keyPanels: usize,
  valuePanels: usize,
  scores: usize,
  factors: usize,
  batch: u32,
  heads: u32,
  groups: u32,
  queries: u32,
  keys: u32,
  keySize: u32,
  valueSize: u32,
  queryBatch: u32,
  queryHead: u32,
  queryRow: u32,
  keyBatch: u32,
  keyHead: u32,
  keyRow: u32,
  valueBatch: u32,
  valueHead: u32,
  valueRow: u32,
  outputBatch: u32,
  outputHead: u32,
  outputRow: u32,
  biasBatch: u32,
  biasHead: u32,
  biasRow: u32,
  biasKey: u32,
  seen: u32,
  step: u32,
  scale: f32,
  softcap: f32,
): void {
  if (queries == 0) return;
  const width = (keys + 7) & ~7;
  const perGroup = heads / groups;
  const scoreRow = (<usize>width) << 2;
  for (let b: u32 = 0; b < batch; b++) {
    for (let h: u32 = 0; h < heads; h++) {
      const g = h / perGroup;
      if (h == g * perGroup) {
        const k = key + ((<usize>(b * keyBatch + g * keyHead)) << 2);
        const v = value + ((<usize>(b * valueBatch + g * valueHead)) << 2);
        packColumns(k, keyPanels, keySize, keys, keyRow);
        packGroups(v, valuePanels, keys, valueSize, valueRow, 1, 1, 0, 1, 0);
      }
      let q = query + ((<usize>(b * queryBatch + h * queryHead)) << 2);
      let y = output + ((<usize>(b * outputBatch + h * outputHead)) << 2);
      let added = bias ? bias + ((<usize>(b * biasBatch + h * biasHead)) << 2) : 0;
      for (let first: u32 = 0; first < queries; first += BLOCK) {
        const rows = min(queries - first, BLOCK);
        const visible = seen + first * step;
        store<f32>(factors, scale);
        // prettier-ignore
        multiply(false, q, (<usize>queryRow) << 2, keyPanels, keySize, scores, scoreRow, width, factors, rows, keySize, keys, visible, step);
        let x = scores;
        for (let m: u32 = 0; m < rows; m++) {
          const count = min(keys, visible + m * step);
          const largest = added || softcap != 0 ? shift(x, count, added, biasKey, softcap) : largestOf(x, count);
          store<f32>(factors + ((<usize>m) << 2), exponentials(x, count, width, largest));
          x += scoreRow;
          if (added) added += (<usize>biasRow) << 2;
        }
        // prettier-ignore
        multiply(true, scores, scoreRow, valuePanels, keys, y, (<usize>outputRow) << 2, valueSize, factors, rows, keys, keys, visible, step);
        q += (<usize>queryRow * BLOCK) << 2;
        y += (<usize>outputRow * BLOCK) << 2;
      }
    }
  }
}

/** The largest of `count` scores, in every lane, NaN aside. */
function largestOf(x: usize, count: u32): v128 {
  const lowest = f32x4.splat(-Infinity);
  const whole = x + ((<usize>(count & ~3)) << 2);
  const lanes = count & 3;
  let largest = lowest;
  for (; x != whole; x += 16) largest = f32x4.pmax(largest, v128.load(x));
  if (lanes) largest = f32x4.pmax(largest, loadLanes(x, lanes, lowest));
  return maxLanes(largest);
}

/**
 * Caps `count` scores, if `softcap` is not 0, and adds the bias, if there is one, of which neighbours are `step` floats apart.
 * Returns the same as `largestOf`.
 */
function shift(x: usize, count: u32, bias: usize, step: u32, softcap: f32): v128 {
  const whole = x + ((<usize>(count & ~3)) << 2);
  const lanes = count & 3;
  const lowest = f32x4.splat(-Infinity);
  const cap = f32x4.splat(softcap);
  const each = bias && step != 0;
  const all = bias && step == 0 ? v128.load32_splat(bias) : f32x4.splat(-0.0);
  let largest = lowest;
  for (; x != whole; x += 16) {
    let score = v128.load(x);
    if (softcap != 0) score = f32x4.mul(tanh(f32x4.div(score, cap)), cap);
    score = f32x4.add(score, each ? v128.load(bias) : all);
    bias += 16;
    v128.store(x, score);
    largest = f32x4.pmax(largest, score);
  }
  if (lanes) {
    let score = v128.load(x);
    if (softcap != 0) score = f32x4.mul(tanh(f32x4.div(score, cap)), cap);
    score = f32x4.add(score, each ? loadLanes(bias, lanes, lowest) : all);
    v128.store(x, score);
    largest = f32x4.pmax(largest, loadLanes(x, lanes, lowest));
  }
  return maxLanes(largest);
}

/**
 * Replaces `count` of `width` scores by their exponentials, shifted by the largest of them, with zeros for at least eight
 * elements behind them, as far as `width`. Returns the reciprocal of their sum, or 0 if all of them are −∞.
 */
function exponentials(x: usize, count: u32, width: u32, largest: v128): f32 {
  const lowest = f32x4.splat(-Infinity);
  const whole = x + ((<usize>(count & ~3)) << 2);
  const lanes = count & 3;
  let p = x;
  // −∞ − −∞ would be NaN.
  largest = v128.andnot(largest, f32x4.eq(largest, lowest));
  let sum = f32x4.splat(0);
  for (; p != whole; p += 16) {
    const e = exp(f32x4.sub(v128.load(p), largest));
    sum = f32x4.add(sum, e);
    v128.store(p, e);
  }
  if (lanes) {
    const e = exp(f32x4.sub(loadLanes(p, lanes, lowest), largest));
    sum = f32x4.add(sum, e);
    v128.store(p, e);
    p += 16;
  }
  const end = min(x + ((<usize>width) << 2), p + 32);
  for (; p < end; p += 16) v128.store(p, f32x4.splat(0));
  const total = f32x4.extract_lane(sumLanes(sum), 0);
  return total == 0 ? 0 : 1 / total;
}

/**
 * C[rows × columns] = A · B, each row times its factor. B is in panels [ceil(columns / 8)][panelDepth][8], of which the first
 * `depth` rows count; rows of A and C are `lda` and `ldc` bytes apart. Row m sees min(keys, `seen` + m · `step`) keys.
 *
 * Without `weighs` keys are columns: all rows have the factor at `factors`, and what no row of a tile sees may stay unwritten.
 * With it they are the depth: a tile ends where its last row does.
 */
function multiply(
  weighs: bool,
  a: usize,
  lda: usize,
  b: usize,
  panelDepth: u32,
  c: usize,
  ldc: usize,
  columns: u32,
  factors: usize,
  rows: u32,
  depth: u32,
  keys: u32,
  seen: u32,
  step: u32,
): void {
  const panel = (<usize>panelDepth) << 5;
  const factorStep: usize = weighs ? 4 : 0;
  for (let n: u32 = 0; n < columns; n += 8) {
    const left = columns - n;
    for (let m: u32 = 0, size: u32 = 0, count: u32 = 0; m < rows; m += size * count) {
      count = fullTiles(rows - m);
      size = TILE;
      if (count == 0) {
        count = 1;
        size = smallTile(rows - m);
      }
      const an = a + <usize>m * lda;
      const cn = c + <usize>m * ldc + ((<usize>n) << 2);
      const first = weighs ? factors + ((<usize>m) << 2) : factors;
      const visible = seen + (m + size - 1) * step;
      const unseen = weighs ? 0 : n;
      // prettier-ignore
      if (ASC_FEATURE_RELAXED_SIMD && size == 6) {
        tiles(6, weighs, count, an, lda, b, cn, ldc, left, first, factorStep, depth, keys, visible, step, unseen);
      } else if (ASC_FEATURE_RELAXED_SIMD && size == 5) {
        tiles(5, weighs, count, an, lda, b, cn, ldc, left, first, factorStep, depth, keys, visible, step, unseen);
      } else if (size == 4) {
        tiles(4, weighs, count, an, lda, b, cn, ldc, left, first, factorStep, depth, keys, visible, step, unseen);
      } else if (size == 3) {
        tiles(3, weighs, count, an, lda, b, cn, ldc, left, first, factorStep, depth, keys, visible, step, unseen);
      } else if (size == 2) {
        tiles(2, weighs, count, an, lda, b, cn, ldc, left, first, factorStep, depth, keys, visible, step, unseen);
      } else {
        tiles(1, weighs, count, an, lda, b, cn, ldc, left, first, factorStep, depth, keys, visible, step, unseen);
      }
    }
    b += panel;
  }
}

/**
 * `count` register tiles of `size` (a constant) rows by one panel, of which the last row of the first sees `visible` keys. A
 * tile that sees no key from `unseen` on is skipped.
 */
// @ts-ignore: decorator
@inline
function tiles(
  size: u32,
  weighs: bool,
  count: u32,
  a: usize,
  lda: usize,
  b: usize,
  c: usize,
  ldc: usize,
  columns: u32,
  factors: usize,
  factorStep: usize,
  depth: u32,
  keys: u32,
  visible: u32,
  step: u32,
  unseen: u32,
): void {
  do {
    const end = b + ((<usize>(weighs ? min(keys, visible) : depth)) << 5);
    if (weighs || visible > unseen) {
      let a0 = a;
      let a1 = a0 + lda;
      let a2 = a1 + lda;
      let a3 = a2 + lda;
      let a4 = a3 + lda;
      let a5 = a4 + lda;
      let l0 = f32x4.splat(0);
      let h0 = f32x4.splat(0);
      let l1 = f32x4.splat(0);
      let h1 = f32x4.splat(0);
      let l2 = f32x4.splat(0);
      let h2 = f32x4.splat(0);
      let l3 = f32x4.splat(0);
      let h3 = f32x4.splat(0);
      let l4 = f32x4.splat(0);
      let h4 = f32x4.splat(0);
      let l5 = f32x4.splat(0);
      let h5 = f32x4.splat(0);
      for (let p = b; p != end; p += 32) {
        const low = v128.load(p);
        const high = v128.load(p, 16);
        const s0 = v128.load32_splat(a0);
        l0 = multiplyAdd(s0, low, l0);
        h0 = multiplyAdd(s0, high, h0);
        a0 += 4;
        if (size > 1) {
          const s1 = v128.load32_splat(a1);
          l1 = multiplyAdd(s1, low, l1);
          h1 = multiplyAdd(s1, high, h1);
          a1 += 4;
        }
        if (size > 2) {
          const s2 = v128.load32_splat(a2);
          l2 = multiplyAdd(s2, low, l2);
          h2 = multiplyAdd(s2, high, h2);
          a2 += 4;
        }
        if (size > 3) {
          const s3 = v128.load32_splat(a3);
          l3 = multiplyAdd(s3, low, l3);
          h3 = multiplyAdd(s3, high, h3);
          a3 += 4;
        }
        if (size > 4) {
          const s4 = v128.load32_splat(a4);
          l4 = multiplyAdd(s4, low, l4);
          h4 = multiplyAdd(s4, high, h4);
          a4 += 4;
        }
        if (size > 5) {
          const s5 = v128.load32_splat(a5);
          l5 = multiplyAdd(s5, low, l5);
          h5 = multiplyAdd(s5, high, h5);
          a5 += 4;
        }
      }
      let f = factors;
      let to = c;
      storeRow(to, l0, h0, f, columns);
      if (size > 1) {
        f += factorStep;
        to += ldc;
        storeRow(to, l1, h1, f, columns);
      }
      if (size > 2) {
        f += factorStep;
        to += ldc;
        storeRow(to, l2, h2, f, columns);
      }
      if (size > 3) {
        f += factorStep;
        to += ldc;
        storeRow(to, l3, h3, f, columns);
      }
      if (size > 4) {
        f += factorStep;
        to += ldc;
        storeRow(to, l4, h4, f, columns);
      }
      if (size > 5) {
        f += factorStep;
        to += ldc;
        storeRow(to, l5, h5, f, columns);
      }
    }
    a += <usize>size * lda;
    c += <usize>size * ldc;
    factors += <usize>size * factorStep;
    visible += size * step;
  } while (--count);
}

/** Stores the first `columns` (up to 8) of eight sums, times the factor at `factor`. */
// @ts-ignore: decorator
@inline
function storeRow(c: usize, low: v128, high: v128, factor: usize, columns: u32): void {
  const by = v128.load32_splat(factor);
  const first = f32x4.mul(low, by);
  const second = f32x4.mul(high, by);
  if (columns >= 8) {
    v128.store(c, first);
    v128.store(c, second, 16);
  } else {
    storeLanes(c, first, columns);
    if (columns > 4) storeLanes(c + 16, second, columns - 4);
  }
}
