import { matmul } from './gemm';
import { packColumns, packGroups } from './panels';

/**
 * Products of pairs of matrices: C[M × N] = epilogue(A[M × K] · B) at every position of three axes. Along axis i there
 * are `sizei` positions, and A, B and C are `strideAi`, `strideBi` and `strideCi` floats apart, 0 where one stays the
 * same. Element (k, n) of B stands k · strideK + n · strideN floats after its first. Each B is packed into `panels`,
 * [ceil(N / 8)][K][8], once as long as it stays the same from one position to the next, the last axis moving first.
 * Rows of A are `lda` and rows of C `ldc` floats apart. `bias` holds N values; `residual` has the layout of C.
 */
export function batchedMatmul(
  a: usize,
  b: usize,
  c: usize,
  bias: usize,
  residual: usize,
  panels: usize,
  strideK: u32,
  strideN: u32,
  M: u32,
  K: u32,
  N: u32,
  lda: u32,
  ldc: u32,
  size0: u32,
  strideA0: u32,
  strideB0: u32,
  strideC0: u32,
  size1: u32,
  strideA1: u32,
  strideB1: u32,
  strideC1: u32,
  size2: u32,
  strideA2: u32,
  strideB2: u32,
  strideC2: u32,
): void {
  // prettier-ignore
  multiplyBatches(true, a, b, c, bias, residual, panels, strideK, strideN, M, K, N, lda, ldc,
    size0, strideA0, strideB0, strideC0, size1, strideA1, strideB1, strideC1, size2, strideA2, strideB2, strideC2);
}

/** `batchedMatmul` with every B already in panels; `strideBi` counts the floats of panels. */
export function packedMatmul(
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
  size0: u32,
  strideA0: u32,
  strideB0: u32,
  strideC0: u32,
  size1: u32,
  strideA1: u32,
  strideB1: u32,
  strideC1: u32,
  size2: u32,
  strideA2: u32,
  strideB2: u32,
  strideC2: u32,
): void {
  // prettier-ignore
  multiplyBatches(false, a, b, c, bias, residual, 0, 0, 0, M, K, N, lda, ldc,
    size0, strideA0, strideB0, strideC0, size1, strideA1, strideB1, strideC1, size2, strideA2, strideB2, strideC2);
}

/** `packs` is a constant. */
// @ts-ignore: decorator
@inline
function multiplyBatches(
  packs: bool,
  a: usize,
  b: usize,
  c: usize,
  bias: usize,
  residual: usize,
  panels: usize,
  strideK: u32,
  strideN: u32,
  M: u32,
  K: u32,
  N: u32,
  lda: u32,
  ldc: u32,
  size0: u32,
  strideA0: u32,
  strideB0: u32,
  strideC0: u32,
  size1: u32,
  strideA1: u32,
  strideB1: u32,
  strideC1: u32,
  size2: u32,
  strideA2: u32,
  strideB2: u32,
  strideC2: u32,
): void {
  let packed: usize = 0;
  for (let i: u32 = 0; i < size0; i++) {
    for (let j: u32 = 0; j < size1; j++) {
      for (let l: u32 = 0; l < size2; l++) {
        const an = a + ((<usize>(i * strideA0 + j * strideA1 + l * strideA2)) << 2);
        const offset = (<usize>(i * strideC0 + j * strideC1 + l * strideC2)) << 2;
        let bn = b + ((<usize>(i * strideB0 + j * strideB1 + l * strideB2)) << 2);
        if (packs) {
          if (bn != packed) {
            if (strideK == 1) packColumns(bn, panels, K, N, strideN);
            else packGroups(bn, panels, K, N, strideK, strideN, 1, 0, 1, 0);
            packed = bn;
          }
          bn = panels;
        }
        matmul(an, bn, c + offset, bias, residual + offset, M, K, N, lda, ldc);
      }
    }
  }
}
