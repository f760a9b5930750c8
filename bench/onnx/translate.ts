import { transpose, type Network } from '../network.js';
import { convolution, depthwise, flatten, globalAveragePooling, maxPooling } from './maps.js';
import { writeModel } from './model.js';
import { add, dense, dot, layerNormalization, multiHeadAttention, relu } from './products.js';
import { gru, lstm } from './recurrent.js';
import { Translation, type Edge, type Rule } from './translation.js';

const mapRules: Readonly<Record<string, Rule>> = {
  conv1d: convolution,
  conv2d: convolution,
  depthwiseConv2d: depthwise,
  maxPooling1d: maxPooling,
  maxPooling2d: maxPooling,
  globalAveragePooling2d: globalAveragePooling,
};

const rules: Readonly<Record<string, Rule>> = {
  ...mapRules,
  flatten,
  dense,
  dot,
  layerNormalization,
  add,
  relu,
  multiHeadAttention,
  lstm,
  gru,
};

/** An example's channels before its spatial axes. */
const channelsFirst = (rank: number): number[] => [
  0,
  rank - 1,
  ...Array.from({ length: rank - 2 }, (_, axis) => axis + 1),
];

/**
 * The network as an ONNX file, maps channels first as ONNX has them, and its inputs in that layout.
 *
 * @throws Error for kinds of layers and options that are not translated
 */
export function translate({ inputs, layers, weights, output }: Network): {
  bytes: Uint8Array;
  inputs: Network['inputs'];
} {
  const to = new Translation(weights);
  const edges = new Map<string, Edge>();
  const given = Object.entries(inputs).map(([name, values]) => {
    const isMap = layers.some(({ kind, from }) => kind in mapRules && from.includes(name));
    edges.set(name, { name, shape: values.shape, isMap });
    return [name, isMap ? transpose(values, channelsFirst(values.shape.length)) : values] as const;
  });
  for (const layer of layers) {
    const { name, kind, from, shape } = layer;
    const rule = rules[kind];
    if (rule === undefined) throw new Error(`${name}: kind '${kind}' is not translated to ONNX`);
    const edge = rule(to, layer, ...from.map((source) => edges.get(source)!));
    edges.set(name, { name, shape, ...edge });
  }
  const { name, shape, isMap } = edges.get(output)!;
  if (isMap) throw new Error(`${name}: a map as the output is not translated to ONNX`);
  const bytes = writeModel({
    inputs: Object.fromEntries(given.map(([input, values]) => [input, values.shape])),
    outputs: { [name]: shape },
    initializers: to.initializers,
    nodes: to.nodes,
  });
  return { bytes, inputs: Object.fromEntries(given) };
}
