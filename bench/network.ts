import type { Graph } from '../compiler/index.js';

/** Row-major values. */
export interface Values {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** The attributes that translations into other formats read, each where its kind of layer has it. */
export interface LayerAttributes {
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly poolSize: readonly number[];
  readonly padding: string;
  readonly activation: { readonly kind: string };
}

export interface NetworkLayer extends LayerAttributes {
  readonly name: string;
  readonly kind: string;
  readonly from: readonly string[];
}

/** A graph with the values of its variables: the same for every side. Maps and sequences are channels last. */
export interface Network {
  readonly inputs: Readonly<Record<string, Values>>;
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
  const inputs = declaration.inputs.map(({ name, shape, dtype }) => {
    if (dtype !== 'float32' || !shape.every((size): size is number => typeof size === 'number')) {
      throw new Error(`${name}: expects float32 of fixed sizes`);
    }
    return [name, inputValues(shape)] as const;
  });
  const layers = declaration.layers.map((layer): NetworkLayer => {
    if (layer.use !== undefined) throw new Error(`${layer.name}: a layer applied twice is not translated`);
    return layer as unknown as NetworkLayer;
  });
  return { inputs: Object.fromEntries(inputs), layers, weights, output: output.from };
}

/** Values in [−1, 1] without a pattern that repeats. */
function inputValues(shape: readonly number[]): Values {
  const data = new Float32Array(volume(shape));
  for (let i = 0; i < data.length; i++) data[i] = Math.sin(i * i + 1);
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
