import { gemv } from './gemv';
import { multiplyRuns } from './tile';

/**
 * C[M × N] = epilogue(A[M × K] · B), B in panels (`packGroups`), rows of A `lda` and rows of C `ldc` floats apart.
 * `bias` holds N values; `residual` has the layout of C.
 */
export function gemm(
  a: usize,
  b: usize,
  c: usize,
  bias: usize,
  residual: usize,
  M: u32,
  K: u32,
  N: u32,
  lda: u32,
  ldc: u32,
): void {
  multiplyRuns(a, b, c, bias, residual, M, N, M, (<usize>lda) << 2, 0, K, 1, 0, 1, 0, (<usize>ldc) << 2);
}

/** `gemm`, by way of `gemv` where A is one row. */
export function matmul(
  a: usize,
  b: usize,
  c: usize,
  bias: usize,
  residual: usize,
  M: u32,
  K: u32,
  N: u32,
  lda: u32,
  ldc: u32,
): void {
  if (M == 1) gemv(a, b, c, bias, residual, K, N);
  else gemm(a, b, c, bias, residual, M, K, N, lda, ldc);
}
