import type { Build } from '../build.js';
import { add, floorDiv, mul, sub, type Dim } from '../dim.js';
import type { Padding, Pair, Value } from '../ir.js';
import { extentOf, padAxes, sliceAxis } from './axes.js';
import { convolve } from './convolve.js';

/** How a kernel slides over one to three spatial axes. */
export interface Slide {
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: Padding;
  readonly groups: number;
}

const pairOf = (list: readonly number[]): Pair => [list[0]!, list[1]!];

/**
 * The convolution of a map with one to three spatial axes: x [batch, ...spatial, channels], w [filters, channels /
 * groups, ...kernel] → [batch, ...spatial', filters].
 *
 * @throws ShapeError for a kernel that does not fit the map or the groups
 */
export function convolveMap(build: Build, x: Value, w: Value, slide: Slide): Value {
  const { strides, dilation, padding, groups } = slide;
  const spatial = x.shape.length - 2;
  if (spatial === 3) return convolveVolume(build, x, w, slide);
  if (spatial === 2) {
    const window = { strides: pairOf(strides), dilation: pairOf(dilation), padding };
    return convolve(build, x, w, { ...window, groups, kernelLayout: 'oihw' });
  }
  const [batch, length, channels] = x.shape as [Dim, Dim, Dim];
  const [filters, depth, kernel] = w.shape as [Dim, Dim, Dim];
  const map = build.reshape(x, [batch, 1, length, channels]);
  const y = convolve(build, map, build.reshape(w, [filters, depth, 1, kernel]), {
    strides: [1, strides[0]!],
    dilation: [1, dilation[0]!],
    padding: [[0, 0], padding[0]!],
    groups,
    kernelLayout: 'oihw',
  });
  const [, , outLength, outChannels] = y.shape as [Dim, Dim, Dim, Dim];
  return build.reshape(y, [batch, outLength, outChannels]);
}

/**
 * A volume is a batch of maps, one for each depth. Those under the depth taps of a kernel become channels of one map, or
 * are convolved one by one and summed where each channel has filters of its own.
 */
function convolveVolume(build: Build, x: Value, w: Value, { strides, dilation, padding, groups }: Slide): Value {
  const padded = padAxes(build, x, [[0, 0], padding[0]!, [0, 0], [0, 0], [0, 0]]);
  const [batch, depth, height, width, channels] = padded.shape as [Dim, Dim, Dim, Dim, Dim];
  const [filters, perGroup, taps, ...kernel] = w.shape as [number, Dim, number, number, number];
  const extent = extentOf(taps, dilation[0]!);
  build.require('atLeast', depth, extent, 'kernel {expected} is longer than its input ({got})');
  const outDepth = add(floorDiv(sub(depth, extent), strides[0]!), 1);
  const maps = mul(batch, outDepth);
  const window = {
    strides: pairOf(strides.slice(1)),
    dilation: pairOf(dilation.slice(1)),
    padding: padding.slice(1),
    groups,
    kernelLayout: 'oihw',
  } as const;
  const under = (tap: number): Value => sliceAxis(build, padded, 1, tap * dilation[0]!, outDepth, strides[0]);
  const asVolume = (y: Value): Value => build.reshape(y, [batch, outDepth, ...y.shape.slice(1)]);
  const every = Array.from({ length: taps }, (_, tap) => tap);
  if (groups > 1 && perGroup === 1) {
    const parts = every.map((tap) => {
      const own = build.reshape(sliceAxis(build, w, 2, tap, 1), [filters, perGroup, ...kernel]);
      return convolve(build, build.reshape(under(tap), [maps, height, width, channels]), own, window);
    });
    return asVolume(parts.reduce((sum, part) => build.binary('add', part, sum)));
  }
  const grouped = every.map((tap) => build.reshape(under(tap), [maps, height, width, groups, perGroup]));
  const joined = grouped.length === 1 ? grouped[0]! : build.op({ kind: 'concat', axis: 4 }, grouped);
  const map = build.reshape(joined, [maps, height, width, mul(channels, taps)]);
  const ordered = build.op({ kind: 'transpose', permutation: [0, 2, 1, 3, 4] }, [w]);
  const weight = build.reshape(ordered, [filters, mul(perGroup, taps), ...kernel]);
  return asVolume(convolve(build, map, weight, window));
}
