import { zeros } from '../initializers/constant.js';
import { lstmBias, orthogonal } from '../initializers/matrix.js';
import { glorotUniform } from '../initializers/variance-scaling.js';
import { boolean, defineLayer, integer, optional, optionalParameter, parameter } from './define.js';
import { elementActivation, lowerRecurrent } from './recurrence.js';

const common = {
  units: integer(),
  inputUnits: optional(integer()),
  activation: elementActivation('tanh'),
  returnSequences: optional(boolean(), false),
  goBackwards: optional(boolean(), false),
  stateful: optional(boolean(), false),
  zeroMasked: optional(boolean(), false),
};
const weights = { weight: parameter(glorotUniform()), recurrentWeight: parameter(orthogonal()) };
const defaultInput = ['batch', null, null];

/**
 * h' = activation(x · weight + h · recurrentWeight + bias) step by step over [batch, time, features].
 *
 * Its outputs are that of the last step [batch, units], or with `returnSequences` those of all [batch, time, units], and
 * the last state [batch, units]. `goBackwards` runs from the last step to the first and gives sequences in that order.
 * The state starts as input `hidden`, or zero, or if the layer is `stateful` as the last call left it. A step whose `mask`
 * [batch, time] is 0 keeps the state and gives the output before it again, or with `zeroMasked` in sequences 0. Each application of a layer has a state of its own.
 */
export const simpleRnn = defineLayer('simpleRnn', {
  inputs: ['x', 'hidden?', 'mask?'],
  outputs: ['output', 'hidden'],
  defaultInput,
  attributes: common,
  parameters: { ...weights, bias: optionalParameter(zeros()) },
  lower: (build, options, { weight, recurrentWeight, bias }, [x, hidden, mask]) =>
    lowerRecurrent(build, x, {
      cell: 'rnn',
      gates: ['hidden'],
      activations: [options.activation],
      ...{ options, weight, recurrentWeight, bias, hidden, mask },
    }),
});

/**
 * Long short-term memory (Hochreiter and Schmidhuber, 1997), as `simpleRnn` with a cell state besides. The gates stand in
 * the order input, forget, cell, output. With `peepholes` the input and forget gate see the cell state before, and the
 * output gate the new one, by the rows of `peepholeWeight` [3, units] in this order (Gers and Schmidhuber, 2000).
 */
export const lstm = defineLayer('lstm', {
  inputs: ['x', 'hidden?', 'cell?', 'mask?'],
  outputs: ['output', 'hidden', 'cell'],
  defaultInput,
  attributes: { ...common, recurrentActivation: elementActivation('sigmoid'), peepholes: optional(boolean(), false) },
  parameters: { ...weights, bias: optionalParameter(lstmBias()), peepholeWeight: parameter(glorotUniform()) },
  lower: (build, options, { weight, recurrentWeight, bias, peepholeWeight }, [x, hidden, cellState, mask]) =>
    lowerRecurrent(build, x, {
      cell: 'lstm',
      gates: ['input', 'forget', 'cell', 'output'],
      activations: [options.recurrentActivation, options.activation, options.activation],
      peepholes: options.peepholes ? peepholeWeight : undefined,
      ...{ options, weight, recurrentWeight, bias, hidden, cellState, mask },
    }),
});

/**
 * Gated recurrent unit (Cho et al., 2014), as `simpleRnn`. The gates stand in the order update, reset, hidden, and
 * h' = z ⊙ h + (1 − z) ⊙ n. `resetAfter` resets the product of the hidden state, as cuDNN does, instead of the state; then
 * the bias is [2, 3 · units]: one of the input, one of the product.
 */
export const gru = defineLayer('gru', {
  inputs: ['x', 'hidden?', 'mask?'],
  outputs: ['output', 'hidden'],
  defaultInput,
  attributes: { ...common, recurrentActivation: elementActivation('sigmoid'), resetAfter: optional(boolean(), true) },
  parameters: { ...weights, bias: optionalParameter(zeros()) },
  lower: (build, options, { weight, recurrentWeight, bias }, [x, hidden, mask]) =>
    lowerRecurrent(build, x, {
      cell: 'gru',
      gates: ['update', 'reset', 'hidden'],
      activations: [options.recurrentActivation, options.activation],
      resetAfter: options.resetAfter,
      ...{ options, weight, recurrentWeight, bias, hidden, mask },
    }),
});
