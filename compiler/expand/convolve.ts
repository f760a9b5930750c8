import type { Build } from '../build.js';
import type { Dim } from '../dim.js';
import type { KernelLayout, Padding, Pair, Value } from '../ir.js';

/** How a kernel slides over a map. */
export interface Convolution {
  readonly strides: Pair;
  readonly dilation: Pair;
  /** Sizes before and after the height and the width. */
  readonly padding: Padding;
  /** Channels of the input and filters both divide into as many. */
  readonly groups: number;
  /** The order of the kernel's axes; 'hwio' when left out. */
  readonly kernelLayout?: KernelLayout;
}

/**
 * The convolution of a map: x [batch, height, width, channels], w [kh, kw, channels / groups, filters] (or [filters,
 * channels / groups, kh, kw]) → [batch, height', width', filters]. With one channel a group it is the depthwise op on the
 * same elements.
 *
 * @throws ShapeError for a kernel that does not fit the map or the groups
 */
export function convolve(build: Build, x: Value, w: Value, convolution: Convolution): Value {
  const { groups, ...window } = convolution;
  const isOutputsFirst = window.kernelLayout === 'oihw';
  const [depth, filters] = (isOutputsFirst ? [w.shape[1], w.shape[0]] : [w.shape[2], w.shape[3]]) as [Dim, number];
  if (groups < 1) build.fail(`must have at least 1 group, got ${groups}`);
  if (filters % groups !== 0) build.fail(`${filters} filters do not divide into ${groups} groups`);
  if (groups === 1 || depth !== 1) return build.op({ kind: 'convolution', ...window, groups }, [x, w]);
  if (isOutputsFirst) build.require('equal', x.shape.at(-1)!, groups, 'expects {expected} channels, got {got}');
  const kernel = isOutputsFirst ? w : build.reshape(w, [w.shape[0]!, w.shape[1]!, groups, filters / groups]);
  return build.op({ kind: 'depthwise', ...window }, [x, kernel]);
}
