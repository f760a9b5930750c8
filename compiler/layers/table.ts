/** Every kind of layer, by the name of its export. */
export {
  activation,
  elu,
  exp,
  gelu,
  hardSigmoid,
  hardSwish,
  leakyRelu,
  logSoftmax,
  mish,
  relu,
  relu6,
  selu,
  sigmoid,
  softmax,
  softplus,
  softsign,
  swish,
  tanh,
  thresholdedRelu,
} from './activation-layers.js';
export { categoryEncoding, discretization } from './categories.js';
export { conv1d, conv2d, depthwiseConv2d } from './convolution.js';
export { dense } from './dense.js';
export { dot } from './dot.js';
export { elementwise } from './elementwise.js';
export { embedding } from './embedding.js';
export { gatedAverage } from './gated-average.js';
export {
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalMaxPooling1d,
  globalMaxPooling2d,
} from './global-pooling.js';
export { globalPooling } from './global-reduction.js';
export { groupNormalization, instanceNormalization } from './group-normalization.js';
export { masking } from './masking.js';
export { add, average, concatenate, maximum, minimum, multiply, subtract } from './merge.js';
export { batchNormalization, layerNormalization } from './normalization.js';
export { averagePooling1d, averagePooling2d, maxPooling1d, maxPooling2d } from './pooling.js';
export { prelu } from './prelu.js';
export { normalization, rescaling } from './preprocessing.js';
export {
  activityRegularization,
  alphaDropout,
  dropBlock,
  dropout,
  gaussianDropout,
  gaussianNoise,
  spatialDropout1d,
  spatialDropout2d,
  spatialDropout3d,
} from './regularization.js';
export { flatten, identity, permute, repeatVector, reshape, transpose } from './shape.js';
export { localResponseNormalization, rmsNormalization, unitNormalization } from './unit-normalization.js';
export { zeroPadding1d, zeroPadding2d } from './zero-padding.js';
