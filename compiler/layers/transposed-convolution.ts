import type { Build } from '../build.js';
import { add, mul, sub, type Dim } from '../dim.js';
import { transposeConvolve } from '../expand/transpose-convolve.js';
import { zeros } from '../initializers/constant.js';
import { glorotUniform } from '../initializers/variance-scaling.js';
import type { Value } from '../ir.js';
import { channelsLast, expectMap, mapInput, type SpatialRank } from './data-format.js';
import {
  defineLayer,
  integer,
  oneOf,
  optional,
  optionalParameter,
  parameter,
  perAxis,
  type PerAxis,
  type Slot,
} from './define.js';
import { channelsOf, ends, finishOf, type Ends } from './sliding.js';
import { extentOf } from './window.js';

interface Transposed extends Ends {
  readonly filters: number;
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly padding: 'valid' | 'same';
  readonly outputPadding: readonly number[] | undefined;
  readonly dilation: readonly number[];
}

interface Weights {
  readonly weight: Slot;
  readonly bias: Slot | undefined;
}

/**
 * Where the output begins along an axis, counted from the first element that the input spreads to, and its size. As in
 * Keras the output is what a convolution with this padding takes to the input: without `outputPadding` size · stride
 * elements for `same`, and as many as the kernel reaches, but no fewer, for `valid`.
 */
function outputOf(build: Build, options: Transposed, axis: number, size: Dim): { before: number; output: Dim } {
  const stride = options.strides[axis]!;
  const extent = extentOf(options.kernelSize[axis]!, options.dilation[axis]!);
  const more = options.outputPadding?.[axis];
  if (more !== undefined && more >= stride) {
    build.fail(`outputPadding ${more} is not smaller than its stride (${stride})`);
  }
  const steps = mul(sub(size, 1), stride);
  if (options.padding === 'valid') {
    return { before: 0, output: add(steps, more === undefined ? Math.max(extent, stride) : extent + more) };
  }
  const last = more === undefined ? stride : (extent % 2) + more;
  const output = add(steps, last);
  if (last === 0) build.require('atLeast', output, 1, 'it gives no output of {got} elements');
  return { before: Math.floor(Math.max(extent - last, 0) / 2), output };
}

function lower(build: Build, options: Transposed, { weight, bias }: Weights, x: Value): Value {
  const { kernelSize, strides, dilation, filters } = options;
  expectMap(build, x, kernelSize.length as SpatialRank, options.dataFormat);
  const map = channelsLast(build, x, options.dataFormat);
  const channels = channelsOf(build, map, options);
  const axes = kernelSize.map((_, axis) => outputOf(build, options, axis, map.shape[axis + 1]!));
  const w = weight([...kernelSize, filters, channels], { layout: 'hwio' });
  const finish = finishOf(build, bias, filters, options);
  const y = transposeConvolve(build, map, w, {
    strides,
    dilation,
    before: axes.map(({ before }) => before),
    outputs: axes.map(({ output }) => output),
    groups: 1,
    kernelLayout: 'hwoi',
    finish: finish.elements,
  });
  return finish.whole(y);
}

const attributes = <const N extends SpatialRank>(rank: N) => ({
  filters: integer(),
  kernelSize: perAxis(rank),
  strides: optional(perAxis(rank), 1 as number | PerAxis<N>),
  padding: optional(oneOf('valid', 'same'), 'valid'),
  outputPadding: optional(perAxis(rank, 0)),
  dilation: optional(perAxis(rank), 1 as number | PerAxis<N>),
  ...ends(),
});

const parameters = () => ({ weight: parameter(glorotUniform()), bias: optionalParameter(zeros()) });

/**
 * The gradient of a convolution: each element of x [batch, length, channels] spreads over its output by weight [kernel,
 * filters, channels] → [batch, length', filters]. `outputPadding` makes the output longer than the shortest that fits.
 */
export const conv1dTranspose = defineLayer('conv1dTranspose', {
  inputs: ['x'],
  defaultInput: mapInput(1),
  attributes: attributes(1),
  parameters: parameters(),
  lower: (build, options, slots, [x]) => lower(build, options, slots, x),
});

/**
 * The gradient of a convolution: each element of x [batch, height, width, channels] spreads over its output by weight [kh,
 * kw, filters, channels] → [batch, height', width', filters]. `outputPadding` as in conv1dTranspose.
 */
export const conv2dTranspose = defineLayer('conv2dTranspose', {
  inputs: ['x'],
  defaultInput: mapInput(2),
  attributes: attributes(2),
  parameters: parameters(),
  lower: (build, options, slots, [x]) => lower(build, options, slots, x),
});

/**
 * The gradient of a convolution: each element of x [batch, depth, height, width, channels] spreads over its output by
 * weight [kd, kh, kw, filters, channels] → [batch, depth', height', width', filters]. `outputPadding` as in conv1dTranspose.
 */
export const conv3dTranspose = defineLayer('conv3dTranspose', {
  inputs: ['x'],
  defaultInput: mapInput(3),
  attributes: attributes(3),
  parameters: parameters(),
  lower: (build, options, slots, [x]) => lower(build, options, slots, x),
});
