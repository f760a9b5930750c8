import type { Build } from '../build.js';
import type { Value } from '../ir.js';
import { expectStepMask, ones } from './attention-mask.js';
import { expectMap, mapInput, spatialAxes, type DataFormat, type SpatialRank } from './data-format.js';
import { boolean, dataFormat, defineLayer, optional } from './define.js';

interface GlobalPooling {
  readonly keepDims: boolean;
  readonly dataFormat: DataFormat;
}

function lower(build: Build, fn: 'mean' | 'maximum', rank: SpatialRank, options: GlobalPooling, x: Value): Value {
  expectMap(build, x, rank, options.dataFormat);
  const axes = spatialAxes(rank, options.dataFormat);
  const y = build.op({ kind: 'reduce', fn, axes }, [x]);
  if (!options.keepDims) return y;
  return build.reshape(
    y,
    x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)),
  );
}

/** Σ x · mask / Σ mask */
function meanOfSteps(build: Build, options: GlobalPooling, x: Value, mask: Value): Value {
  expectMap(build, x, 1, options.dataFormat);
  const [axis, channels] = options.dataFormat === 'channelsLast' ? [1, 2] : [2, 1];
  const [batch, time] = [x.shape[0]!, x.shape[axis]!];
  expectStepMask(build, mask, batch, time, 'steps');
  const weights = ones(build, mask);
  const shape = axis === 1 ? [batch, time, 1] : [batch, 1, time];
  const kept = build.binary('multiply', x, build.reshape(weights, shape));
  const sum = build.op({ kind: 'reduce', fn: 'sum', axes: [axis] }, [kept]);
  const count = build.op({ kind: 'reduce', fn: 'sum', axes: [1] }, [weights]);
  const mean = build.binary('divide', sum, build.reshape(count, [batch, 1]));
  if (!options.keepDims) return mean;
  return build.reshape(mean, axis === 1 ? [batch, 1, x.shape[channels]!] : [batch, x.shape[channels]!, 1]);
}

const attributes = { keepDims: optional(boolean(), false), dataFormat: dataFormat() };

/** The largest element of each channel; `keepDims` leaves the spatial axes, of size 1. */
export const globalMaxPooling1d = defineLayer('globalMaxPooling1d', {
  inputs: ['x'],
  defaultInput: mapInput(1),
  attributes,
  parameters: {},
  lower: (build, options, _parameters, [x]) => lower(build, 'maximum', 1, options, x),
});

/** The largest element of each channel; `keepDims` leaves the spatial axes, of size 1. */
export const globalMaxPooling2d = defineLayer('globalMaxPooling2d', {
  inputs: ['x'],
  defaultInput: mapInput(2),
  attributes,
  parameters: {},
  lower: (build, options, _parameters, [x]) => lower(build, 'maximum', 2, options, x),
});

/** The largest element of each channel; `keepDims` leaves the spatial axes, of size 1. */
export const globalMaxPooling3d = defineLayer('globalMaxPooling3d', {
  inputs: ['x'],
  defaultInput: mapInput(3),
  attributes,
  parameters: {},
  lower: (build, options, _parameters, [x]) => lower(build, 'maximum', 3, options, x),
});

/**
 * The mean of each channel; `keepDims` leaves the spatial axes, of size 1. With a mask [batch, time] of any type, it is the
 * mean of the steps whose mask is not 0, and no number where there are none.
 */
export const globalAveragePooling1d = defineLayer('globalAveragePooling1d', {
  inputs: ['x', 'mask?'],
  defaultInput: mapInput(1),
  attributes,
  parameters: {},
  lower: (build, options, _parameters, [x, mask]) =>
    mask ? meanOfSteps(build, options, x, mask) : lower(build, 'mean', 1, options, x),
});

/** The mean of each channel; `keepDims` leaves the spatial axes, of size 1. */
export const globalAveragePooling2d = defineLayer('globalAveragePooling2d', {
  inputs: ['x'],
  defaultInput: mapInput(2),
  attributes,
  parameters: {},
  lower: (build, options, _parameters, [x]) => lower(build, 'mean', 2, options, x),
});

/** The mean of each channel; `keepDims` leaves the spatial axes, of size 1. */
export const globalAveragePooling3d = defineLayer('globalAveragePooling3d', {
  inputs: ['x'],
  defaultInput: mapInput(3),
  attributes,
  parameters: {},
  lower: (build, options, _parameters, [x]) => lower(build, 'mean', 3, options, x),
});
