import { show } from '../../../show.js';
import { Unsupported } from '../config.js';
import type { LayerContext, Value } from '../context.js';
import type { Classes } from '../define.js';
import { only, requireField } from './common.js';

/** One axis or a list of them; a list of one is that axis. */
function axisOf({ config }: LayerContext): number | readonly number[] {
  const axis = config.get('axis') ?? -1;
  const list: readonly unknown[] = Array.isArray(axis) ? axis : [axis];
  if (list.length === 0 || !list.every((each) => Number.isSafeInteger(each))) {
    throw new Unsupported(`config.axis must be an integer or a list of them, got ${show(axis)}`);
  }
  return list.length === 1 ? (list[0] as number) : (list as readonly number[]);
}

const one = (axis: number | readonly number[]): number => {
  if (typeof axis === 'number') return axis;
  throw new Unsupported(`axis ${JSON.stringify(axis)} is not read, only one axis`);
};

const epsilon = (layer: LayerContext, fallback: number) => ({ epsilon: layer.config.number('epsilon', fallback) });

/** Sizes of parameters over the axes given, which no configuration tells. */
const open = (axis: number | readonly number[]): null[] => (typeof axis === 'number' ? [null] : axis.map(() => null));

/** gamma and beta, unless the configuration leaves them out. */
function affine(layer: LayerContext, shape: readonly null[]) {
  const [gamma, beta] = layer.weights(
    layer.config.boolean('scale', true) && ['gamma', shape],
    layer.config.boolean('center', true) && ['beta', shape],
  );
  return { gamma, beta };
}

function groups(layer: LayerContext, inputs: readonly Value[]): Value {
  const [count, axis] = [layer.config.integer('groups', 32), one(axisOf(layer))];
  const options = { axis, ...epsilon(layer, 1e-3), ...affine(layer, [null]) };
  return count === -1
    ? layer.add('instanceNormalization', options, [only(inputs)])
    : layer.add('groupNormalization', { groups: count, ...options }, [only(inputs)]);
}

export const normalizations: Classes = {
  BatchNormalization(layer, inputs) {
    requireField(layer, 'renorm', false);
    requireField(layer, 'virtual_batch_size');
    const [gamma, beta, mean, variance] = layer.weights(
      layer.config.boolean('scale', true) && ['gamma', [null]],
      layer.config.boolean('center', true) && ['beta', [null]],
      ['moving_mean', [null]],
      ['moving_variance', [null]],
    );
    const options = { axis: one(axisOf(layer)), ...epsilon(layer, 1e-3), gamma, beta, mean, variance };
    return layer.add('batchNormalization', options, [only(inputs)]);
  },
  GroupNormalization: groups,
  LayerNormalization(layer, inputs) {
    const axis = axisOf(layer);
    if (layer.config.boolean('rms_scaling', false)) {
      const [gamma] = layer.weights(['gamma', open(axis)]);
      return layer.add('rmsNormalization', { axis, ...epsilon(layer, 1e-3), gamma }, [only(inputs)]);
    }
    return layer.add('layerNormalization', { axis, ...epsilon(layer, 1e-3), ...affine(layer, open(axis)) }, [
      only(inputs),
    ]);
  },
  RMSNormalization(layer, inputs) {
    const axis = axisOf(layer);
    const [gamma] = layer.weights(['scale', open(axis)]);
    return layer.add('rmsNormalization', { axis, ...epsilon(layer, 1e-6), gamma }, [only(inputs)]);
  },
  UnitNormalization: (layer, inputs) => layer.add('unitNormalization', { axis: axisOf(layer) }, [only(inputs)]),
};
