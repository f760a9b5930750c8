import type { Build } from '../build.js';
import type { Padding, Pair, Value } from '../ir.js';
import { integer, optional, padding, perAxis, type Slot } from './define.js';
import { channelsOf, ends, slidingPadding, type Ends, type Sliding } from './sliding.js';
import { sequencePadding } from './window.js';

/** Of sequences or maps. */
export interface Depthwise extends Sliding, Ends {
  readonly depthMultiplier: number;
}

/** What kernels over sequences are told. */
export const overSequences = () => ({
  kernelSize: perAxis(1),
  depthMultiplier: optional(integer(), 1),
  strides: optional(perAxis(1), 1),
  padding: optional(sequencePadding('valid', 'same', 'causal', 'sameLower'), 'valid'),
  dilation: optional(perAxis(1), 1),
  ...ends(),
});

/** What kernels over maps are told. */
export const overMaps = () => ({
  kernelSize: perAxis(2),
  depthMultiplier: optional(integer(), 1),
  strides: optional(perAxis(2), 1),
  padding: optional(padding(2, 'valid', 'same', 'sameLower'), 'valid'),
  dilation: optional(perAxis(2), 1),
  ...ends(),
});

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
  const sides = slidingPadding(build, map, options);
  const taps = kernelSize.reduce((product, size) => product * size, 1);
  const w = weight([...kernelSize, channels, depthMultiplier], { fanIn: taps, fanOut: taps * depthMultiplier });
  if (kernelSize.length === 2) {
    const window = { strides: asPair(strides), dilation: asPair(dilation), padding: sides };
    return finish(build.op({ kind: 'depthwise', ...window }, [map, w]));
  }
  const mapSides: Padding = [[0, 0], ...sides];
  const window = { strides: asPair([1, ...strides]), dilation: asPair([1, ...dilation]), padding: mapSides };
  const inputs = [map, w].map((value, at) => build.reshape(value, value.shape.toSpliced(1 - at, 0, 1)));
  const y = finish(build.op({ kind: 'depthwise', ...window }, inputs));
  return build.reshape(y, y.shape.toSpliced(1, 1));
}

const asPair = (list: readonly number[]): Pair => [list[0]!, list[1]!];
