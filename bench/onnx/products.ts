import { transpose, type Values } from '../network.js';
import type { Edge, Rule, Translation } from './translation.js';

const plain = { isMap: false } as const;

/** Rows of a weight in the order in which a flattened map stands channels first. */
function unflatten({ data, shape }: Values, map: readonly number[]): Values {
  const spatial = map.map((_, axis) => axis);
  const channels = spatial.pop()!;
  const whole = { data, shape: [...map, shape[1]!] };
  return { ...transpose(whole, [channels, ...spatial, channels + 1]), shape };
}

/** Gemm of two axes, MatMul and Add of more, as exporters write them. */
export const dense: Rule = (to, layer, x) => {
  const { name, shape, flattened } = x;
  const weight = to.weight(layer, 'weight', (values) => (flattened ? unflatten(values, flattened) : values));
  const bias = to.weight(layer, 'bias');
  to.activate(layer, (output) => {
    if (shape.length === 2) to.node('Gemm', [name, weight, bias], output);
    else to.node('Add', [to.node('MatMul', [name, weight], `${output}.product`), bias], output);
  });
  return plain;
};

/** A product of matrices of each example. */
export const dot: Rule = (to, { name, axes }, left, right) => {
  const isProduct = left.shape.length === 3 && right.shape.length === 3 && axes[0] === 2 && axes[1] === 1;
  if (!isProduct) throw new Error(`${name}: axes ${axes.join(' and ')} are not translated to ONNX`);
  to.node('MatMul', [left.name, right.name], name);
  return plain;
};

export const layerNormalization: Rule = (to, layer, x) => {
  const operands = [x.name, to.weight(layer, 'gamma'), to.weight(layer, 'beta')];
  to.node('LayerNormalization', operands, layer.name, { axis: -1, epsilon: { float: layer.epsilon } });
  return plain;
};

/** Inputs of one shape. */
export const add: Rule = (to, { name }, left, right) => {
  if (left.isMap !== right.isMap) throw new Error(`${name}: adds a map and another value`);
  to.node('Add', [left.name, right.name], name);
  return { isMap: left.isMap };
};

export const relu: Rule = (to, { name, kind, ...options }, x) => {
  const { alpha, cap, threshold } = options as { alpha?: number; cap?: number; threshold?: number };
  to.applyActivation(name, { kind, alpha, cap, threshold }, x.name, name);
  return { isMap: x.isMap };
};

/** x [batch, steps, in] through a projection to heads: [batch, steps, heads · size] */
function project(to: Translation, x: Edge, output: string, slot: string, width: number): string {
  const [weight, bias] = [`${slot}Weight`, `${slot}Bias`].map((name) => to.valuesOf(`${output}.${name}`));
  const rows = weight!.data.length / width;
  const w = to.initializer(`${output}.${slot}Weight`, { data: weight!.data, shape: [rows, width] });
  const b = to.initializer(`${output}.${slot}Bias`, { data: bias!.data, shape: [width] });
  return to.node('Add', [to.node('MatMul', [x.name, w], `${output}.${slot}.product`), b], `${output}.${slot}`);
}

/** Keys are the values; no mask. */
export const multiHeadAttention: Rule = (to, layer, query, value, ...more) => {
  const { name, heads, keyDim } = layer;
  if (more.length > 0) throw new Error(`${name}: keys and masks are not translated to ONNX`);
  const width = heads * keyDim;
  const split = (x: Edge, slot: string, permutation: readonly number[]): string => {
    const sizes = to.integers(x.shape[0]!, x.shape[1]!, heads, keyDim);
    const parts = to.node('Reshape', [project(to, x, name, slot, width), sizes], `${name}.${slot}.heads`);
    return to.node('Transpose', [parts], `${name}.${slot}.transposed`, { perm: permutation });
  };
  const queries = split(query, 'query', [0, 2, 1, 3]);
  const keys = split(value, 'key', [0, 2, 3, 1]);
  const values = split(value, 'value', [0, 2, 1, 3]);
  const scores = to.node('MatMul', [queries, keys], `${name}.scores`);
  const scaled = to.node('Mul', [scores, to.scalar(1 / Math.sqrt(keyDim))], `${name}.scaled`);
  const shares = to.node('Softmax', [scaled], `${name}.softmax`, { axis: -1 });
  const weighed = to.node('MatMul', [shares, values], `${name}.weighed`);
  const steps = to.node('Transpose', [weighed], `${name}.steps`, { perm: [0, 2, 1, 3] });
  const sizes = to.integers(query.shape[0]!, query.shape[1]!, width);
  const joined = to.node('Reshape', [steps, sizes], `${name}.joined`);
  const weight = to.valuesOf(`${name}.outputWeight`);
  const features = weight.data.length / width;
  const w = to.initializer(`${name}.outputWeight`, { data: weight.data, shape: [width, features] });
  to.node('Add', [to.node('MatMul', [joined, w], `${name}.product`), to.weight(layer, 'outputBias')], name);
  return plain;
};
