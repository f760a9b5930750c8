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
export { conv1d, conv2d, depthwiseConv2d } from './convolution.js';
export { dense } from './dense.js';
export { elementwise } from './elementwise.js';
export { embedding } from './embedding.js';
export {
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalMaxPooling1d,
  globalMaxPooling2d,
} from './global-pooling.js';
export { add, average, concatenate, maximum, minimum, multiply, subtract } from './merge.js';
export { groupedQueryAttention, multiHeadAttention } from './multi-head-attention.js';
export { batchNormalization, layerNormalization } from './normalization.js';
export { averagePooling1d, averagePooling2d, maxPooling1d, maxPooling2d } from './pooling.js';
export { rotaryEmbedding } from './position.js';
export { rescaling } from './preprocessing.js';
export { dropout, gaussianDropout, gaussianNoise, spatialDropout1d, spatialDropout2d } from './regularization.js';
export { flatten, identity, permute, repeatVector, reshape } from './shape.js';
export { zeroPadding1d, zeroPadding2d } from './zero-padding.js';
