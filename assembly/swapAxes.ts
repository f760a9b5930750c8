/**
 * y[b, c, r] = x[b, r, c], each a run of `inner` elements: [batch, rows, columns, inner] to [batch, columns, rows,
 * inner], `inner` at least 1. Moves bits.
 */
export function swapAxes(x: usize, y: usize, batch: u32, rows: u32, columns: u32, inner: u32): void {
  const run = (<usize>inner) << 2;
  const across = run * columns;
  for (let b: u32 = 0; b < batch; b++) {
    for (let c: u32 = 0; c < columns; c++) {
      const s = x + <usize>c * run;
      if (inner < 4) copyWords(s, y, rows, run, across);
      else if (inner < 32) copyVectors(s, y, rows, run, across);
      else copyBlocks(s, y, rows, run, across);
      y += run * rows;
    }
    x += across * rows;
  }
}

/*
 * Each copies `rows` runs of `run` bytes, `across` bytes apart at `s`, one after the other to `t`. The last copy within
 * a run overlaps the one before, so that a run needs no remainder.
 */

/** Runs of 4 to 12 bytes. */
function copyWords(s: usize, t: usize, rows: u32, run: usize, across: usize): void {
  for (let r: u32 = 0; r < rows; r++) {
    store<i32>(t, load<i32>(s));
    if (run > 4) store<i64>(t + run - 8, load<i64>(s + run - 8));
    s += across;
    t += run;
  }
}

/** Runs of at least 16 bytes. */
function copyVectors(s: usize, t: usize, rows: u32, run: usize, across: usize): void {
  const last = run - 16;
  for (let r: u32 = 0; r < rows; r++) {
    for (let i: usize = 0; i < last; i += 16) v128.store(t + i, v128.load(s + i));
    v128.store(t + last, v128.load(s + last));
    s += across;
    t += run;
  }
}

/** Runs of at least 64 bytes; from 128 on faster than single vectors, by a tenth. */
function copyBlocks(s: usize, t: usize, rows: u32, run: usize, across: usize): void {
  const last = run - 64;
  for (let r: u32 = 0; r < rows; r++) {
    for (let i: usize = 0; i < last; i += 64) copyBlock(s + i, t + i);
    copyBlock(s + last, t + last);
    s += across;
    t += run;
  }
}

// @ts-ignore: decorator
@inline
function copyBlock(s: usize, t: usize): void {
  const a = v128.load(s);
  const b = v128.load(s, 16);
  const c = v128.load(s, 32);
  const d = v128.load(s, 48);
  v128.store(t, a);
  v128.store(t, b, 16);
  v128.store(t, c, 32);
  v128.store(t, d, 48);
}
