import type { Build } from '../build.js';
import { mul, type Dim } from '../dim.js';
import { zeros } from '../initializers/constant.js';
import { glorotUniform } from '../initializers/variance-scaling.js';
import type { Value } from '../ir.js';
import { channelsLast, expectMap, mapInput, type SpatialRank } from './data-format.js';
import { defineLayer, integer, optional, optionalParameter, padding, parameter, perAxis, type Slot } from './define.js';
import { convolveDepthwise, type Depthwise } from './depthwise.js';
import { channelsOf, ends, finishOf } from './sliding.js';
import { sequencePadding } from './window.js';

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
  attributes: {
    kernelSize: perAxis(1),
    depthMultiplier: optional(integer(), 1),
    strides: optional(perAxis(1), 1),
    padding: optional(sequencePadding('valid', 'same', 'causal', 'sameLower'), 'valid'),
    dilation: optional(perAxis(1), 1),
    ...ends(),
  },
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
  attributes: {
    kernelSize: perAxis(2),
    depthMultiplier: optional(integer(), 1),
    strides: optional(perAxis(2), 1),
    padding: optional(padding(2, 'valid', 'same', 'sameLower'), 'valid'),
    dilation: optional(perAxis(2), 1),
    ...ends(),
  },
  parameters: parameters(),
  lower: (build, options, slots, [x]) => lower(build, options, slots, x),
});
