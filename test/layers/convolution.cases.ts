import * as tf from '@tensorflow/tfjs-core';
import { single, tfjs, tfjsLayer, type InputSource, type LayerCase, type Oracle } from './case.js';
import {
  combine,
  convolve,
  convolveDepthwise,
  map,
  permuted,
  samePadding,
  withShape,
  type Axes2,
  type Convolution,
  type Reference,
} from './reference.js';

type Padding = 'valid' | 'same' | 'sameLower' | 'causal' | number | readonly (number | readonly number[])[];

const sidesOf = (
  padding: Padding,
  axis: number,
  size: number,
  kernel: number,
  stride: number,
  dilation: number,
): Axes2 => {
  if (padding === 'valid') return [0, 0];
  if (padding === 'causal') return [(kernel - 1) * dilation, 0];
  if (padding === 'same' || padding === 'sameLower')
    return samePadding(size, kernel, stride, dilation, padding === 'sameLower');
  const side = typeof padding === 'number' ? padding : padding[axis]!;
  return typeof side === 'number' ? [side, side] : (side as unknown as Axes2);
};

const withBias = (y: Reference, bias: Reference | undefined): Reference =>
  bias ? combine([y, bias], (a, b) => a + b) : y;

/** (batch, length, channels) as a map of height 1. */
const asMap = (x: Reference): Reference => withShape(x, [x.shape[0]!, 1, ...x.shape.slice(1)]);
const asSequence = (x: Reference): Reference => withShape(x, [x.shape[0]!, ...x.shape.slice(2)]);

interface Geometry {
  readonly padding?: Padding;
  readonly strides?: number | readonly number[];
  readonly dilation?: number | readonly number[];
  readonly groups?: number;
}

const pair = (value: number | readonly number[] | undefined): Axes2 =>
  value === undefined ? [1, 1] : typeof value === 'number' ? [value, value] : (value as unknown as Axes2);

function geometryOf(
  x: Reference,
  w: Reference,
  { padding = 'valid', strides, dilation, groups = 1 }: Geometry,
): Convolution {
  const [s, d] = [pair(strides), pair(dilation)];
  const side = (axis: 0 | 1): Axes2 => sidesOf(padding, axis, x.shape[1 + axis]!, w.shape[axis]!, s[axis], d[axis]);
  return { strides: s, dilation: d, groups, padding: [side(0), side(1)] };
}

const sequencePadding = (padding: Padding): Padding =>
  typeof padding === 'string' ? padding : [0, typeof padding === 'number' ? padding : padding[0]!];

const conv1dReference =
  ({ padding = 'valid', strides = 1, dilation = 1, groups = 1 }: Geometry, bias = true): Oracle =>
  ([x], variable) => {
    const w = variable('layer.weight');
    const kernel = withShape(w, [1, ...w.shape]);
    const geometry = {
      padding: sequencePadding(padding),
      strides: [1, strides as number],
      dilation: [1, dilation as number],
      groups,
    };
    const input = asMap(x!);
    const y = asSequence(convolve(input, kernel, geometryOf(input, kernel, geometry)));
    return withBias(y, bias ? variable('layer.bias') : undefined);
  };

const conv2dReference =
  (geometry: Geometry, bias = true): Oracle =>
  ([x], variable) => {
    const w = variable('layer.weight');
    return withBias(convolve(x!, w, geometryOf(x!, w, geometry)), bias ? variable('layer.bias') : undefined);
  };

const depthwiseReference =
  (geometry: Geometry, bias = true): Oracle =>
  ([x], variable) => {
    const w = variable('layer.weight');
    return withBias(convolveDepthwise(x!, w, geometryOf(x!, w, geometry)), bias ? variable('layer.bias') : undefined);
  };

const channelsFirst =
  (oracle: Oracle): Oracle =>
  ([x], variable) => {
    const rank = x!.shape.length;
    const spatial = Array.from({ length: rank - 2 }, (_, axis) => axis);
    const last = permuted(x!, [0, ...spatial.map((axis) => axis + 2), 1]);
    return permuted(oracle([last], variable), [0, rank - 1, ...spatial.map((axis) => axis + 1)]);
  };

const relu =
  (oracle: Oracle): Oracle =>
  (inputs, variable) =>
    map(oracle(inputs, variable), (value) => Math.max(value, 0));

const both = ['weight', 'bias'];

/** Groups need their channels to be known when compiling. */
const knownChannels = (shape: readonly number[], axis = shape.length - 1): InputSource => ({
  shape,
  open: shape.map((_, other) => other).filter((other) => other !== axis),
});

const paddings1d: readonly Padding[] = ['valid', 'same', 'sameLower', 'causal', 2, [[2, 1]]];

export const conv1dCases: readonly LayerCase[] = [
  ...[1, 3, 4].flatMap((kernelSize) =>
    (['valid', 'same'] as const).flatMap((padding) =>
      [
        [1, 1],
        [2, 1],
        [3, 1],
        [1, 2],
      ].map(([strides, dilation]) =>
        single(
          `kernel ${kernelSize} ${padding} strides ${strides} dilation ${dilation}`,
          'conv1d',
          { filters: 5, kernelSize, padding, strides, dilation },
          [2, 11, 3],
          tfjsLayer(
            (factory) =>
              factory.conv1d({ filters: 5, kernelSize, padding, strides: strides!, dilationRate: dilation! }),
            both,
          ),
        ),
      ),
    ),
  ),
  ...paddings1d.flatMap((padding) =>
    [1, 2, 4].flatMap((strides) =>
      [
        [1, 2],
        [2, 1],
        [3, 2],
      ].map(([dilation, groups]) =>
        single(
          `${JSON.stringify(padding)} strides ${strides} dilation ${dilation} groups ${groups}`,
          'conv1d',
          { filters: 6, kernelSize: 3, padding, strides, dilation, groups },
          knownChannels([2, 10, 4]),
          conv1dReference({ padding, strides, dilation: dilation!, groups: groups! }),
        ),
      ),
    ),
  ),
  ...[1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 17].map((filters) =>
    single(
      `${filters} filters of 9 channels`,
      'conv1d',
      { filters, kernelSize: 2 },
      [3, 7, 9],
      tfjsLayer((factory) => factory.conv1d({ filters, kernelSize: 2 }), both),
    ),
  ),
  single(
    'before and after as a pair',
    'conv1d',
    { filters: 4, kernelSize: 3, padding: [3, 1] },
    [1, 6, 2],
    conv1dReference({ padding: [[3, 1]] }),
  ),
  single('without bias', 'conv1d', { filters: 3, kernelSize: 2, bias: false }, [2, 5, 4], conv1dReference({}, false)),
  single(
    'stride longer than the kernel, same',
    'conv1d',
    { filters: 3, kernelSize: 2, strides: 4, padding: 'same' },
    [1, 8, 2],
    conv1dReference({ strides: 4, padding: 'same' }),
  ),
  single(
    'kernel 1, stride 2, same',
    'conv1d',
    { filters: 3, kernelSize: 1, strides: 2, padding: 'same' },
    [1, 7, 2],
    conv1dReference({ strides: 2, padding: 'same' }),
  ),
  single('kernel as long as its input', 'conv1d', { filters: 3, kernelSize: 6 }, [2, 6, 3], conv1dReference({})),
  single(
    'relu',
    'conv1d',
    { filters: 4, kernelSize: 3, activation: 'relu', inputChannels: 3 },
    [2, 6, 3],
    relu(conv1dReference({})),
  ),
  single(
    'channels first',
    'conv1d',
    { filters: 4, kernelSize: 3, padding: 'same', strides: 2, dataFormat: 'channelsFirst' },
    [2, 3, 9],
    channelsFirst(conv1dReference({ padding: 'same', strides: 2 })),
  ),
  single(
    'causal, channels first',
    'conv1d',
    { filters: 2, kernelSize: 3, padding: 'causal', dataFormat: 'channelsFirst' },
    [2, 3, 5],
    channelsFirst(conv1dReference({ padding: 'causal' })),
  ),
];

const paddings2d: readonly Padding[] = [
  'valid',
  'same',
  'sameLower',
  1,
  [
    [2, 1],
    [0, 3],
  ],
];

export const conv2dCases: readonly LayerCase[] = [
  ...[1, 3, [2, 5]].flatMap((kernelSize) =>
    (['valid', 'same'] as const).flatMap((padding) =>
      (
        [
          [1, 1],
          [2, 1],
          [[1, 3], 1],
          [1, 2],
        ] as const
      ).map(([strides, dilation]) =>
        single(
          `kernel ${String(kernelSize)} ${padding} strides ${String(strides)} dilation ${dilation}`,
          'conv2d',
          { filters: 4, kernelSize, padding, strides, dilation },
          [2, 7, 9, 3],
          tfjsLayer(
            (factory) =>
              factory.conv2d({
                filters: 4,
                kernelSize,
                padding,
                strides: pair(strides) as [number, number],
                dilationRate: dilation,
              }),
            both,
          ),
        ),
      ),
    ),
  ),
  ...paddings2d.flatMap((padding) =>
    [1, 2, [3, 1]].flatMap((strides) =>
      (
        [
          [1, 4],
          [2, 1],
          [[1, 2], 2],
        ] as const
      ).map(([dilation, groups]) =>
        single(
          `${JSON.stringify(padding)} strides ${String(strides)} dilation ${String(dilation)} groups ${groups}`,
          'conv2d',
          { filters: 8, kernelSize: [3, 2], padding, strides, dilation, groups },
          knownChannels([1, 8, 6, 4]),
          conv2dReference({ padding, strides, dilation, groups }),
        ),
      ),
    ),
  ),
  ...[1, 2, 3, 5, 8, 12, 15, 33].flatMap((filters) =>
    [1, 6].map((channels) =>
      single(
        `${filters} filters of ${channels} channels`,
        'conv2d',
        { filters, kernelSize: 3, padding: 'same' },
        [1, 5, 4, channels],
        tfjsLayer((factory) => factory.conv2d({ filters, kernelSize: 3, padding: 'same' }), both),
      ),
    ),
  ),
  ...[1, 2, 3].map((strides) =>
    single(
      `kernel 1 of 17 channels, strides ${strides}`,
      'conv2d',
      { filters: 10, kernelSize: 1, strides, padding: 'same' },
      [2, 5, 6, 17],
      tfjsLayer((factory) => factory.conv2d({ filters: 10, kernelSize: 1, strides, padding: 'same' }), both),
    ),
  ),
  single(
    'without bias',
    'conv2d',
    { filters: 3, kernelSize: 2, bias: false },
    [1, 4, 4, 2],
    conv2dReference({}, false),
  ),
  single(
    'relu',
    'conv2d',
    { filters: 5, kernelSize: 3, activation: 'relu', padding: 'same', inputChannels: 2 },
    [1, 4, 5, 2],
    relu(conv2dReference({ padding: 'same' })),
  ),
  ...[1, 2].map((groups) =>
    single(
      `channels first, groups ${groups}`,
      'conv2d',
      { filters: 4, kernelSize: 3, strides: 2, padding: 'sameLower', groups, dataFormat: 'channelsFirst' },
      knownChannels([2, 4, 6, 7], 1),
      channelsFirst(conv2dReference({ padding: 'sameLower', strides: 2, groups })),
    ),
  ),
  single(
    'channels first, softmax of the last axis',
    'conv2d',
    { filters: 3, kernelSize: 2, activation: 'softmax', dataFormat: 'channelsFirst' },
    [1, 2, 4, 5],
    tfjsLayer(
      (factory) => factory.conv2d({ filters: 3, kernelSize: 2, activation: 'softmax', dataFormat: 'channelsFirst' }),
      both,
    ),
  ),
  single(
    'a batch of 1 and a map of 1',
    'conv2d',
    { filters: 3, kernelSize: 3, padding: 'same' },
    [1, 1, 1, 3],
    conv2dReference({ padding: 'same' }),
  ),
];

export const depthwiseConv2dCases: readonly LayerCase[] = [
  ...[1, 2].flatMap((depthMultiplier) =>
    (['valid', 'same'] as const).flatMap((padding) =>
      [1, 2].map((strides) =>
        single(
          `multiplier ${depthMultiplier} ${padding} strides ${strides}`,
          'depthwiseConv2d',
          { kernelSize: 3, depthMultiplier, padding, strides },
          [2, 6, 7, 5],
          tfjsLayer((factory) => factory.depthwiseConv2d({ kernelSize: 3, depthMultiplier, padding, strides }), both),
        ),
      ),
    ),
  ),
  ...[1, 3, 4, 8, 11].map((channels) =>
    single(
      `${channels} channels`,
      'depthwiseConv2d',
      { kernelSize: 3, padding: 'same' },
      [1, 5, 5, channels],
      tfjs(([x], [w, bias]) => tf.add(tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same'), bias!), both),
    ),
  ),
  ...paddings2d.flatMap((padding) =>
    (
      [
        [1, 2],
        [[2, 3], 1],
        [2, [1, 2]],
      ] as const
    ).map(([strides, dilation]) =>
      single(
        `${JSON.stringify(padding)} strides ${String(strides)} dilation ${String(dilation)}`,
        'depthwiseConv2d',
        { kernelSize: [3, 2], padding, strides, dilation, depthMultiplier: 3 },
        [1, 7, 6, 4],
        depthwiseReference({ padding, strides, dilation }),
      ),
    ),
  ),
  single(
    'without bias, relu',
    'depthwiseConv2d',
    { kernelSize: 2, bias: false, activation: 'relu', inputChannels: 3 },
    [1, 4, 4, 3],
    relu(depthwiseReference({}, false)),
  ),
  single(
    'channels first',
    'depthwiseConv2d',
    { kernelSize: 3, padding: 'same', depthMultiplier: 2, dataFormat: 'channelsFirst' },
    [2, 3, 4, 5],
    channelsFirst(depthwiseReference({ padding: 'same' })),
  ),
];
