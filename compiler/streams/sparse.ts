import { bits, normal } from '../random.js';

const STREAM = 2;

/** The rows of column `column` that a sparse matrix has 0 in, in the order of their choice. */
function zeroRows(key: bigint, column: number, rows: number, zeros: number): number[] {
  const order = Array.from({ length: rows }, (_, row) => row);
  for (let j = 0; j < zeros; j++) {
    const word = bits(key, column * rows + j, 0, STREAM);
    const other = j + Number((BigInt(word) * BigInt(rows - j)) >> 32n);
    [order[j], order[other]] = [order[other]!, order[j]!];
  }
  return order.slice(0, zeros);
}

/**
 * The sparse matrix [rows, columns] of docs/random.md, normal with mean 0 and the f32 standard deviation `std` but for
 * ⌈sparsity · rows⌉ zeros in each column: the same bits as the kernel in assembly/sparse.ts.
 */
export function sparse(key: bigint, rows: number, columns: number, sparsity: number, std: number): Float32Array {
  const matrix = Float32Array.from({ length: rows * columns }, (_, index) => normal(key, index, 0, std));
  const zeros = Math.min(Math.ceil(sparsity * rows), rows);
  for (let column = 0; column < columns; column++) {
    for (const row of zeroRows(key, column, rows, zeros)) matrix[row * columns + column] = 0;
  }
  return matrix;
}
