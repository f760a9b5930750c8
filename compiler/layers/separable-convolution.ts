import type { Build } from '../build.js';
import { mul } from '../dim.js';
import { convolveMap } from '../expand/convolve-map.js';
import { zeros } from '../initializers/constant.js';
import { glorotUniform } from '../initializers/variance-scaling.js';
import type { Value } from '../ir.js';
import { channelsLast, expectMap, mapInput, type SpatialRank } from './data-format.js';
import { defineLayer, integer, optionalParameter, parameter, type Slot } from './define.js';
import { convolveDepthwise, overMaps, overSequences, type Depthwise } from './depthwise.js';
import { channelsOf, finishOf } from './sliding.js';

interface Separable extends Depthwise {
  readonly filters: number;
}

interface Weights {
  readonly depthwiseWeight: Slot;
  readonly pointwiseWeight: Slot;
  readonly bias: Slot | undefined;
}

function lower(build: Build, options: Separable, slots: Weights, x: Value): Value {
  const { kernelSize, filters, depthMultiplier } = options;
  expectMap(build, x, kernelSize.length as SpatialRank, options.dataFormat);
  const map = channelsLast(build, x, options.dataFormat);
  const spread = convolveDepthwise(build, options, slots.depthwiseWeight, map);
  const channels = mul(channelsOf(build, map, options), depthMultiplier);
  const ones = kernelSize.map(() => 1);
  const w = slots.pointwiseWeight([...ones, channels, filters], { layout: 'hwio' });
  const finish = finishOf(build, slots.bias, filters, options);
  const y = convolveMap(build, spread, w, {
    strides: ones,
    dilation: ones,
    padding: kernelSize.map(() => [0, 0]),
    groups: 1,
    kernelLayout: 'hwio',
    finish: finish.elements,
  });
  return finish.whole(y);
}

const parameters = () => ({
  depthwiseWeight: parameter(glorotUniform()),
  pointwiseWeight: parameter(glorotUniform()),
  bias: optionalParameter(zeros()),
});

/**
 * A depthwise convolution, then a product over channels: x [batch, length, channels], depthwiseWeight [kernel, channels,
 * depthMultiplier], pointwiseWeight [1, channels · depthMultiplier, filters] → [batch, length', filters]
 */
export const separableConv1d = defineLayer('separableConv1d', {
  inputs: ['x'],
  defaultInput: mapInput(1),
  attributes: { filters: integer(), ...overSequences() },
  parameters: parameters(),
  lower: (build, options, slots, [x]) => lower(build, options, slots, x),
});

/**
 * A depthwise convolution, then a product over channels: x [batch, height, width, channels], depthwiseWeight [kh, kw,
 * channels, depthMultiplier], pointwiseWeight [1, 1, channels · depthMultiplier, filters] → [batch, height', width',
 * filters]
 */
export const separableConv2d = defineLayer('separableConv2d', {
  inputs: ['x'],
  defaultInput: mapInput(2),
  attributes: { filters: integer(), ...overMaps() },
  parameters: parameters(),
  lower: (build, options, slots, [x]) => lower(build, options, slots, x),
});
