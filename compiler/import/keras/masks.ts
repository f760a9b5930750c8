import { Unsupported } from './config.js';
import type { Mask, Value } from './context.js';
import { isModel, type KerasLayer } from './topology.js';

/** Classes whose outputs are masked as their inputs are. */
const passing = new Set(
  (
    'Activation ActivityRegularization Add AlphaDropout Average BatchNormalization Concatenate Dense Dropout ELU ' +
    'EinsumDense GaussianDropout GaussianNoise GroupNormalization Identity LayerNormalization LeakyReLU Maximum ' +
    'Minimum Multiply PReLU ReLU Rescaling RMSNormalization SpatialDropout1D Subtract ThresholdedReLU TimeDistributed ' +
    'UnitNormalization'
  ).split(' '),
);

/** Classes that compute something else where an input is masked. */
const consuming = new Set(
  (
    'AdditiveAttention Attention Bidirectional ConvLSTM1D ConvLSTM2D ConvLSTM3D GlobalAveragePooling1D GroupedQueryAttention ' +
    'GroupQueryAttention GRU LSTM MultiHeadAttention RNN SimpleRNN Softmax'
  ).split(' '),
);

/** Those of them for which nacre has no form. */
const refusing = new Set(['ConvLSTM1D', 'ConvLSTM2D', 'ConvLSTM3D', 'Softmax']);

/**
 * @param held the layer that a wrapper applies to each step
 * @throws Unsupported for a layer that would compute something else for its masked inputs, and has no form for it
 */
export function requireMaskable(layer: KerasLayer, held: KerasLayer | undefined, inputs: readonly Value[]): void {
  const mask = inputs.find((input) => input.mask !== undefined)?.mask;
  const isHeld =
    held !== undefined && (isModel(held) || consuming.has(held.className) || held.className === 'TimeDistributed');
  if (mask && (refusing.has(layer.className) || isHeld)) {
    throw new Unsupported(`its input is masked by ${mask.by}, and this mask is not read`);
  }
}

/** The outputs of a layer with the masks that its class passes on. */
export function withMasks(layer: KerasLayer, inputs: readonly Value[], outputs: readonly Value[]): readonly Value[] {
  return passing.has(layer.className) ? outputs.map((output) => masked(output, joined(layer, inputs))) : outputs;
}

/** A value with a mask, or without. */
export function masked({ from, rank }: Value, mask: Mask | undefined): Value {
  return mask === undefined ? { from, rank } : { from, rank, mask };
}

/** Where all inputs are that are masked; a mask of which this is not told is refused where it is read. */
function joined({ className, config }: KerasLayer, inputs: readonly Value[]): Mask | undefined {
  const masks = inputs.flatMap(({ mask }) => (mask ? [mask] : []));
  const [first] = masks;
  if (!first || masks.some(({ refusal }) => refusal !== undefined))
    return masks.find(({ refusal }) => refusal) ?? first;
  const other = masks.find(({ from }) => from !== first.from);
  if (other) return { ...first, refusal: `masks of ${first.by} and ${other.by} are not joined` };
  const axis = config['axis'] ?? -1;
  const { rank } = inputs[0]!;
  if (className === 'Concatenate' && axis !== -1 && (rank === undefined || axis !== rank - 1)) {
    return { ...first, refusal: `a mask of ${first.by} over axis ${String(axis)} of a Concatenate is not read` };
  }
  return first;
}
