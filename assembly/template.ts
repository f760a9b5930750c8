/**
 * Placeholders that the compiler retargets when it links a kernel into a model. A kernel that calls one is a template:
 * one copy is linked for each distinct function put in its place.
 */

/**
 * Turns an accumulator into the value that is stored. `bias` is the address of the accumulator's first column in the
 * bias vector, `residual` the address of the same element in a tensor of the output's layout. Either may be any
 * readable address when the function put in place does not use it. Sixteen bytes are readable at both.
 */
// @ts-ignore: decorator
@external("template", "epilogue")
export declare function epilogue(value: v128, bias: usize, residual: usize): v128;

/** A product as `gemm` has it, for the number of rows that the model has. */
// @ts-ignore: decorator
@external("template","product")
export declare function product(
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
): void;

/** As `product`: that of the hidden state which a GRU has reset. */
// @ts-ignore: decorator
@external("template","candidate")
export declare function candidate(
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
): void;

/**
 * One step of a recurrent layer for one row, `units` elements at each of these addresses, or as many for each gate at
 * `x` and `products`: from the states of the step before to new ones, in place, and to `output`.
 */
// @ts-ignore: decorator
@external("template","update")
export declare function update(
  x: usize,
  products: usize,
  hidden: usize,
  cell: usize,
  peepholes: usize,
  output: usize,
  units: u32,
): void;

/** As `update`: the hidden state times the reset gate of a GRU, to `output`. */
// @ts-ignore: decorator
@external("template","reset")
export declare function reset(
  x: usize,
  products: usize,
  hidden: usize,
  cell: usize,
  peepholes: usize,
  output: usize,
  units: u32,
): void;
