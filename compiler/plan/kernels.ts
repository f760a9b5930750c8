import { decoderOf } from './stored.js';
import type { KernelPlan } from './types.js';

/** A kernel of the library as the planner sees it. Parameters and meaning stand with the function in assembly/. */
export interface KernelSpec {
  /** Calls the epilogue placeholder: linked once for each distinct epilogue. */
  readonly template: boolean;
  /** Only in the extended library, since few models need it: reading a library takes Binaryen time with each model. */
  readonly extended: boolean;
  readonly serves: string;
}

const template = (serves: string): KernelSpec => ({ template: true, extended: false, serves });
const plain = (serves: string): KernelSpec => ({ template: false, extended: false, serves });
const rare = (serves: string): KernelSpec => ({ template: false, extended: true, serves });

export const kernels = {
  gemv: template('a matrix product with one row'),
  gemm: template('a matrix product with several rows'),
  matmul: template('a matrix product whose number of rows is known when called'),
  batchedMatmul: template('matrix products of many pairs, each right-hand matrix packed in the call'),
  packedMatmul: template('matrix products with many packed matrices'),
  conv2d: template('a convolution over a padded map'),
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
  softmax: plain('softmax along an axis'),
  logSoftmax: plain('log-softmax along an axis'),
  normalizeRows: plain('normalization of the last axes'),
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
