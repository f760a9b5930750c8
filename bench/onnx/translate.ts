import { transpose, volume, type Network, type NetworkLayer, type Values } from '../network.js';
import { writeModel, type Attribute, type OnnxNode } from './model.js';

/** A value of the network: its name, and its shape as the network has it, batch first and channels last. */
interface Edge {
  readonly name: string;
  readonly shape: readonly number[];
  /** The map that was flattened into this; its elements stand channels first in ONNX. */
  readonly flattened?: readonly number[];
}

class Translation {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: Record<string, Values> = {};

  constructor(private readonly weights: Network['weights']) {}

  node(op: string, inputs: readonly string[], output: string, attributes: Readonly<Record<string, Attribute>> = {}) {
    this.nodes.push({ op, inputs, output, attributes });
    return output;
  }

  /** A variable of the layer as an initializer, after `change`. */
  weight(layer: NetworkLayer, slot: string, change: (values: Values) => Values = (values) => values): string {
    const name = `${layer.name}.${slot}`;
    this.initializers[name] = change(this.weights[name]!);
    return name;
  }

  /** The layer's activation, named like the layer; what comes before it takes another name. */
  activate({ name, activation }: NetworkLayer, compute: (output: string) => void): string {
    const op = activations[activation.kind];
    if (op === undefined) throw new Error(`${name}: activation '${activation.kind}' is not translated to ONNX`);
    if (op === null) {
      compute(name);
      return name;
    }
    compute(`${name}.sum`);
    return this.node(op, [`${name}.sum`], name, op === 'Softmax' ? { axis: -1 } : {});
  }
}

const activations: Readonly<Record<string, string | null>> = {
  linear: null,
  relu: 'Relu',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  softmax: 'Softmax',
};

/** Sizes of the spatial axes after a window of `sizes` moved over them. */
function slide(
  { name, padding }: NetworkLayer,
  spatial: readonly number[],
  sizes: readonly number[],
  steps: readonly number[],
) {
  if (padding !== 'valid' && padding !== 'same') throw new Error(`${name}: padding '${padding}' is not translated`);
  return spatial.map((size, axis) =>
    padding === 'same' ? Math.ceil(size / steps[axis]!) : Math.floor((size - sizes[axis]!) / steps[axis]!) + 1,
  );
}

const autoPad = (padding: string): string => (padding === 'same' ? 'SAME_UPPER' : 'VALID');

type Rule = (to: Translation, layer: NetworkLayer, x: Edge) => Edge;

const convolution: Rule = (to, layer, x) => {
  const { name, kernelSize, strides, padding } = layer;
  const spatial = kernelSize.map((_, axis) => axis);
  const weight = to.weight(layer, 'weight', (values) =>
    transpose(values, [spatial.length + 1, spatial.length, ...spatial]),
  );
  const bias = to.weight(layer, 'bias');
  const attributes = { kernel_shape: kernelSize, strides, auto_pad: autoPad(String(padding)) };
  to.activate(layer, (output) => to.node('Conv', [x.name, weight, bias], output, attributes));
  const sizes = slide(layer, x.shape.slice(1, -1), kernelSize, strides);
  return { name, shape: [x.shape[0]!, ...sizes, to.initializers[weight]!.shape[0]!] };
};

const maxPooling: Rule = (to, layer, x) => {
  const { name, poolSize, padding } = layer;
  const strides = (layer as Partial<NetworkLayer>).strides ?? poolSize;
  to.node('MaxPool', [x.name], name, { kernel_shape: poolSize, strides, auto_pad: autoPad(String(padding)) });
  const sizes = slide(layer, x.shape.slice(1, -1), poolSize, strides);
  return { name, shape: [x.shape[0]!, ...sizes, x.shape.at(-1)!] };
};

const flatten: Rule = (to, { name }, x) => {
  to.node('Flatten', [x.name], name, { axis: 1 });
  const map = x.shape.slice(1);
  return { name, shape: [x.shape[0]!, volume(map)], ...(map.length > 1 && { flattened: map }) };
};

const dense: Rule = (to, layer, x) => {
  if (x.shape.length !== 2) throw new Error(`${layer.name}: dense is translated to ONNX for (batch, features) only`);
  const { flattened } = x;
  const weight = to.weight(layer, 'weight', (values) => {
    if (flattened === undefined) return values;
    const spatial = flattened.map((_, axis) => axis);
    const channels = spatial.pop()!;
    const unflattened = { data: values.data, shape: [...flattened, values.shape[1]!] };
    return { ...transpose(unflattened, [channels, ...spatial, channels + 1]), shape: values.shape };
  });
  const bias = to.weight(layer, 'bias');
  to.activate(layer, (output) => to.node('Gemm', [x.name, weight, bias], output));
  return { name: layer.name, shape: [x.shape[0]!, to.initializers[weight]!.shape[1]!] };
};

const rules: Readonly<Record<string, Rule>> = {
  dense,
  flatten,
  conv1d: convolution,
  conv2d: convolution,
  maxPooling1d: maxPooling,
  maxPooling2d: maxPooling,
};

const channelsFirst = (rank: number): number[] =>
  rank < 3 ? [0, 1].slice(0, rank) : [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, axis) => axis + 1)];

/** The network as an ONNX file, channels first as ONNX has it, and its inputs in that layout. */
export function translate(network: Network): { bytes: Uint8Array; inputs: Network['inputs'] } {
  const to = new Translation(network.weights);
  const edges = new Map<string, Edge>();
  const inputs = Object.entries(network.inputs).map(([name, values]) => {
    edges.set(name, { name, shape: values.shape });
    return [name, transpose(values, channelsFirst(values.shape.length))] as const;
  });
  for (const layer of network.layers) {
    const rule = rules[layer.kind];
    if (rule === undefined) throw new Error(`${layer.name}: kind '${layer.kind}' is not translated to ONNX`);
    edges.set(layer.name, rule(to, layer, edges.get(layer.from[0]!)!));
  }
  const { name, shape } = edges.get(network.output)!;
  const bytes = writeModel({
    inputs: Object.fromEntries(inputs.map(([input, values]) => [input, values.shape])),
    outputs: { [name]: channelsFirst(shape.length).map((axis) => shape[axis]!) },
    initializers: to.initializers,
    nodes: to.nodes,
  });
  return { bytes, inputs: Object.fromEntries(inputs) };
}
