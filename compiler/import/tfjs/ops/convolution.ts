import { mul, max, floorDiv, sub, add, type Dim } from '../../../dim.js';
import { extentOf } from '../../../expand/axes.js';
import { convolve } from '../../../expand/convolve.js';
import { convolveMap } from '../../../expand/convolve-map.js';
import { transposeConvolve } from '../../../expand/transpose-convolve.js';
import type { Pair, Value } from '../../../ir.js';
import type { NodeContext } from '../context.js';
import type { Expand, Operators } from '../define.js';
import { fused } from '../fused.js';
import { explicitPadding, kernelOf, onMap, paddingOf, paddings, perAxis, requireRank } from '../window.js';

const pairOf = (list: readonly number[]): Pair => [list[0]!, list[1]!];

/** How the kernel slides over a map with its channels last. */
function slideOf(context: NodeContext, map: Value, w: Value, rank: number) {
  const strides = perAxis(context, 'strides', rank);
  const dilation = perAxis(context, 'dilations', rank);
  const kernel = kernelOf(context, w, rank);
  const padding = paddingOf(context, map.shape.slice(1, -1), { kernel, strides, dilation });
  return { strides, dilation, padding };
}

/** Into how many groups channels divide for a kernel that reads `depth` of them. */
function groupsOf({ build }: NodeContext, channels: Dim, depth: Dim): number {
  if (typeof channels !== 'number' || typeof depth !== 'number' || depth === 0) {
    build.require('equal', channels, depth, 'expects {expected} channels, got {got}');
    return 1;
  }
  return channels % depth === 0 && channels > 0
    ? channels / depth
    : build.fail(`expects ${depth} channels, got ${channels}`);
}

/** x ∗ w [height, width, channels / groups, filters] */
const convolution: Expand = (context, inputs) => {
  const x = context.real(inputs, 0);
  requireRank(context, 'the input', x, 4);
  const w = context.weight(context.real(inputs, 1), 'weight', 'hwio');
  requireRank(context, 'the kernel', w, 4);
  return onMap(context, x, (map) => {
    const { strides, dilation, padding } = slideOf(context, map, w, 2);
    const groups = groupsOf(context, map.shape[3]!, w.shape[2]!);
    const window = { strides: pairOf(strides), dilation: pairOf(dilation), padding, groups };
    return fused(context, convolve(context.build, map, w, window), inputs.slice(2));
  });
};

/** Each channel of x under its own kernels of w [height, width, channels, multiplier]. */
const depthwise: Expand = (context, inputs) => {
  const x = context.real(inputs, 0);
  requireRank(context, 'the input', x, 4);
  const w = context.weight(context.real(inputs, 1), 'weight', 'hwio');
  requireRank(context, 'the kernel', w, 4);
  return onMap(context, x, (map) => {
    const { strides, dilation, padding } = slideOf(context, map, w, 2);
    const window = { strides: pairOf(strides), dilation: pairOf(dilation), padding };
    return fused(context, context.build.op({ kind: 'depthwise', ...window }, [map, w]), inputs.slice(2));
  });
};

/** A volume ∗ w [depth, height, width, channels / groups, filters] */
const volume: Expand = (context, inputs) => {
  const { build } = context;
  const x = context.real(inputs, 0);
  requireRank(context, 'the input', x, 5);
  const w = context.weight(context.real(inputs, 1), 'weight');
  requireRank(context, 'the kernel', w, 5);
  return onMap(context, x, (map) => {
    const slide = slideOf(context, map, w, 3);
    const groups = groupsOf(context, map.shape[4]!, w.shape[3]!);
    const outputsFirst = build.op({ kind: 'transpose', permutation: [4, 3, 0, 1, 2] }, [w]);
    return convolveMap(build, map, outputsFirst, { ...slide, groups });
  });
};

/** Spreads each element of a map by w [height, width, filters, channels] over a map of the shape that is told. */
const transposed: Expand = (context, inputs) => {
  const { build } = context;
  const sizes = context.sizes(context.input(inputs, 0), 'the shape of the output');
  const w = context.weight(context.real(inputs, 1), 'weight');
  const x = context.real(inputs, 2);
  requireRank(context, 'the input', x, 4);
  requireRank(context, 'the kernel', w, 4);
  context.requireCount('the number of sizes of the output', sizes.length, 4);
  return onMap(context, x, (map) => {
    const [strides, dilation] = [perAxis(context, 'strides', 2), perAxis(context, 'dilations', 2)];
    const kernel = kernelOf(context, w, 2);
    const [filters, channels] = [w.shape[2]!, w.shape[3]!];
    if (typeof filters !== 'number' || typeof channels !== 'number') {
      return context.unsupported('the size of the kernel must be known when compiling');
    }
    build.require('equal', map.shape[3]!, channels, 'expects {expected} channels, got {got}');
    const isFirst = context.string('data_format', 'NHWC') === 'NCHW';
    const outputs = isFirst ? sizes.slice(2) : sizes.slice(1, 3);
    const padding = context.oneOf('padding', paddings);
    const before = outputs.map((size, axis): Dim => {
      if (padding === 'VALID') return 0;
      if (padding === 'EXPLICIT') return explicitPadding(context, 2)[axis]![0];
      const extent = extentOf(kernel[axis]!, dilation[axis]!);
      const steps = floorDiv(sub(add(size, strides[axis]!), 1), strides[axis]!);
      return floorDiv(max(0, sub(add(mul(sub(steps, 1), strides[axis]!), extent), size)), 2);
    });
    const inputsFirst = build.op({ kind: 'transpose', permutation: [3, 2, 0, 1] }, [w]);
    return transposeConvolve(build, map, inputsFirst, { strides, dilation, before, outputs, groups: 1 });
  });
};

/** Convolutions. */
export const convolutions: Operators = {
  Conv2D: convolution,
  _FusedConv2D: convolution,
  DepthwiseConv2dNative: depthwise,
  FusedDepthwiseConv2dNative: depthwise,
  Conv2DBackpropInput: transposed,
  Conv3D: volume,
};
