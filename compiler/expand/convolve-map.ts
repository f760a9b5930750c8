import type { Build } from '../build.js';
import { add, floorDiv, mul, sub, type Dim } from '../dim.js';
import type { KernelLayout, Padding, Pair, Value } from '../ir.js';
import { extentOf, padAxes, sliceAxis } from './axes.js';
import { convolve } from './convolve.js';

/** How a kernel slides over one to three spatial axes. */
export interface Slide {
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: Padding;
  readonly groups: number;
  /**
   * The order of the kernel's axes: [filters, channels / groups, ...kernel] for 'oihw', [...kernel, channels / groups,
   * filters] for 'hwio'; 'oihw' when left out.
   */
  readonly kernelLayout?: KernelLayout;
  /** A function of each element and its filter, which is applied where the product can take it. */
  readonly finish?: (y: Value) => Value;
}

const itself = (y: Value): Value => y;
const pairOf = (list: readonly number[]): Pair => [list[0]!, list[1]!];

/**
 * The convolution of a map with one to three spatial axes: x [batch, ...spatial, channels] → [batch, ...spatial',
 * filters].
 *
 * @throws ShapeError for a kernel that does not fit the map or the groups
 */
export function convolveMap(build: Build, x: Value, w: Value, slide: Slide): Value {
  const { strides, dilation, padding, groups, kernelLayout = 'oihw', finish = itself } = slide;
  const spatial = x.shape.length - 2;
  if (spatial === 3) return convolveVolume(build, x, w, slide);
  if (spatial === 2) {
    const window = { strides: pairOf(strides), dilation: pairOf(dilation), padding };
    return finish(convolve(build, x, w, { ...window, groups, kernelLayout }));
  }
  const [batch, length, channels] = x.shape as [Dim, Dim, Dim];
  const map = build.reshape(x, [batch, 1, length, channels]);
  const height = kernelLayout === 'oihw' ? 2 : 0;
  const kernel = build.reshape(w, w.shape.toSpliced(height, 0, 1));
  const y = convolve(build, map, kernel, {
    strides: [1, strides[0]!],
    dilation: [1, dilation[0]!],
    padding: [[0, 0], padding[0]!],
    groups,
    kernelLayout,
  });
  const finished = finish(y);
  const [, , outLength, outChannels] = finished.shape as [Dim, Dim, Dim, Dim];
  return build.reshape(finished, [batch, outLength, outChannels]);
}

/** Where kernels of volumes have their axes: the depth, and the channels of a group. */
const volumeAxes = { oihw: { depth: 2, perGroup: 1 }, hwio: { depth: 0, perGroup: 3 } } as const;

/** The kernel of a map whose channels are, in each group, those of all depth taps. */
function joinTaps(build: Build, w: Value, layout: KernelLayout): Value {
  const permutation = layout === 'oihw' ? [0, 2, 1, 3, 4] : [1, 2, 0, 3, 4];
  const ordered = build.op({ kind: 'transpose', permutation }, [w]);
  const joined = layout === 'oihw' ? 1 : 2;
  const channels = mul(ordered.shape[joined]!, ordered.shape[joined + 1]!);
  return build.reshape(ordered, ordered.shape.toSpliced(joined, 2, channels));
}

/**
 * A volume is a batch of maps, one for each depth. Those under the depth taps of a kernel become channels of one map, or
 * are convolved one by one and summed where each channel has filters of its own.
 */
function convolveVolume(build: Build, x: Value, w: Value, slide: Slide): Value {
  const { strides, dilation, padding, groups, kernelLayout = 'oihw', finish = itself } = slide;
  const axes = volumeAxes[kernelLayout];
  const padded = padAxes(build, x, [[0, 0], padding[0]!, [0, 0], [0, 0], [0, 0]]);
  const [batch, depth, height, width, channels] = padded.shape as [Dim, Dim, Dim, Dim, Dim];
  const [taps, perGroup] = [w.shape[axes.depth] as number, w.shape[axes.perGroup]!];
  const extent = extentOf(taps, dilation[0]!);
  build.require('atLeast', depth, extent, 'kernel {expected} is longer than its input ({got})');
  const outDepth = add(floorDiv(sub(depth, extent), strides[0]!), 1);
  const maps = mul(batch, outDepth);
  const window = {
    strides: pairOf(strides.slice(1)),
    dilation: pairOf(dilation.slice(1)),
    padding: padding.slice(1),
    groups,
    kernelLayout,
  } as const;
  const under = (tap: number): Value => sliceAxis(build, padded, 1, tap * dilation[0]!, outDepth, strides[0]);
  const asVolume = (y: Value): Value => build.reshape(y, [batch, outDepth, ...y.shape.slice(1)]);
  const every = Array.from({ length: taps }, (_, tap) => tap);
  if (groups > 1 && perGroup === 1) {
    const parts = every.map((tap) => {
      const own = build.reshape(sliceAxis(build, w, axes.depth, tap, 1), w.shape.toSpliced(axes.depth, 1));
      return convolve(build, build.reshape(under(tap), [maps, height, width, channels]), own, window);
    });
    return asVolume(finish(parts.reduce((sum, part) => build.binary('add', part, sum))));
  }
  const grouped = every.map((tap) => build.reshape(under(tap), [maps, height, width, groups, perGroup]));
  const joined = grouped.length === 1 ? grouped[0]! : build.op({ kind: 'concat', axis: 4 }, grouped);
  const map = build.reshape(joined, [maps, height, width, mul(channels, taps)]);
  return asVolume(finish(convolve(build, map, joinTaps(build, w, kernelLayout), window)));
}
