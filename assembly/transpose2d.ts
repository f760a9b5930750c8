/** y[b, c, r] = x[b, r, c]: [batch, rows, columns] to [batch, columns, rows], by blocks of 4 × 4. Moves bits. */
export function transpose2d(x: usize, y: usize, batch: u32, rows: u32, columns: u32): void {
  const size = (<usize>rows * columns) << 2;
  for (let b: u32 = 0; b < batch; b++) {
    transposeMatrix(x, y, rows, columns, (<usize>columns) << 2, (<usize>rows) << 2);
    x += size;
    y += size;
  }
}

/** One matrix whose rows are `across` bytes apart to one whose rows are `down` bytes apart. */
export function transposeMatrix(x: usize, y: usize, rows: u32, columns: u32, across: usize, down: usize): void {
  const wholeRows = rows & ~3;
  const wholeColumns = columns & ~3;
  for (let r: u32 = 0; r < wholeRows; r += 4) {
    let s = x + <usize>r * across;
    let t = y + ((<usize>r) << 2);
    for (let c: u32 = 0; c < wholeColumns; c += 4) {
      let p = s;
      const r0 = v128.load(p);
      p += across;
      const r1 = v128.load(p);
      p += across;
      const r2 = v128.load(p);
      p += across;
      const r3 = v128.load(p);
      const a = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const b = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const d = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const e = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      v128.store(t, v128.shuffle<f32>(a, b, 0, 1, 4, 5));
      t += down;
      v128.store(t, v128.shuffle<f32>(a, b, 2, 3, 6, 7));
      t += down;
      v128.store(t, v128.shuffle<f32>(d, e, 0, 1, 4, 5));
      t += down;
      v128.store(t, v128.shuffle<f32>(d, e, 2, 3, 6, 7));
      t += down;
      s += 16;
    }
  }
  copyTransposed(x, y, across, down, 0, wholeRows, wholeColumns, columns);
  copyTransposed(x, y, across, down, wholeRows, rows, 0, columns);
}

/** The elements of rows `top` to `bottom` and columns `left` to `right`, one by one. */
function copyTransposed(
  x: usize,
  y: usize,
  across: usize,
  down: usize,
  top: u32,
  bottom: u32,
  left: u32,
  right: u32,
): void {
  for (let r = top; r < bottom; r++) {
    let s = x + <usize>r * across + ((<usize>left) << 2);
    let t = y + <usize>left * down + ((<usize>r) << 2);
    for (let c = left; c < right; c++) {
      store<i32>(t, load<i32>(s));
      s += 4;
      t += down;
    }
  }
}
