import { transpose, volume, type NetworkLayer } from '../network.js';
import { Unsupported } from '../unsupported.js';
import { windowOf, type Window } from '../window.js';
import { multiHeadAttention } from './attention.js';
import type { Edge } from './builder.js';
import { layerNormalization } from './normalization.js';
import { FusedActivation, Padding } from './schema.js';
import type { Translation } from './translation.js';

export type Rule = (to: Translation, layer: NetworkLayer, x: Edge, other: Edge) => Edge;

/** A sequence as a map of height 1. */
const asMap = ({ tensor, shape }: Edge): Edge =>
  shape.length === 3 ? { tensor, shape: [shape[0]!, 1, ...shape.slice(1)] } : { tensor, shape };

/** Along the axes of a map, whatever the layer is over. */
function mapWindow(layer: NetworkLayer, map: Edge): Window {
  const kernel = (layer as Partial<NetworkLayer>).kernelSize ?? layer.poolSize;
  const window = windowOf(layer, map.shape.slice(-1 - kernel.length, -1));
  if (kernel.length === 2) return window;
  const { strides, dilation, padding } = window;
  const sides = typeof padding === 'string' ? padding : ([[0, 0], ...padding] as const);
  return { kernel: [1, ...kernel], strides: [1, ...strides], dilation: [1, ...dilation], padding: sides };
}

interface Slid {
  readonly x: Edge;
  readonly options: Readonly<Record<string, number>>;
  /** Of what comes out, with these channels. */
  readonly shapeOf: (channels: number) => readonly number[];
}

/** Operators know the two words alone: other padding is an operator of its own. */
function slide(to: Translation, layer: NetworkLayer, map: Edge, byZeros = true): Slid {
  const { kernel, strides, dilation, padding } = mapWindow(layer, map);
  const x = typeof padding === 'string' ? map : pad(to, map, padding, byZeros);
  const spatial = layer.shape.slice(1, -1);
  const sizes = spatial.length === 1 ? [1, ...spatial] : spatial;
  const common = {
    padding: padding === 'same' ? Padding.same : Padding.valid,
    strideWidth: strides[1]!,
    strideHeight: strides[0]!,
  };
  return {
    x,
    options: layer.kind.startsWith('max')
      ? { ...common, width: kernel[1]!, height: kernel[0]! }
      : { ...common, dilationWidth: dilation[1]!, dilationHeight: dilation[0]! },
    shapeOf: (channels) => [map.shape[0]!, ...sizes, channels],
  };
}

/** XNNPACK pads by zeros only. */
function pad(to: Translation, map: Edge, sides: Exclude<Window['padding'], string>, byZeros: boolean): Edge {
  const all = [[0, 0], ...sides, [0, 0]];
  const shape = map.shape.map((size, axis) => size + all[axis]![0] + all[axis]![1]);
  const paddings = to.builder.integers(all.flat(), [4, 2]);
  if (byZeros) return to.builder.operator('pad', [map, paddings], shape);
  return to.builder.operator('padWith', [map, paddings, to.builder.scalar(-Infinity)], shape);
}

const convolution: Rule = (to, layer, x) => {
  if (layer.groups !== 1) throw new Error(`${layer.name}: groups are not translated to TensorFlow Lite`);
  const { x: map, options, shapeOf } = slide(to, layer, asMap(x));
  const weight = to.weight(layer, 'weight', (values) => {
    const four = { data: values.data, shape: values.shape.length === 3 ? [1, ...values.shape] : values.shape };
    return transpose(four, [3, 0, 1, 2]);
  });
  const bias = to.weight(layer, 'bias');
  return to.activate(layer, (activation) =>
    to.builder.operator('conv2d', [map, weight, bias], shapeOf(bias.shape[0]!), { ...options, activation }),
  );
};

const depthwiseConv2d: Rule = (to, layer, x) => {
  const { depthMultiplier } = layer;
  const { x: map, options, shapeOf } = slide(to, layer, x);
  const weight = to.weight(layer, 'weight', ({ data, shape: [height, width, channels] }) => ({
    data,
    shape: [1, height!, width!, channels! * depthMultiplier],
  }));
  const bias = to.weight(layer, 'bias');
  const inputs = [map, weight, bias];
  return to.activate(layer, (activation) =>
    to.builder.operator('depthwiseConv2d', inputs, shapeOf(bias.shape[0]!), {
      ...options,
      depthMultiplier,
      activation,
    }),
  );
};

const maxPooling: Rule = (to, layer, x) => {
  const { x: map, options, shapeOf } = slide(to, layer, asMap(x), to.isNonNegative(layer.from[0]!));
  const activation = FusedActivation.linear;
  return to.builder.operator('maxPool2d', [map], shapeOf(map.shape[3]!), { ...options, activation });
};

const dense: Rule = (to, layer, x) => {
  const weight = to.weight(layer, 'weight', (values) => transpose(values, [1, 0]));
  const bias = to.weight(layer, 'bias');
  return to.activate(layer, (activation) => to.builder.fullyConnected(x, weight, bias, activation));
};

const add: Rule = (to, layer, x, other) =>
  to.activate(layer, (activation) => to.builder.operator('add', [x, other], layer.shape, { activation }));

const dot: Rule = (to, { name, axes: [left, right], shape }, x, other) => {
  if (x.shape.length !== 3 || left !== 2) throw new Error(`${name}: only rows are translated to TensorFlow Lite`);
  return to.builder.operator('batchMatmul', [x, other], shape, { transposeRight: right === 2 });
};

const recurrent: Rule = (_to, { name }) => {
  throw new Unsupported(`${name}: LiteRT.js has no recurrent layers`);
};

/** By kind of layer. */
export const rules: Readonly<Record<string, Rule>> = {
  dense,
  conv1d: convolution,
  conv2d: convolution,
  depthwiseConv2d,
  maxPooling1d: maxPooling,
  maxPooling2d: maxPooling,
  globalAveragePooling2d: (to, { shape }, x) =>
    to.builder.operator('mean', [x, to.builder.integers([1, 2])], shape, { keepDimensions: false }),
  flatten: (_to, _layer, { tensor, shape }) => ({ tensor, shape: [shape[0]!, volume(shape.slice(1))] }),
  add,
  relu: (to, { shape }, x) => to.builder.operator('relu', [x], shape),
  layerNormalization,
  multiHeadAttention,
  dot,
  lstm: recurrent,
  gru: recurrent,
};
