/** A kernel of the library as the planner sees it. Parameters and meaning stand with the function in assembly/. */
export interface KernelSpec {
  /** Calls the epilogue placeholder: linked once for each distinct epilogue. */
  readonly template: boolean;
  readonly serves: string;
}

const template = (serves: string): KernelSpec => ({ template: true, serves });
const plain = (serves: string): KernelSpec => ({ template: false, serves });

export const kernels = {
  gemv: template('a matrix product with one row'),
  gemm: template('a matrix product with several rows'),
  matmul: template('a matrix product whose number of rows is known when called'),
  batchedMatmul: template('matrix products of many pairs, each right-hand matrix packed in the call'),
  packedMatmul: template('matrix products with many packed matrices'),
  conv2d: template('a convolution over a padded map'),
  depthwise2d: template('a depthwise convolution over a padded map'),
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
  copyRows: plain('one input of a concatenation'),
  gatherRows: plain('rows of a table'),
  packGroups: plain('a weight in panels of eight columns'),
} as const satisfies Record<string, KernelSpec>;

export type KernelName = keyof typeof kernels;
