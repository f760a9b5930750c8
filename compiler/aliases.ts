import { plain } from './suggest.js';

/** What other frameworks call nacre's words; where a word has two meanings, the one a layer has is meant. */
const attributeWords = {
  units: ['n_units', 'num_hidden', 'out_units', 'out_features', 'hidden_size'],
  inputUnits: ['in_units', 'in_features', 'input_dim', 'input_size'],
  filters: ['channels', 'out_channels', 'num_filter', 'nb_filter'],
  inputChannels: ['in_channels'],
  kernelSize: ['kernel_shape', 'size', 'filter_size'],
  poolSize: ['size', 'kernel_size', 'kernel_shape'],
  strides: ['stride', 'subsample'],
  dilation: ['dilation_rate', 'dilations', 'dilate'],
  groups: ['group', 'num_group'],
  padding: ['pads', 'pad', 'auto_pad', 'border_mode'],
  dataFormat: ['layout', 'dim_ordering', 'data_layout'],
  activation: ['act', 'act_type', 'nonlinearity', 'activation_function'],
  weight: [
    'kernel',
    'kernel_initializer',
    'embeddings',
    'embeddings_initializer',
    'weight_initializer',
    'weights',
    'W',
  ],
  bias: ['use_bias', 'no_bias', 'bias_initializer', 'b'],
  recurrentWeight: [
    'recurrent_kernel',
    'recurrent_initializer',
    'h2h_weight',
    'h2h_weight_initializer',
    'weight_hh',
    'R',
  ],
  depthwiseWeight: ['depthwise_kernel', 'depthwise_initializer'],
  pointwiseWeight: ['pointwise_kernel', 'pointwise_initializer'],
  gamma: ['scale', 'gamma_initializer', 'weight'],
  beta: ['center', 'beta_initializer', 'bias'],
  mean: ['moving_mean', 'running_mean', 'moving_mean_initializer'],
  variance: ['moving_variance', 'running_var', 'moving_variance_initializer'],
  epsilon: ['eps'],
  inputDim: ['num_embeddings', 'vocab_size'],
  outputDim: ['embedding_dim', 'output_size'],
  rate: ['p', 'ratio', 'dropout'],
  returnSequences: ['return_sequences'],
  heads: ['num_heads'],
  queryHeads: ['num_query_heads'],
  keyValueHeads: ['num_key_value_heads'],
  causal: ['use_causal_mask', 'is_causal'],
} as const;

const optionWords = {
  low: ['minval', 'min', 'a', 'lower'],
  high: ['maxval', 'max', 'b', 'upper'],
  mean: ['mu', 'loc'],
  std: ['sigma', 'stddev', 'sd', 'scale'],
  value: ['val', 'c', 'constant_value'],
  gain: ['scale', 'multiplier'],
  scale: ['gain', 'factor', 'magnitude'],
  magnitude: ['scale'],
  sparsity: ['density', 'sparsity_level'],
  fallback: ['default_init', 'default'],
} as const;

const initializerWords = {
  glorotUniform: ['xavier_uniform', 'xavier_initializer', 'glorot_uniform_initializer'],
  glorotNormal: ['xavier_normal', 'glorot_normal_initializer'],
  heUniform: ['kaiming_uniform', 'kaiming', 'he', 'he_uniform_initializer'],
  heNormal: ['kaiming_normal', 'msra', 'he_normal_initializer'],
  lecunUniform: ['lecun', 'lecun_uniform_initializer'],
  lecunNormal: ['lecun_normal_initializer'],
  uniform: ['random_uniform_initializer', 'rand', 'uniform_initializer'],
  normal: ['gaussian', 'random_normal_initializer', 'randn', 'normal_initializer'],
  truncatedNormal: ['trunc_normal', 'truncated_normal_initializer'],
  varianceScaling: ['variance_scaling_initializer', 'uniform_unit_scaling'],
  orthogonal: ['ortho'],
  identity: ['eye'],
  constant: ['const', 'fill', 'constant_initializer'],
  zeros: ['zeros_initializer', 'zeros_init'],
  ones: ['ones_initializer', 'ones_init'],
} as const;

const kindWords = {
  dense: ['linear', 'fully_connected', 'fc', 'gemm', 'inner_product'],
  concatenate: ['concat', 'merge'],
  batchNormalization: ['batch_norm', 'batch_norm1d', 'batch_norm2d', 'bn'],
  layerNormalization: ['layer_norm', 'ln'],
  maxPooling1d: ['max_pool1d', 'max_pool'],
  maxPooling2d: ['max_pool2d', 'max_pool'],
  averagePooling1d: ['avg_pool1d', 'average_pool'],
  averagePooling2d: ['avg_pool2d', 'average_pool'],
  globalAveragePooling1d: ['global_avg_pool1d', 'global_average_pool'],
  globalAveragePooling2d: ['global_avg_pool2d', 'global_average_pool'],
  conv1d: ['convolution1d', 'conv'],
  conv2d: ['convolution2d', 'convolution', 'conv'],
  depthwiseConv2d: ['depthwise_convolution2d'],
  embedding: ['embed', 'lookup_table'],
  attention: ['luong_attention'],
  additiveAttention: ['bahdanau_attention'],
  multiHeadAttention: ['mha', 'self_attention'],
  groupedQueryAttention: ['group_query_attention', 'gqa'],
  rotaryEmbedding: ['rope', 'rotary'],
} as const;

type Words = Readonly<Record<string, readonly string[]>>;

function inverse(words: Words): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [word, others] of Object.entries(words)) {
    for (const other of others) found.set(plain(other), [...(found.get(plain(other)) ?? []), word]);
  }
  return found;
}

const lookup = (words: Words) => {
  const byOther = inverse(words);
  return (word: string): readonly string[] => byOther.get(plain(word)) ?? [];
};

/** nacre's words, most likely first, for another framework's: attributes and parameters of layers. */
export const attributeAliases = lookup(attributeWords);
export const optionAliases = lookup(optionWords);
export const initializerAliases = lookup(initializerWords);
export const kindAliases = lookup(kindWords);
