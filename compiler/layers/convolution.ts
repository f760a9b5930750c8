import type { Build } from '../build.js';
import { convolve } from '../expand/convolve.js';
import { floorDiv, mul, sub, type Dim } from '../dim.js';
import { zeros } from '../initializers/constant.js';
import { glorotUniform } from '../initializers/variance-scaling.js';
import type { Padding, Pair, Value } from '../ir.js';
import { activationExpression, applyActivation, type Activation } from './activation-functions.js';
import { activation } from './activation.js';
import { channelsLast, expectMap, inFormat, mapAsSequence, sequenceAsMap, type DataFormat } from './data-format.js';
import {
  dataFormat,
  defineLayer,
  integer,
  optional,
  optionalParameter,
  padding,
  parameter,
  perAxis,
  type Slot,
} from './define.js';
import { lastDim } from './rank.js';
import { extentOf, paddingOf, paddingOfAxis, requireFit, sequencePadding, type ResolvedPadding } from './window.js';

interface Geometry {
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: ResolvedPadding;
  readonly dataFormat: DataFormat;
  readonly activation: Activation;
}

/** Of a kernel that slides over the last spatial axes of a map, whose height is 1 for a sequence. */
function windowsOf(build: Build, map: Value, geometry: Geometry): { strides: Pair; dilation: Pair; padding: Padding } {
  const rank = geometry.kernelSize.length;
  const sides = geometry.kernelSize.map((kernel, axis): readonly [Dim, Dim] => {
    const size = map.shape[axis + 3 - rank]!;
    const extent = extentOf(kernel, geometry.dilation[axis]!);
    const padding = paddingOfAxis(geometry.padding, axis);
    requireFit(build, 'kernel', size, padding, extent);
    return paddingOf(padding, size, { extent, stride: geometry.strides[axis]! });
  });
  return {
    strides: asPair(geometry.strides),
    dilation: asPair(geometry.dilation),
    padding: rank === 1 ? [[0, 0], ...sides] : sides,
  };
}

const asPair = (list: readonly number[]): Pair => (list.length === 1 ? [1, list[0]!] : [list[0]!, list[1]!]);

function channelsOf(build: Build, x: Value, inputChannels: number | undefined): Dim {
  const channels = lastDim(x);
  if (inputChannels === undefined) return channels;
  build.require('equal', channels, inputChannels, 'expects {expected} channels, got {got}');
  return inputChannels;
}

/** Channels of one group. */
function perGroup(build: Build, channels: Dim, groups: number): Dim {
  if (groups === 1) return channels;
  if (typeof channels === 'number' && channels % groups !== 0) {
    build.fail(`${channels} channels do not divide into ${groups} groups`);
  }
  const size = floorDiv(channels, groups);
  build.require('equal', sub(channels, mul(size, groups)), 0, `its channels do not divide into ${groups} groups`);
  return size;
}

/** Adds the bias and applies the activation, to the layer's whole output where it is no function of an element. */
function finish(
  build: Build,
  y: Value,
  bias: Slot | undefined,
  { dataFormat, activation }: Geometry,
  rank: 1 | 2,
): Value {
  const sum = bias ? build.binary('add', y, bias([lastDim(y)])) : y;
  const restore = (value: Value): Value =>
    inFormat(build, rank === 1 ? mapAsSequence(build, value) : value, dataFormat);
  const isElementwise = activationExpression(activation, { kind: 'input', index: 0 }) !== undefined;
  return isElementwise
    ? restore(applyActivation(build, activation, sum))
    : applyActivation(build, activation, restore(sum));
}

interface Convolution extends Geometry {
  readonly filters: number;
  readonly groups: number;
  readonly inputChannels: number | undefined;
}

function lowerConvolution(build: Build, options: Convolution, weight: Slot, bias: Slot | undefined, x: Value): Value {
  const { kernelSize, filters, groups } = options;
  const rank = kernelSize.length as 1 | 2;
  expectMap(build, x, rank, options.dataFormat);
  const input = channelsLast(build, x, options.dataFormat);
  const channels = channelsOf(build, input, options.inputChannels);
  const depth = perGroup(build, channels, groups);
  const map = rank === 1 ? sequenceAsMap(build, input) : input;
  const windows = windowsOf(build, map, options);
  const w = weight([...kernelSize, depth, filters], { layout: 'hwio' });
  const kernel = rank === 1 ? build.reshape(w, [1, ...w.shape]) : w;
  return finish(build, convolve(build, map, kernel, { ...windows, groups }), bias, options, rank);
}

/** x [batch, length, channels] ∗ weight [kernel, channels / groups, filters] + bias → [batch, length', filters] */
export const conv1d = defineLayer('conv1d', {
  inputs: ['x'],
  defaultInput: ['batch', null, null],
  attributes: {
    filters: integer(),
    kernelSize: perAxis(1),
    strides: optional(perAxis(1), 1),
    padding: optional(sequencePadding('valid', 'same', 'causal', 'sameLower'), 'valid'),
    dilation: optional(perAxis(1), 1),
    groups: optional(integer(), 1),
    dataFormat: dataFormat(),
    inputChannels: optional(integer()),
    activation: activation(),
  },
  parameters: { weight: parameter(glorotUniform()), bias: optionalParameter(zeros()) },
  lower: (build, options, { weight, bias }, [x]) => lowerConvolution(build, options, weight, bias, x),
});

/** x [batch, height, width, channels] ∗ weight [kh, kw, channels / groups, filters] + bias → [batch, height', width', filters] */
export const conv2d = defineLayer('conv2d', {
  inputs: ['x'],
  defaultInput: ['batch', null, null, null],
  attributes: {
    filters: integer(),
    kernelSize: perAxis(2),
    strides: optional(perAxis(2), 1),
    padding: optional(padding(2, 'valid', 'same', 'sameLower'), 'valid'),
    dilation: optional(perAxis(2), 1),
    groups: optional(integer(), 1),
    dataFormat: dataFormat(),
    inputChannels: optional(integer()),
    activation: activation(),
  },
  parameters: { weight: parameter(glorotUniform()), bias: optionalParameter(zeros()) },
  lower: (build, options, { weight, bias }, [x]) => lowerConvolution(build, options, weight, bias, x),
});

/**
 * Each channel with filters of its own: x [batch, height, width, channels], weight [kh, kw, channels, depthMultiplier]
 * → [batch, height', width', channels · depthMultiplier]. A filter's fans are its own: kh · kw in.
 */
export const depthwiseConv2d = defineLayer('depthwiseConv2d', {
  inputs: ['x'],
  defaultInput: ['batch', null, null, null],
  attributes: {
    kernelSize: perAxis(2),
    depthMultiplier: optional(integer(), 1),
    strides: optional(perAxis(2), 1),
    padding: optional(padding(2, 'valid', 'same', 'sameLower'), 'valid'),
    dilation: optional(perAxis(2), 1),
    dataFormat: dataFormat(),
    inputChannels: optional(integer()),
    activation: activation(),
  },
  parameters: { weight: parameter(glorotUniform()), bias: optionalParameter(zeros()) },
  lower(build, options, { weight, bias }, [x]) {
    const [height, width] = options.kernelSize;
    const multiplier = options.depthMultiplier;
    expectMap(build, x, 2, options.dataFormat);
    const map = channelsLast(build, x, options.dataFormat);
    const channels = channelsOf(build, map, options.inputChannels);
    const windows = windowsOf(build, map, options);
    const fans = { fanIn: height * width, fanOut: height * width * multiplier };
    const w = weight([height, width, channels, multiplier], fans);
    return finish(build, build.op({ kind: 'depthwise', ...windows }, [map, w]), bias, options, 2);
  },
});
