import { Unsupported } from '../config.js';
import type { LayerContext, Value } from '../context.js';
import type { Classes, Convert } from '../define.js';

/** Keras gives an input of fewer axes axes of size 1 after the batch. */
function aligned(layer: LayerContext, inputs: readonly Value[]): readonly Value[] {
  const ranks = inputs.map(({ rank }) => rank);
  const rank = Math.max(...ranks.map((each) => each ?? 0));
  if (ranks.every((each) => each === ranks[0])) return inputs;
  return inputs.map((input, at) => {
    if (input.rank === rank) return input;
    if (input.rank !== 2)
      throw new Unsupported(`its inputs have ${ranks.map((each) => each ?? '?').join(' and ')} axes`);
    const targetShape = [...new Array<number>(rank - 2).fill(1), -1];
    return layer.add('reshape', { targetShape }, [input], `input_${at + 1}`);
  });
}

const merge =
  (kind: string, count?: number): Convert =>
  (layer, inputs) => {
    if (count === undefined ? inputs.length < 1 : inputs.length !== count) {
      throw new Unsupported(`takes ${count ?? 'at least 1'} inputs, got ${inputs.length}`);
    }
    return layer.add(kind, {}, aligned(layer, inputs));
  };

export const merging: Classes = {
  Add: merge('add'),
  Average: merge('average'),
  Concatenate: (layer, inputs) => layer.add('concatenate', { axis: layer.config.integer('axis', -1) }, inputs),
  Dot: (layer, inputs) =>
    layer.add('dot', { axes: layer.config.sizes('axes'), normalize: layer.config.boolean('normalize', false) }, inputs),
  Maximum: merge('maximum'),
  Minimum: merge('minimum'),
  Multiply: merge('multiply'),
  Subtract: merge('subtract', 2),
};
