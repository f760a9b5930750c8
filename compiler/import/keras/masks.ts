import { own, Unsupported } from './config.js';
import type { Value } from './context.js';
import type { KerasLayer } from './topology.js';

/** Classes whose outputs are masked as their inputs are. */
const passing = new Set(
  (
    'Activation ActivityRegularization Add AlphaDropout Average BatchNormalization Concatenate Dense Dropout ELU ' +
    'EinsumDense GaussianDropout GaussianNoise GroupNormalization Identity LayerNormalization LeakyReLU Masking Maximum ' +
    'Minimum Multiply PReLU ReLU Rescaling RMSNormalization SpatialDropout1D Subtract ThresholdedReLU TimeDistributed ' +
    'UnitNormalization'
  ).split(' '),
);

/** Classes that compute something else where an input is masked. */
const consuming = new Set(
  (
    'AdditiveAttention Attention Bidirectional ConvLSTM1D ConvLSTM2D ConvLSTM3D GlobalAveragePooling1D GroupedQueryAttention GRU LSTM ' +
    'MultiHeadAttention RNN SimpleRNN Softmax'
  ).split(' '),
);

/**
 * The layer that masks what another layer gives; undefined where nothing does.
 *
 * @throws Unsupported for a layer that would compute something else for its masked inputs
 */
export function masksOf({ className, config }: KerasLayer, inputs: readonly Value[], name: string): string | undefined {
  const maskedBy = inputs.find((input) => input.maskedBy !== undefined)?.maskedBy;
  if (maskedBy !== undefined && consuming.has(className)) {
    throw new Unsupported(`its input is masked by ${maskedBy}, and masks are not read`);
  }
  if (className === 'Masking' || (className === 'Embedding' && own(config, 'mask_zero') === true)) return name;
  return passing.has(className) ? maskedBy : undefined;
}

/** A value with its mask, or without. */
export const masking =
  (maskedBy: string | undefined) =>
  ({ from, rank }: Value): Value =>
    maskedBy === undefined ? { from, rank } : { from, rank, maskedBy };
