import { decoderOf } from './stored.js';
import type { KernelPlan } from './types.js';

/** A kernel of the library as the planner sees it. Parameters and meaning stand with the function in assembly/. */
export interface KernelSpec {
  /** Calls the epilogue placeholder: linked once for each distinct epilogue. */
  readonly template: boolean;
  /** Only in the extended library, since few models need it: reading a library takes Binaryen time with each model. */
  readonly extended: boolean;
  /** Takes products without an epilogue in the place of the placeholder for them. */
  readonly products: boolean;
  readonly serves: string;
  /**
   * The parameters of an output and of an operand that may be the same address: each element of the operand is read
   * last when the output's element at that place is written.
   */
  readonly inPlace: readonly [output: number, operand: number] | null;
}

const plain = (serves: string): KernelSpec => ({
  template: false,
  extended: false,
  products: false,
  serves,
  inPlace: null,
});
const template = (serves: string): KernelSpec => ({ ...plain(serves), template: true });
const rare = (serves: string): KernelSpec => ({ ...plain(serves), extended: true });
/** Parameters (x, y, …), where y may be x. */
const over = (spec: KernelSpec): KernelSpec => ({ ...spec, inPlace: [1, 0] });
/** Parameters (a, b, c, bias, residual, …), where c may be the residual. */
const overResidual = (spec: KernelSpec): KernelSpec => ({ ...spec, inPlace: [2, 4] });
const winograd = (serves: string): KernelSpec => overResidual({ ...rare(serves), template: true, products: true });

export const kernels = {
  gemv: overResidual(template('a matrix product with one row')),
  gemm: overResidual(template('a matrix product with several rows')),
  matmul: overResidual(template('a matrix product whose number of rows is known when called')),
  batchedMatmul: overResidual(template('matrix products of many pairs, each right-hand matrix packed in the call')),
  packedMatmul: overResidual(template('matrix products with many packed matrices')),
  conv2d: overResidual(template('a convolution over a padded map')),
  winograd2: winograd('a 3 × 3 convolution by F(2×2, 3×3)'),
  winograd4: winograd('a 3 × 3 convolution by F(4×4, 3×3)'),
  winogradWeights2: rare('weights of a 3 × 3 convolution for F(2×2, 3×3)'),
  winogradWeights4: rare('weights of a 3 × 3 convolution for F(4×4, 3×3)'),
  depthwise2d: template('a depthwise convolution'),
  recurrent: template('a recurrent layer in one direction'),
  recurrentReset: template('a GRU that resets the hidden state before its product'),
  maxPool2d: plain('maximum pooling'),
  averagePool2d: plain('average pooling'),
  pad2d: plain('padding of two neighbouring axes'),
  reduceMean: plain('the mean of neighbouring axes'),
  reduceSum: plain('the sum of neighbouring axes'),
  reduceMax: plain('the maximum of neighbouring axes'),
  reduceMin: plain('the minimum of neighbouring axes'),
  softmax: over(plain('softmax along an axis')),
  logSoftmax: over(plain('log-softmax along an axis')),
  normalizeRows: over(plain('normalization of the last axes')),
  transpose2d: plain('a swap of two neighbouring groups of axes'),
  swapAxes: plain('a swap of two neighbouring groups of axes before others that stay'),
  copyRows: plain('one input of a concatenation, or a slice'),
  gatherRows: plain('rows of tables'),
  linearAttention: rare('attention without softmax, step by step'),
  attention: rare('attention by blocks of queries'),
  resample: rare('interpolation along an axis'),
  packGroups: plain('a weight in panels of eight columns'),
  topKF32: rare('the largest elements along an axis of float32'),
  topKI32: rare('the largest elements along an axis of int32'),
  topKI64: rare('the largest elements along an axis of int64'),
  topKI8: rare('the largest elements along an axis of int8'),
  topKU8: rare('the largest elements along an axis of uint8 and bool'),
  scatterElementsF32: rare('updates of float32 elements'),
  scatterElementsI32: rare('updates of int32 elements'),
  scatterElementsI64: rare('updates of int64 elements'),
  scatterElementsI8: rare('updates of int8 elements'),
  scatterElementsU8: rare('updates of uint8 and bool elements'),
  scatterNdF32: rare('updates of float32 slices'),
  scatterNdI32: rare('updates of int32 slices'),
  scatterNdI64: rare('updates of int64 slices'),
  scatterNdI8: rare('updates of int8 slices'),
  scatterNdU8: rare('updates of uint8 and bool slices'),
  nonMaxSuppression: rare('the best boxes of each class'),
  nonZeroF32: rare('positions of float32 elements that are not 0'),
  nonZeroI32: rare('positions of int32 elements that are not 0'),
  nonZeroI64: rare('positions of int64 elements that are not 0'),
  nonZeroU8: rare('positions of elements of one byte that are not 0'),
  decodeFloat16: rare('float16 values of a variable'),
  decodeBfloat16: rare('bfloat16 values of a variable'),
  decodeQuantized: rare('values of a variable in integers with scales'),
  compress: rare('slices chosen by a condition'),
  uniqueF32: rare('different slices of float32'),
  uniqueI32: rare('different slices of int32'),
  uniqueI64: rare('different slices of int64'),
  uniqueI8: rare('different slices of int8'),
  uniqueU8: rare('different slices of uint8 and bool'),
} as const satisfies Record<string, KernelSpec>;

export type KernelName = keyof typeof kernels;

/** Whether a plan calls a kernel that only the extended library has. */
export function needsExtended({
  prepare,
  forward,
  variables,
}: Pick<KernelPlan, 'prepare' | 'forward' | 'variables'>): boolean {
  const called = [...prepare, ...forward].flatMap((step) => (step.kind === 'call' ? [step.kernel as KernelName] : []));
  const decoders = variables.flatMap(({ filling }) =>
    filling.kind === 'values' ? (decoderOf(filling.values) ?? []) : [],
  );
  return [...called, ...decoders].some((kernel) => kernels[kernel].extended);
}
