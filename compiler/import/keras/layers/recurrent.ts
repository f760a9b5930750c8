import { activationOf } from '../activations.js';
import { isFields, own, Unsupported, type Fields } from '../config.js';
import type { LayerContext, Value } from '../context.js';
import type { Classes, Convert } from '../define.js';
import { masked } from '../masks.js';
import { readLayer, type KerasLayer } from '../topology.js';
import { requireField } from './common.js';

type Kind = 'simpleRnn' | 'lstm' | 'gru';

/** Gates of a cell, in Keras's order: i f c o of an lstm, z r h of a gru. */
const gates: Readonly<Record<Kind, number>> = { simpleRnn: 1, lstm: 4, gru: 3 };
const states: Readonly<Record<Kind, number>> = { simpleRnn: 1, lstm: 2, gru: 1 };

/** The states that a call starts with: an argument, or inputs after the first; nulls where there are none. */
function initialStates(layer: LayerContext, inputs: readonly Value[], count: number): readonly (Value | null)[] {
  requireField(layer, 'num_constants', 0);
  const given = [...inputs.slice(1), ...layer.argument('initial_state')];
  if (given.length !== 0 && given.length !== count) {
    throw new Unsupported(`takes ${count} initial states, got ${given.length}`);
  }
  return given.length === 0 ? new Array<null>(count).fill(null) : given;
}

const firstOf = (inputs: readonly Value[]): Value => {
  if (inputs[0]) return inputs[0];
  throw new Unsupported('takes at least 1 input, got 0');
};

const recurrent =
  (kind: Kind): Convert =>
  (layer, inputs) => {
    const { config } = layer;
    requireField(layer, 'time_major', false);
    const units = config.integer('units');
    const resetAfter = kind === 'gru' && config.boolean('reset_after', false);
    const width = gates[kind] * units;
    const [weight, recurrentWeight, bias] = layer.weights(
      ['kernel', [null, width]],
      ['recurrent_kernel', [units, width]],
      config.boolean('use_bias', true) && ['bias', resetAfter ? [2, width] : [width]],
    );
    const options = {
      units,
      activation: activationOf(config.get('activation') ?? 'tanh', layer.version),
      ...(kind !== 'simpleRnn' && {
        recurrentActivation: activationOf(config.get('recurrent_activation') ?? 'hard_sigmoid', layer.version),
      }),
      ...(kind === 'gru' && { resetAfter }),
      returnSequences: config.boolean('return_sequences', false),
      goBackwards: config.boolean('go_backwards', false),
      stateful: config.boolean('stateful', false),
      ...{ weight, recurrentWeight, bias },
    };
    const x = firstOf(inputs);
    const mask = layer.maskOf(x);
    const all = [x, ...initialStates(layer, inputs, states[kind]), mask];
    const used = all.slice(0, all.findLastIndex((input) => input !== null) + 1);
    const zeroes = mask !== null && options.returnSequences && config.boolean('zero_output_for_mask', false);
    const plain = layer.add(kind, { ...options, ...(zeroes && { zeroMasked: true }) }, used);
    const y = masked(plain, options.returnSequences ? x.mask : undefined);
    if (!config.boolean('return_state', false)) return y;
    const hidden = layer.output(y, 'hidden', 2);
    return kind === 'lstm' ? [y, hidden, layer.output(y, 'cell', 2)] : [y, hidden];
  };

const cells: Readonly<Record<string, string>> = { SimpleRNNCell: 'SimpleRNN', LSTMCell: 'LSTM', GRUCell: 'GRU' };

/** A layer around cells; cells one over the other are layers one after the other. */
const overCells: Convert = (layer, inputs) => {
  const outer = layer.layer.config;
  const cell = readLayer(own(outer, 'cell'), layer.layer.name);
  const isStacked = cell.className === 'StackedRNNCells';
  const list = isStacked ? own(cell.config, 'cells') : [cell];
  if (!Array.isArray(list) || list.length === 0) throw new Unsupported('its cells must be a list of at least 1');
  const parts = list.map((each: unknown) => (isStacked ? readLayer(each, cell.name) : (each as KerasLayer)));
  const given = [...inputs.slice(1), ...layer.argument('initial_state')];
  const finals: Value[] = [];
  let x: Value = firstOf(inputs);
  parts.forEach((part, index) => {
    const className = Object.hasOwn(cells, part.className) ? cells[part.className] : undefined;
    if (className === undefined) throw new Unsupported(`its cell ${part.className} is not read`);
    const isLast = index === parts.length - 1;
    const count = className === 'LSTM' ? 2 : 1;
    const initial = given.splice(0, count);
    const config: Fields = {
      ...outer,
      ...part.config,
      go_backwards: index === 0 && own(outer, 'go_backwards') === true,
      zero_output_for_mask: isLast && own(outer, 'zero_output_for_mask') === true,
      return_sequences: !isLast || own(outer, 'return_sequences') === true,
    };
    const suffix = isLast ? '' : `cell_${index}`;
    const owner = isStacked ? [`cell_${index}`, cell.name] : [];
    const outputs = layer.call({ ...part, className, config }, [x, ...initial], suffix, owner);
    x = outputs[0]!;
    finals.push(...outputs.slice(1, 1 + count));
  });
  return own(outer, 'return_state') === true ? [x, ...finals] : x;
};

const merges: Readonly<Record<string, string>> = {
  concat: 'concatenate',
  sum: 'add',
  mul: 'multiply',
  ave: 'average',
};

/** A layer as it runs in one that runs both ways: what is merged at masked steps is 0. */
function bothWays(outer: LayerContext, { config, ...layer }: KerasLayer): KerasLayer {
  const zeroes = outer.zeroesBothWays && own(config, 'return_sequences') === true;
  return { ...layer, config: { ...config, zero_output_for_mask: zeroes } };
}

/** Which layers run both ways. */
const directed = new Set(['SimpleRNN', 'LSTM', 'GRU', 'RNN']);

const bidirectional: Convert = (layer, inputs) => {
  const { config } = layer;
  const forward = bothWays(layer, readLayer(config.object('layer'), layer.layer.name));
  if (!directed.has(forward.className)) throw new Unsupported(`its layer ${forward.className} is not read`);
  const mode = config.get('merge_mode');
  const merge = Object.hasOwn(merges, String(mode)) ? merges[String(mode)] : undefined;
  if (mode !== undefined && merge === undefined)
    throw new Unsupported(`merge_mode ${JSON.stringify(mode)} is not read`);
  const isBackwards = own(forward.config, 'go_backwards') === true;
  const given = config.get('backward_layer');
  const backward = isFields(given)
    ? bothWays(layer, readLayer(given, layer.layer.name))
    : { ...forward, config: { ...forward.config, go_backwards: !isBackwards } };
  const initial = [...inputs.slice(1), ...layer.argument('initial_state')];
  if (initial.length % 2 !== 0) throw new Unsupported(`takes an even number of initial states, got ${initial.length}`);
  const half = initial.length / 2;
  const x = firstOf(inputs);
  const [ahead, behind] = [
    layer.call(forward, [x, ...initial.slice(0, half)], 'forward', [`forward_${forward.name}`, 'forward_layer']),
    layer.call(backward, [x, ...initial.slice(half)], 'backward', [`backward_${forward.name}`, 'backward_layer']),
  ];
  const isSequence = own(forward.config, 'return_sequences') === true;
  const turned = isSequence ? layer.add('flip', { axis: 1 }, [behind[0]!], 'flip') : behind[0]!;
  const outputs = merge === undefined ? [ahead[0]!, turned] : [layer.add(merge, {}, [ahead[0]!, turned])];
  const joined = outputs.map((output) => masked(output, isSequence ? x.mask : undefined));
  const count = own(forward.config, 'return_state') === true ? (forward.className === 'LSTM' ? 2 : 1) : 0;
  return [...joined, ...ahead.slice(1, 1 + count), ...behind.slice(1, 1 + count)];
};

export const recurrence: Classes = {
  Bidirectional: bidirectional,
  GRU: recurrent('gru'),
  LSTM: recurrent('lstm'),
  RNN: overCells,
  SimpleRNN: recurrent('simpleRnn'),
};
