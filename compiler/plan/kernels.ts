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
  conv2d: template('a convolution over a padded map'),
  depthwise2d: template('a depthwise convolution over a padded map'),
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

/** Whether a plan calls a kernel that only the extended library has. */
export const needsExtended = ({ prepare, forward }: Pick<KernelPlan, 'prepare' | 'forward'>): boolean =>
  [...prepare, ...forward].some((step) => step.kind === 'call' && kernels[step.kernel as KernelName].extended);
