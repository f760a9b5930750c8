import { defineLayer, number } from './define.js';

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
