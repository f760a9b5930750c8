import { candidate, product, reset, update } from './template';

/** Gives a state its first value, zero where there is none. */
function begin(state: usize, first: usize, bytes: usize): void {
  if (!state) return;
  if (first) memory.copy(state, first, bytes);
  else memory.fill(state, 0, bytes);
}

/**
 * A recurrent layer: `time` steps, from the last one when `reverse`, over `batch` rows of `units`.
 *
 * `x` is rows of [gates · units], those of neighbouring steps `stepRows` and of neighbours in the batch `batchRows` apart;
 * `weights` the recurrent weights in panels (`packPanels`) and `bias` their bias;
 * `hidden` and `cell` are states [batch][units], which start as `firstHidden` and `firstCell`; `lengths` i32 [batch]: a
 * step at or after it leaves the states of its row and zeroes its output; `mask` has a byte a row of `x`: where it is 0 the
 * states stay too, and the output is that of the step before, 0 for the first; `output` has a row of [units] for each of
 * `x`. `products` is scratch for [batch][gates · units]. Any of `firstHidden`, `cell`, `firstCell`, `peepholes`, `lengths`,
 * `mask` and `output` may be 0, for absent.
 */
export function recurrent(
  x: usize,
  weights: usize,
  bias: usize,
  firstHidden: usize,
  hidden: usize,
  firstCell: usize,
  cell: usize,
  peepholes: usize,
  lengths: usize,
  mask: usize,
  output: usize,
  products: usize,
  time: u32,
  batch: u32,
  units: u32,
  gates: u32,
  stepRows: u32,
  batchRows: u32,
  reverse: u32,
): void {
  const width = gates * units;
  const wide = (<usize>width) << 2;
  const narrow = (<usize>units) << 2;
  begin(hidden, firstHidden, <usize>batch * narrow);
  begin(cell, firstCell, <usize>batch * narrow);
  const before = bytesBefore(stepRows, narrow, reverse);
  for (let step: u32 = 0; step < time; step++) {
    const t = reverse ? time - 1 - step : step;
    product(hidden, weights, products, bias, 0, batch, units, width, units, width);
    let row = <usize>t * stepRows;
    for (let b: usize = 0; b < batch; b++, row += batchRows) {
      const y = output ? output + row * narrow : 0;
      if (isPast(lengths, b, t)) {
        if (y) memory.fill(y, 0, narrow);
      } else if (isMasked(mask, row)) {
        if (y) repeat(y, step, before, narrow);
      } else {
        const own = b * narrow;
        update(x + row * wide, products + b * wide, hidden + own, cell + own, peepholes, y, units);
      }
    }
  }
}

/**
 * A GRU that resets the hidden state before its product: as `recurrent` with three gates, the hidden one last.
 * `weights` are three matrices in panels (`packGroups`), `resetHidden` is scratch for [batch][units].
 */
export function recurrentReset(
  x: usize,
  weights: usize,
  bias: usize,
  firstHidden: usize,
  hidden: usize,
  lengths: usize,
  mask: usize,
  output: usize,
  products: usize,
  resetHidden: usize,
  time: u32,
  batch: u32,
  units: u32,
  stepRows: u32,
  batchRows: u32,
  reverse: u32,
): void {
  const width = 3 * units;
  const wide = (<usize>width) << 2;
  const narrow = (<usize>units) << 2;
  const group = (((<usize>units + 7) >> 3) * <usize>units) << 5;
  const joined = (units & 7) == 0;
  const before = bytesBefore(stepRows, narrow, reverse);
  begin(hidden, firstHidden, <usize>batch * narrow);
  for (let step: u32 = 0; step < time; step++) {
    const t = reverse ? time - 1 - step : step;
    product(hidden, weights, products, bias, 0, batch, units, joined ? 2 * units : units, units, width);
    if (!joined)
      product(hidden, weights + group, products + narrow, bias + narrow, 0, batch, units, units, units, width);
    const first = <usize>t * stepRows;
    let row = first;
    for (let b: usize = 0; b < batch; b++, row += batchRows) {
      if (isPast(lengths, b, t) || isMasked(mask, row)) continue;
      const own = b * narrow;
      reset(x + row * wide, products + b * wide, hidden + own, 0, 0, resetHidden + own, units);
    }
    const last = narrow << 1;
    candidate(resetHidden, weights + (group << 1), products + last, bias + last, 0, batch, units, units, units, width);
    row = first;
    for (let b: usize = 0; b < batch; b++, row += batchRows) {
      const y = output ? output + row * narrow : 0;
      if (isPast(lengths, b, t)) {
        if (y) memory.fill(y, 0, narrow);
      } else if (isMasked(mask, row)) {
        if (y) repeat(y, step, before, narrow);
      } else {
        const own = b * narrow;
        update(x + row * wide, products + b * wide, hidden + own, 0, 0, y, units);
      }
    }
  }
}

/** Whether step `t` is past the length of row `b`. */
// @ts-ignore: decorator
@inline
function isPast(lengths: usize, b: usize, t: u32): bool {
  return lengths != 0 && <i32>t >= load<i32>(lengths + (b << 2));
}

// @ts-ignore: decorator
@inline
function isMasked(mask: usize, row: usize): bool {
  return mask != 0 && load<u8>(mask + row) == 0;
}

/** From a row of the output to that of the step after it: subtracted, it leads to the step before. */
// @ts-ignore: decorator
@inline
function bytesBefore(stepRows: u32, narrow: usize, reverse: u32): usize {
  const bytes = <usize>stepRows * narrow;
  return reverse ? 0 - bytes : bytes;
}

/** Gives a row what the step before it gave. */
// @ts-ignore: decorator
@inline
function repeat(y: usize, step: u32, before: usize, bytes: usize): void {
  if (step) memory.copy(y, y - before, bytes);
  else memory.fill(y, 0, bytes);
}
