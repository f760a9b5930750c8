import { defineLayer, integer, number, optional } from './define.js';

/** Layers that act in training only: inference passes their input on. */

const rate = () => number({ min: 0, max: 1 });

export const dropout = defineLayer('dropout', {
  inputs: ['x'],
  attributes: { rate: rate() },
  parameters: {},
  lower: (_build, _options, _parameters, [x]) => x,
});

export const spatialDropout1d = defineLayer('spatialDropout1d', {
  inputs: ['x'],
  attributes: { rate: rate() },
  parameters: {},
  lower: (_build, _options, _parameters, [x]) => x,
});

export const spatialDropout2d = defineLayer('spatialDropout2d', {
  inputs: ['x'],
  attributes: { rate: rate() },
  parameters: {},
  lower: (_build, _options, _parameters, [x]) => x,
});

export const gaussianDropout = defineLayer('gaussianDropout', {
  inputs: ['x'],
  attributes: { rate: rate() },
  parameters: {},
  lower: (_build, _options, _parameters, [x]) => x,
});

export const gaussianNoise = defineLayer('gaussianNoise', {
  inputs: ['x'],
  attributes: { std: number({ min: 0 }) },
  parameters: {},
  lower: (_build, _options, _parameters, [x]) => x,
});

export const spatialDropout3d = defineLayer('spatialDropout3d', {
  inputs: ['x'],
  attributes: { rate: rate() },
  parameters: {},
  lower: (_build, _options, _parameters, [x]) => x,
});

/** Dropout that keeps the mean and variance of what `selu` gives (Klambauer et al., 2017). */
export const alphaDropout = defineLayer('alphaDropout', {
  inputs: ['x'],
  attributes: { rate: rate() },
  parameters: {},
  lower: (_build, _options, _parameters, [x]) => x,
});

/** Drops squares of `blockSize` (Ghiasi et al., 2018). */
export const dropBlock = defineLayer('dropBlock', {
  inputs: ['x'],
  attributes: { rate: rate(), blockSize: integer() },
  parameters: {},
  lower: (_build, _options, _parameters, [x]) => x,
});

/** Adds the size of its input to what is minimized. */
export const activityRegularization = defineLayer('activityRegularization', {
  inputs: ['x'],
  attributes: { l1: optional(number({ min: 0 }), 0), l2: optional(number({ min: 0 }), 0) },
  parameters: {},
  lower: (_build, _options, _parameters, [x]) => x,
});
