import { fillBits } from './philox';
import { fillNormal } from './random';

const STREAM: u32 = 2;

/** Bytes of scratch that a sparse matrix of this shape takes. */
export function sparseScratch(rows: u32, columns: u32): usize {
  return (<usize>rows) << 3;
}

/**
 * Fills the matrix [rows, columns] with the normal distribution of mean 0 and standard deviation `std` and puts 0 into
 * ⌈sparsity · rows⌉ rows of each column, chosen by a partial Fisher–Yates shuffle. `scratch`: sparseScratch bytes.
 */
export function fillSparse(
  target: usize,
  rows: u32,
  columns: u32,
  key: u64,
  sparsity: f64,
  std: f32,
  scratch: usize,
): void {
  fillNormal(target, <usize>rows * columns, 0, key, 0, std);
  const zeros = <u32>min<f64>(ceil<f64>(sparsity * <f64>rows), rows);
  const order = scratch;
  const words = scratch + ((<usize>rows) << 2);
  for (let c: u32 = 0; c < columns; c++) {
    fillBits(words, zeros, <u64>c * rows, key, 0, STREAM);
    for (let r: u32 = 0; r < rows; r++) store<u32>(order + ((<usize>r) << 2), r);
    for (let j: u32 = 0; j < zeros; j++) {
      const word = <u64>load<u32>(words + ((<usize>j) << 2));
      const here = order + ((<usize>j) << 2);
      const there = here + ((<usize>((word * (rows - j)) >> 32)) << 2);
      const row = load<u32>(there);
      store<u32>(there, load<u32>(here));
      store<f32>(target + ((<usize>row * columns + c) << 2), 0);
    }
  }
}
