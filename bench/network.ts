import type { Graph } from '../compiler/index.js';
import { lower } from '../compiler/lower/index.js';

/** Row-major values. */
export interface Values {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** A word for all axes, or sizes before and after each. */
export type Padding = string | readonly (readonly [before: number, after: number])[];

/** Every option is resolved, so a `relu` may have a cap. */
export interface Activation {
  readonly kind: string;
  readonly [option: string]: unknown;
}

/** The attributes that translations into other formats read, each where its kind of layer has it. */
export interface LayerAttributes {
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
  readonly depthMultiplier: number;
  readonly poolSize: readonly number[];
  readonly padding: Padding;
  readonly activation: Activation;
  readonly recurrentActivation: Activation;
  readonly resetAfter: boolean;
  readonly units: number;
  readonly heads: number;
  readonly keyDim: number;
  readonly epsilon: number;
  /** Of each input of `dot`, the axis along which products are summed. */
  readonly axes: readonly [left: number, right: number];
}

/**
 * A layer. Besides those with weights `name.slot` in the documented shapes (`dense`, `conv1d`, `conv2d`, `depthwiseConv2d`,
 * `layerNormalization`, `multiHeadAttention`, `lstm`, `gru`, each with a bias) there are `maxPooling1d`, `maxPooling2d`,
 * `globalAveragePooling2d`, `flatten`, `add` of two inputs, `relu` and `dot`.
 */
export interface NetworkLayer extends LayerAttributes {
  readonly name: string;
  readonly kind: string;
  /** Names of the inputs or layers whose values go in. */
  readonly from: readonly string[];
  /** Of the values that come out. */
  readonly shape: readonly number[];
}

/** A graph with the values of its variables: the same for every side. Maps and sequences are channels last. */
export interface Network {
  /** In the order in which every side takes them. */
  readonly inputs: Readonly<Record<string, Values>>;
  /** Each after those it takes values from. */
  readonly layers: readonly NetworkLayer[];
  readonly weights: Readonly<Record<string, Values>>;
  /** Name of the layer whose values come out. */
  readonly output: string;
}

/**
 * @throws Error for a graph with more than one output, layers that are used twice, or inputs whose sizes are open or
 *   that are not of float32
 */
export function networkOf({ declaration }: Graph, weights: Readonly<Record<string, Values>>): Network {
  const [output, ...more] = declaration.outputs;
  if (output === undefined || more.length > 0) throw new Error('network: expects one output');
  const inputs = declaration.inputs.map(({ name, shape, dtype }, index) => {
    if (dtype !== 'float32' || !isFixed(shape)) throw new Error(`${name}: expects float32 of fixed sizes`);
    return [name, inputValues(shape, index)] as const;
  });
  const shapes = new Map(lower(declaration).layers.map(({ name, outputs }) => [name, outputs[0]!.shape]));
  const layers = declaration.layers.map((layer): NetworkLayer => {
    const shape = shapes.get(layer.name);
    if (layer.use !== undefined) throw new Error(`${layer.name}: a layer applied twice is not translated`);
    if (shape === undefined || !isFixed(shape)) throw new Error(`${layer.name}: expects fixed sizes`);
    return { ...(layer as unknown as NetworkLayer), shape };
  });
  return { inputs: Object.fromEntries(inputs), layers, weights, output: output.from };
}

const isFixed = (shape: readonly unknown[]): shape is readonly number[] =>
  shape.every((size) => typeof size === 'number');

/** Values in [−1, 1] without a pattern that repeats, others for each input. */
function inputValues(shape: readonly number[], index: number): Values {
  const data = new Float32Array(volume(shape));
  for (let i = 0; i < data.length; i++) data[i] = Math.sin(i * i + 1 + index);
  return { data, shape };
}

export const volume = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** `values` with its axes in another order: axis i of the result is axis `order[i]`. */
export function transpose({ data, shape }: Values, order: readonly number[]): Values {
  const strides = shape.map((_, axis) => volume(shape.slice(axis + 1)));
  const sizes = order.map((axis) => shape[axis]!);
  const steps = order.map((axis) => strides[axis]!);
  const result = new Float32Array(data.length);
  const index = sizes.map(() => 0);
  for (let at = 0, from = 0; at < result.length; at++) {
    result[at] = data[from]!;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++index[axis]! < sizes[axis]!) break;
      from -= steps[axis]! * sizes[axis]!;
      index[axis] = 0;
    }
  }
  return { data: result, shape: sizes };
}
