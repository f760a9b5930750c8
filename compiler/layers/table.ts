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
export { additiveAttention, attention } from './attention.js';
export { categoryEncoding, discretization } from './categories.js';
export { conv1d, conv2d, conv3d } from './convolution.js';
export { cropping1d, cropping2d, cropping3d } from './cropping.js';
export { dense } from './dense.js';
export { depthwiseConv1d, depthwiseConv2d } from './depthwise-convolution.js';
export { dot } from './dot.js';
export { elementwise } from './elementwise.js';
export { embedding } from './embedding.js';
export { gatedAverage } from './gated-average.js';
export {
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalAveragePooling3d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  globalMaxPooling3d,
} from './global-pooling.js';
export { globalPooling } from './global-reduction.js';
export { groupNormalization, instanceNormalization } from './group-normalization.js';
export { centerCrop, resizing } from './image.js';
export { masking } from './masking.js';
export { add, average, concatenate, maximum, minimum, multiply, subtract } from './merge.js';
export { groupedQueryAttention, multiHeadAttention } from './multi-head-attention.js';
export { batchNormalization, layerNormalization } from './normalization.js';
export {
  averagePooling1d,
  averagePooling2d,
  averagePooling3d,
  maxPooling1d,
  maxPooling2d,
  maxPooling3d,
} from './pooling.js';
export { rotaryEmbedding } from './position.js';
export { prelu } from './prelu.js';
export { normalization, rescaling } from './preprocessing.js';
export { gru, lstm, simpleRnn } from './recurrent.js';
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
export { separableConv1d, separableConv2d } from './separable-convolution.js';
export { flatten, identity, permute, repeatVector, reshape, transpose } from './shape.js';
export { flip, mergeTime, splitTime } from './time.js';
export { conv1dTranspose, conv2dTranspose, conv3dTranspose } from './transposed-convolution.js';
export { localResponseNormalization, rmsNormalization, unitNormalization } from './unit-normalization.js';
export { upSampling1d, upSampling2d, upSampling3d } from './up-sampling.js';
export { zeroPadding1d, zeroPadding2d, zeroPadding3d } from './zero-padding.js';
