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
  groups: ['group', 'num_group', 'num_groups', 'n_groups'],
  padding: ['pads', 'pad', 'auto_pad', 'border_mode'],
  outputPadding: ['output_padding', 'adj'],
  depthMultiplier: ['depth_multiplier', 'channel_multiplier'],
  cropToAspectRatio: ['crop_to_aspect_ratio'],
  interpolation: ['mode', 'method'],
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
  recurrentActivation: ['inner_activation', 'gate_activation'],
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
  alpha: ['negative_slope', 'slope', 'alpha_initializer'],
  cap: ['max_value'],
  size: ['n', 'scale'],
  n: ['repetition_factor'],
  targetShape: ['shape', 'new_shape'],
  permutation: ['perm'],
  dims: ['perm', 'permutation'],
  binBoundaries: ['bins', 'bin_edges'],
  numTokens: ['max_tokens', 'num_classes'],
  blockSize: ['block_shape'],
  epsilon: ['eps'],
  inputDim: ['num_embeddings', 'vocab_size'],
  outputDim: ['embedding_dim', 'output_size'],
  rate: ['p', 'ratio', 'dropout', 'drop_prob', 'proba'],
  std: ['stddev', 'sigma'],
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
  groupNormalization: ['group_norm', 'gn'],
  instanceNormalization: ['instance_norm'],
  rmsNormalization: ['rms_norm'],
  unitNormalization: ['l2_normalize', 'l2_normalization'],
  localResponseNormalization: ['lrn', 'local_response_norm'],
  categoryEncoding: ['one_hot', 'multi_hot'],
  discretization: ['bucketize'],
  globalPooling: ['global_pool'],
  dot: ['dot_product'],
  maxPooling1d: ['max_pool1d', 'max_pool'],
  maxPooling2d: ['max_pool2d', 'max_pool'],
  averagePooling1d: ['avg_pool1d', 'average_pool'],
  averagePooling2d: ['avg_pool2d', 'average_pool'],
  maxPooling3d: ['max_pool3d', 'max_pool'],
  averagePooling3d: ['avg_pool3d', 'average_pool'],
  globalAveragePooling1d: ['global_avg_pool1d', 'global_average_pool'],
  globalAveragePooling2d: ['global_avg_pool2d', 'global_average_pool'],
  globalAveragePooling3d: ['global_avg_pool3d', 'global_average_pool'],
  conv1d: ['convolution1d', 'conv'],
  conv2d: ['convolution2d', 'convolution', 'conv'],
  conv3d: ['convolution3d', 'conv'],
  conv1dTranspose: ['deconv1d', 'conv_transpose1d', 'convolution1d_transpose'],
  conv2dTranspose: ['deconv2d', 'conv_transpose2d', 'convolution2d_transpose', 'deconvolution'],
  conv3dTranspose: ['deconv3d', 'conv_transpose3d', 'convolution3d_transpose'],
  depthwiseConv2d: ['depthwise_convolution2d'],
  separableConv1d: ['separable_convolution1d'],
  separableConv2d: ['separable_convolution2d', 'separable_conv'],
  upSampling1d: ['upsample1d'],
  upSampling2d: ['upsample', 'upsample2d', 'upscale'],
  upSampling3d: ['upsample3d'],
  resizing: ['resize'],
  embedding: ['embed', 'lookup_table'],
  simpleRnn: ['rnn', 'recurrent', 'vanilla_rnn'],
  identity: ['pass_through'],
  swish: ['silu'],
  hardSwish: ['hard_silu'],
  exp: ['exponential'],
  prelu: ['parametric_relu'],
  add: ['eltwise_add', 'sum'],
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
