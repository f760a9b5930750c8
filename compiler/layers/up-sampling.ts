import type { Build } from '../build.js';
import { repeatElements } from '../expand/repeat.js';
import { resizeLinear } from '../expand/resampling.js';
import { mul } from '../dim.js';
import type { Value } from '../ir.js';
import { expectMap, mapInput, spatialAxes, type DataFormat, type SpatialRank } from './data-format.js';
import { dataFormat, defineLayer, oneOf, optional, perAxis } from './define.js';

interface UpSampling {
  readonly size: readonly number[];
  readonly interpolation?: 'nearest' | 'bilinear';
  readonly dataFormat: DataFormat;
}

function lower(build: Build, { size, interpolation = 'nearest', dataFormat }: UpSampling, x: Value): Value {
  const rank = size.length as SpatialRank;
  expectMap(build, x, rank, dataFormat);
  const spatial = spatialAxes(rank, dataFormat);
  const factors = x.shape.map((_, axis) => size[spatial.indexOf(axis)] ?? 1);
  if (interpolation === 'nearest') return repeatElements(build, x, factors);
  return resizeLinear(
    build,
    x,
    spatial.map((axis) => ({ axis, to: mul(x.shape[axis]!, factors[axis]!) })),
  );
}

/** Each step of a sequence `size` times: x [batch, length, channels] → [batch, length · size, channels] */
export const upSampling1d = defineLayer('upSampling1d', {
  inputs: ['x'],
  defaultInput: mapInput(1),
  attributes: { size: optional(perAxis(1), 2), dataFormat: dataFormat() },
  parameters: {},
  lower: (build, options, _parameters, [x]) => lower(build, options, x),
});

/**
 * A map with `size` times the rows and columns: x [batch, height, width, channels] → [batch, height · size[0], width ·
 * size[1], channels]. `nearest` repeats them. `bilinear` interpolates between the centres of pixels, which the margins
 * continue, as Keras does by tf.image.resize; TensorFlow.js takes corners for centres instead.
 */
export const upSampling2d = defineLayer('upSampling2d', {
  inputs: ['x'],
  defaultInput: mapInput(2),
  attributes: {
    size: optional(perAxis(2), 2),
    interpolation: optional(oneOf('nearest', 'bilinear'), 'nearest'),
    dataFormat: dataFormat(),
  },
  parameters: {},
  lower: (build, options, _parameters, [x]) => lower(build, options, x),
});

/**
 * Each element of a volume `size` times along each axis: x [batch, depth, height, width, channels] → [batch, depth ·
 * size[0], height · size[1], width · size[2], channels]
 */
export const upSampling3d = defineLayer('upSampling3d', {
  inputs: ['x'],
  defaultInput: mapInput(3),
  attributes: { size: optional(perAxis(3), 2), dataFormat: dataFormat() },
  parameters: {},
  lower: (build, options, _parameters, [x]) => lower(build, options, x),
});
