import { multiplyAdd, loadLanes, storeLanes } from './simd';

/** y = y · scale + x · factor for a row of `count` elements. */
// @ts-ignore: decorator
@inline
function addRow(y: usize, scale: v128, x: usize, factor: v128, count: u32): void {
  for (let at: u32 = 0; at < count; at += 4) {
    const lanes = count - at;
    const place = (<usize>at) << 2;
    const rest = f32x4.splat(0);
    const own = lanes >= 4 ? v128.load(y + place) : loadLanes(y + place, lanes, rest);
    const other = lanes >= 4 ? v128.load(x + place) : loadLanes(x + place, lanes, rest);
    storeLanes(y + place, multiplyAdd(other, factor, f32x4.mul(own, scale)), lanes);
  }
}

/** y = factor · the sum over rows of weights[row] · matrix[row], of `count` elements each. */
function weighRows(y: usize, weights: usize, matrix: usize, rows: u32, count: u32, factor: f32): void {
  const row = (<usize>count) << 2;
  for (let at: u32 = 0; at < count; at += 4) {
    const lanes = count - at;
    let from = matrix + ((<usize>at) << 2);
    let sum = f32x4.splat(0);
    for (let d: u32 = 0; d < rows; d++) {
      const element = lanes >= 4 ? v128.load(from) : loadLanes(from, lanes, f32x4.splat(0));
      sum = multiplyAdd(element, f32x4.splat(load<f32>(weights + ((<usize>d) << 2))), sum);
      from += row;
    }
    storeLanes(y + ((<usize>at) << 2), f32x4.mul(sum, f32x4.splat(factor)), lanes);
  }
}

/**
 * Attention without softmax, by a state that every step decays, adds to and is read from.
 *
 * `query` is [batch][time][heads][keySize], `key` [batch][time][groups][keySize], `value` [batch][time][groups][valueSize];
 * `decay`, factors [batch][time][groups][decaySize], with `decaySize` either `keySize` or 1 for all rows of a state;
 * `beta` [batch][time][betaSize], with `betaSize` either `groups` or 1 for all; `first` and `state` [batch][groups]
 * [keySize][valueSize]; `output` [batch][time][heads][valueSize]. `written` is scratch for [valueSize]. With `beta` a step
 * writes the difference between its value and what the state has for its key. `decay`, `beta` and `first` may be 0, for
 * absent. `heads` are a multiple of `groups`.
 */
export function linearAttention(
  query: usize,
  key: usize,
  value: usize,
  decay: usize,
  beta: usize,
  first: usize,
  output: usize,
  state: usize,
  written: usize,
  batch: u32,
  time: u32,
  heads: u32,
  groups: u32,
  keySize: u32,
  valueSize: u32,
  decaySize: u32,
  betaSize: u32,
  scale: f32,
): void {
  const keyRow = (<usize>keySize) << 2;
  const valueRow = (<usize>valueSize) << 2;
  const matrix = <usize>keySize * valueRow;
  const bytes = <usize>batch * groups * matrix;
  if (first) memory.copy(state, first, bytes);
  else memory.fill(state, 0, bytes);
  const perGroup = heads / groups;
  const one = f32x4.splat(1);
  for (let b: u32 = 0; b < batch; b++) {
    for (let g: u32 = 0; g < groups; g++) {
      for (let t: u32 = 0; t < time; t++) {
        const step = <usize>b * time + t;
        const place = step * groups + g;
        const k = key + place * keyRow;
        const factors = decay ? decay + ((place * decaySize) << 2) : 0;
        const factorStep: usize = decaySize == 1 ? 0 : 4;
        let source = value + place * valueRow;
        if (beta) {
          // The factor of a row weighs what the state has for the key before the rows themselves are scaled.
          memory.copy(written, source, valueRow);
          for (let d: u32 = 0; d < keySize; d++) {
            const factor = factors ? load<f32>(factors + <usize>d * factorStep) : 1;
            const weight = load<f32>(k + ((<usize>d) << 2)) * factor;
            addRow(written, one, state + <usize>d * valueRow, f32x4.splat(-weight), valueSize);
          }
          const strength = load<f32>(beta + ((step * betaSize + (betaSize == 1 ? 0 : g)) << 2));
          for (let m: u32 = 0; m < valueSize; m++) {
            const at = written + ((<usize>m) << 2);
            store<f32>(at, load<f32>(at) * strength);
          }
          source = written;
        }
        for (let d: u32 = 0; d < keySize; d++) {
          const factor = factors ? f32x4.splat(load<f32>(factors + <usize>d * factorStep)) : one;
          addRow(state + <usize>d * valueRow, factor, source, f32x4.splat(load<f32>(k + ((<usize>d) << 2))), valueSize);
        }
        for (let h: u32 = 0; h < perGroup; h++) {
          const head = step * heads + g * perGroup + h;
          weighRows(output + head * valueRow, query + head * keyRow, state, keySize, valueSize, scale);
        }
      }
      state += matrix;
    }
  }
}
