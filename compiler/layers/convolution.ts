import type { Build } from '../build.js';
import { convolveMap } from '../expand/convolve-map.js';
import { zeros } from '../initializers/constant.js';
import { glorotUniform } from '../initializers/variance-scaling.js';
import type { Value } from '../ir.js';
import { channelsLast, expectMap, mapInput, type SpatialRank } from './data-format.js';
import { defineLayer, integer, optional, optionalParameter, padding, parameter, perAxis, type Slot } from './define.js';
import { channelsOf, ends, finishOf, perGroup, slidingPadding, type Ends, type Sliding } from './sliding.js';
import { sequencePadding } from './window.js';

interface Convolution extends Sliding, Ends {
  readonly filters: number;
  readonly groups: number;
}

interface Weights {
  readonly weight: Slot;
  readonly bias: Slot | undefined;
}

function lower(build: Build, options: Convolution, { weight, bias }: Weights, x: Value): Value {
  const { kernelSize, strides, dilation, filters, groups } = options;
  expectMap(build, x, kernelSize.length as SpatialRank, options.dataFormat);
  const map = channelsLast(build, x, options.dataFormat);
  const depth = perGroup(build, channelsOf(build, map, options), groups);
  const padding = slidingPadding(build, map, options);
  const w = weight([...kernelSize, depth, filters], { layout: 'hwio' });
  const finish = finishOf(build, bias, filters, options);
  const slide = { strides, dilation, padding, groups, kernelLayout: 'hwio', finish: finish.elements } as const;
  return finish.whole(convolveMap(build, map, w, slide));
}

const parameters = () => ({ weight: parameter(glorotUniform()), bias: optionalParameter(zeros()) });

/** x [batch, length, channels] ∗ weight [kernel, channels / groups, filters] + bias → [batch, length', filters] */
export const conv1d = defineLayer('conv1d', {
  inputs: ['x'],
  defaultInput: mapInput(1),
  attributes: {
    filters: integer(),
    kernelSize: perAxis(1),
    strides: optional(perAxis(1), 1),
    padding: optional(sequencePadding('valid', 'same', 'causal', 'sameLower'), 'valid'),
    dilation: optional(perAxis(1), 1),
    groups: optional(integer(), 1),
    ...ends(),
  },
  parameters: parameters(),
  lower: (build, options, slots, [x]) => lower(build, options, slots, x),
});

/** x [batch, height, width, channels] ∗ weight [kh, kw, channels / groups, filters] + bias → [batch, height', width', filters] */
export const conv2d = defineLayer('conv2d', {
  inputs: ['x'],
  defaultInput: mapInput(2),
  attributes: {
    filters: integer(),
    kernelSize: perAxis(2),
    strides: optional(perAxis(2), 1),
    padding: optional(padding(2, 'valid', 'same', 'sameLower'), 'valid'),
    dilation: optional(perAxis(2), 1),
    groups: optional(integer(), 1),
    ...ends(),
  },
  parameters: parameters(),
  lower: (build, options, slots, [x]) => lower(build, options, slots, x),
});

/**
 * x [batch, depth, height, width, channels] ∗ weight [kd, kh, kw, channels / groups, filters] + bias → [batch, depth',
 * height', width', filters]
 */
export const conv3d = defineLayer('conv3d', {
  inputs: ['x'],
  defaultInput: mapInput(3),
  attributes: {
    filters: integer(),
    kernelSize: perAxis(3),
    strides: optional(perAxis(3), 1),
    padding: optional(padding(3, 'valid', 'same', 'sameLower'), 'valid'),
    dilation: optional(perAxis(3), 1),
    groups: optional(integer(), 1),
    ...ends(),
  },
  parameters: parameters(),
  lower: (build, options, slots, [x]) => lower(build, options, slots, x),
});
