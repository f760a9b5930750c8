import { add, max, mul, sub } from '../../../dim.js';
import { ImportError } from '../../../errors.js';
import type { Value } from '../../../ir.js';
import { binary, element, unary } from '../../../build.js';
import type { NodeContext } from '../context.js';
import { convolveMap } from '../../../expand/convolve-map.js';
import type { Expand, Operators } from '../define.js';
import { transposeConvolve } from '../../../expand/transpose-convolve.js';
import { halves } from '../../../expand/padding.js';
import { channelsFirst, channelsLast, extentOf, sliceAxis } from '../../../expand/axes.js';
import { autoPads, explicitPadding, kernelOf, largerSide, perAxis, spatialOf, windowOf } from '../window.js';

function requireRank(context: NodeContext, name: string, value: Value, rank: number): void {
  if (value.shape.length === rank) return;
  const what = `${name} must have rank ${rank}, got ${value.shape.length}`;
  throw new ImportError('shape', context.build.subject, what);
}

/** x [batch, channels, ...spatial] ∗ w [filters, channels / group, ...kernel] + b [filters] */
const convolution: Expand = (context, inputs) => {
  const { build } = context;
  const x = context.input(inputs, 0);
  const spatial = spatialOf(context, x);
  const w = context.weight(context.input(inputs, 1), 'weight', 'oihw');
  requireRank(context, 'the kernel', w, x.shape.length);
  const window = windowOf(context, spatial, kernelOf(context, w));
  const y = convolveMap(build, channelsLast(build, x), w, { ...window, groups: context.int('group', 1) });
  const [, , bias] = inputs;
  return channelsFirst(build, bias ? build.binary('add', y, context.weight(bias, 'bias')) : y);
};

/** A depthwise convolution of a sequence that begins with the last elements of the one before. */
const causal: Expand = (context, inputs) => {
  const { build } = context;
  const x = context.input(inputs, 0);
  const w = context.weight(context.input(inputs, 1), 'weight', 'oihw');
  requireRank(context, 'input', x, 3);
  requireRank(context, 'weight', w, 3);
  const [, , bias, past] = inputs;
  const activation = context.oneOf('activation', ['none', 'silu', 'swish'], 'none');
  const [kernel] = kernelOf(context, w);
  const [batch, channels, length] = x.shape;
  if (typeof channels !== 'number') return context.unsupported('the number of channels must be known when compiling');
  const before = kernel! - 1;
  const joined = past
    ? build.op({ kind: 'concat', axis: 2 }, [past, x])
    : build.op({ kind: 'pad', padding: [[0, 0], [0, 0], [before, 0]], value: 0 }, [x]); // prettier-ignore
  const window = { strides: [1], dilation: [1], padding: [[0, 0]], groups: channels } as const;
  const y = convolveMap(build, channelsLast(build, joined), w, window);
  const sum = bias ? build.binary('add', y, context.weight(bias, 'bias')) : y;
  const swish = binary('multiply', element(0), unary('sigmoid', element(0)));
  const output = channelsFirst(build, activation === 'none' ? sum : build.elementwise(swish, sum));
  build.require('equal', joined.shape[0]!, batch!, 'the past state is of a batch of {got}, expected {expected}');
  const whole = add(length!, before);
  return [output, sliceAxis(build, joined, 2, sub(whole, before), before)];
};

/** Spreads each element of x [batch, channels, ...spatial] by w [channels, filters / group, ...kernel]. */
const transposed: Expand = (context, inputs) => {
  const { build } = context;
  const x = context.input(inputs, 0);
  const spatial = spatialOf(context, x);
  const w = context.weight(context.input(inputs, 1), 'weight');
  requireRank(context, 'the kernel', w, x.shape.length);
  const kernel = kernelOf(context, w);
  const rank = spatial.length;
  const [channels, perGroup] = w.shape;
  if (typeof channels !== 'number' || typeof perGroup !== 'number') {
    return context.unsupported('the size of the kernel must be known when compiling');
  }
  const groups = context.int('group', 1);
  build.require('equal', x.shape[1]!, channels, 'expects {expected} channels, got {got}');
  if (channels % groups !== 0) build.fail(`${channels} channels do not divide into ${groups} groups`);
  const strides = perAxis(context, 'strides', rank, 1);
  const dilation = perAxis(context, 'dilations', rank, 1);
  const more = perAxis(context, 'output_padding', rank, 0);
  /** What all elements spread to. */
  const whole = spatial.map((size, axis) => {
    const extent = extentOf(kernel[axis]!, dilation[axis]!);
    return add(mul(sub(size, 1), strides[axis]!), extent + more[axis]!);
  });
  const mode = context.oneOf('auto_pad', autoPads, 'NOTSET');
  const given = context.ints('output_shape')?.slice(-rank);
  const isSame = mode === 'SAME_UPPER' || mode === 'SAME_LOWER';
  const wanted = given ?? (isSame ? spatial.map((size, axis) => mul(size, strides[axis]!)) : undefined);
  const padding = wanted
    ? wanted.map((size, axis) => halves(max(0, sub(whole[axis]!, size)), largerSide(mode)))
    : mode === 'VALID'
      ? whole.map(() => [0, 0] as const)
      : explicitPadding(context, rank);
  const outputs = wanted ?? padding.map(([before, after], axis) => sub(sub(whole[axis]!, before), after));
  const before = padding.map(([side]) => side);
  const y = transposeConvolve(build, channelsLast(build, x), w, { strides, dilation, before, outputs, groups });
  const [, , bias] = inputs;
  return channelsFirst(build, bias ? build.binary('add', y, context.weight(bias, 'bias')) : y);
};

/** Convolutions. */
export const convolutions: Operators = {
  Conv: { 1: convolution },
  ConvTranspose: { 1: transposed },
  CausalConvWithState: { 27: causal },
};
