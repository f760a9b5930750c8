import type { Build } from '../build.js';
import { mul, type Dim } from '../dim.js';
import { zeros } from '../initializers/constant.js';
import { glorotUniform } from '../initializers/variance-scaling.js';
import type { Padding, Pair, Value } from '../ir.js';
import { channelsLast, expectMap, mapInput, type SpatialRank } from './data-format.js';
import { defineLayer, integer, optional, optionalParameter, padding, parameter, perAxis, type Slot } from './define.js';
import { channelsOf, ends, finishOf, slidingPadding, type Ends, type Sliding } from './sliding.js';
import { sequencePadding } from './window.js';

/** Of sequences or maps. */
export interface Depthwise extends Sliding, Ends {
  readonly depthMultiplier: number;
}

/**
 * Each channel of a map with filters of its own: the kernel is [...kernel, channels, depthMultiplier], and a filter's fans
 * are its own taps.
 *
 * @param finish a function of each element and its filter
 */
export function convolveDepthwise(
  build: Build,
  options: Depthwise,
  weight: Slot,
  map: Value,
  finish: (y: Value) => Value = (y) => y,
): Value {
  const { kernelSize, strides, dilation, depthMultiplier } = options;
  const channels = channelsOf(build, map, options);
  const padding = slidingPadding(build, map, options);
  const taps = kernelSize.reduce((product, size) => product * size, 1);
  const w = weight([...kernelSize, channels, depthMultiplier], { fanIn: taps, fanOut: taps * depthMultiplier });
  if (kernelSize.length === 2) {
    const window = { strides: asPair(strides), dilation: asPair(dilation), padding };
    return finish(build.op({ kind: 'depthwise', ...window }, [map, w]));
  }
  const sides: Padding = [[0, 0], ...padding];
  const window = { strides: asPair([1, ...strides]), dilation: asPair([1, ...dilation]), padding: sides };
  const inputs = [map, w].map((value, at) => build.reshape(value, value.shape.toSpliced(1 - at, 0, 1)));
  const y = finish(build.op({ kind: 'depthwise', ...window }, inputs));
  return build.reshape(y, y.shape.toSpliced(1, 1));
}

const asPair = (list: readonly number[]): Pair => [list[0]!, list[1]!];

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
