import type { Build } from '../build.js';
import { mul, type Dim } from '../dim.js';
import { zeros } from '../initializers/constant.js';
import { glorotUniform } from '../initializers/variance-scaling.js';
import type { Value } from '../ir.js';
import { channelsLast, expectMap, mapInput, type SpatialRank } from './data-format.js';
import { defineLayer, optionalParameter, parameter, type Slot } from './define.js';
import { convolveDepthwise, overMaps, overSequences, type Depthwise } from './depthwise.js';
import { channelsOf, finishOf } from './sliding.js';

interface Weights {
  readonly weight: Slot;
  readonly bias: Slot | undefined;
}

function lower(build: Build, options: Depthwise, { weight, bias }: Weights, x: Value): Value {
  expectMap(build, x, options.kernelSize.length as SpatialRank, options.dataFormat);
  const map = channelsLast(build, x, options.dataFormat);
  const filters: Dim = mul(channelsOf(build, map, options), options.depthMultiplier);
  const finish = finishOf(build, bias, filters, options);
  return finish.whole(convolveDepthwise(build, options, weight, map, finish.elements));
}

const parameters = () => ({ weight: parameter(glorotUniform()), bias: optionalParameter(zeros()) });

/**
 * Each channel with filters of its own: x [batch, length, channels], weight [kernel, channels, depthMultiplier] → [batch,
 * length', channels · depthMultiplier]. A filter's fans are its own: kernel in.
 */
export const depthwiseConv1d = defineLayer('depthwiseConv1d', {
  inputs: ['x'],
  defaultInput: mapInput(1),
  attributes: overSequences(),
  parameters: parameters(),
  lower: (build, options, slots, [x]) => lower(build, options, slots, x),
});

/**
 * Each channel with filters of its own: x [batch, height, width, channels], weight [kh, kw, channels, depthMultiplier]
 * → [batch, height', width', channels · depthMultiplier]. A filter's fans are its own: kh · kw in.
 */
export const depthwiseConv2d = defineLayer('depthwiseConv2d', {
  inputs: ['x'],
  defaultInput: mapInput(2),
  attributes: overMaps(),
  parameters: parameters(),
  lower: (build, options, slots, [x]) => lower(build, options, slots, x),
});
