import { compile, type CompileOptions } from '../../compiler/index.js';
import type { Tensor } from '../../runtime/index.js';

type Fields = Readonly<Record<string, unknown>>;

interface Source {
  readonly inputs: readonly Fields[];
  readonly layers: readonly Fields[];
  readonly options?: CompileOptions;
  /** Inputs that are right. */
  readonly valid: () => Readonly<Record<string, Tensor>>;
}

const ramp = (...shape: readonly number[]): Tensor<'float32'> => ({
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i + 1)),
  shape,
});

const sources = {
  /** One layer; the batch is bounded. */
  dense: {
    inputs: [{ name: 'x', shape: ['batch', 10] }],
    layers: [{ name: 'hidden', kind: 'dense', units: 3, bias: 'ones' }],
    options: { dims: { batch: { max: 64 } } },
    valid: () => ({ x: ramp(2, 10) }),
  },
  /** The sizes of the first layer's weight wait for the first input. */
  open: {
    inputs: [{ name: 'x', shape: ['batch', null] }],
    layers: [
      { name: 'dense_1', kind: 'dense', units: 256, activation: 'relu' },
      { name: 'dense_2', kind: 'dense', units: 10 },
    ],
    valid: () => ({ x: ramp(2, 20) }),
  },
  /** A sequence of open length and channels that wait. */
  sequence: {
    inputs: [{ name: 'x', shape: ['batch', 'time', null] }],
    layers: [
      { name: 'conv1d_1', kind: 'conv1d', filters: 4, kernelSize: 5 },
      { name: 'conv1d_2', kind: 'conv1d', filters: 4, kernelSize: 5 },
      { name: 'layer_normalization_1', kind: 'layerNormalization' },
    ],
    valid: () => ({ x: ramp(2, 9, 3) }),
  },
  /** Two inputs with a size in common, one of indices. */
  tokens: {
    inputs: [
      { name: 'tokens', shape: ['batch', 'time'], dtype: 'int32' },
      { name: 'mask', shape: ['batch', 4] },
    ],
    layers: [
      { name: 'embed', kind: 'embedding', from: 'tokens', inputDim: 7, outputDim: 4 },
      { name: 'mean', kind: 'globalAveragePooling1d', from: 'embed' },
      { name: 'sum', kind: 'add', from: ['mean', 'mask'] },
    ],
    valid: () => ({ tokens: { data: Int32Array.of(0, 1, 2, 3, 4, 6), shape: [2, 3] }, mask: ramp(2, 4) }),
  },
  /** Categories from 0 to below 4. */
  categories: {
    inputs: [{ name: 'x', shape: ['batch', 3], dtype: 'int32' }],
    layers: [{ name: 'counts', kind: 'categoryEncoding', numTokens: 4, outputMode: 'count' }],
    valid: () => ({ x: { data: Int32Array.of(0, 3, 1, 2, 2, 0), shape: [2, 3] } }),
  },
  /** Nothing is open. */
  fixed: {
    inputs: [{ name: 'x', shape: [2, 3] }],
    layers: [{ name: 'act', kind: 'relu' }],
    valid: () => ({ x: ramp(2, 3) }),
  },
  /** 128 KiB at most. */
  small: {
    inputs: [{ name: 'x', shape: ['batch', 10] }],
    layers: [{ name: 'hidden', kind: 'dense', units: 3 }],
    options: { maxMemory: 131072 },
    valid: () => ({ x: ramp(2, 10) }),
  },
  /** All variables travel as values. */
  embedded: {
    inputs: [{ name: 'x', shape: ['batch', 10] }],
    layers: [{ name: 'hidden', kind: 'dense', units: 3 }],
    options: { weights: 'embed' },
    valid: () => ({ x: ramp(2, 10) }),
  },
} satisfies Record<string, Source>;

export type ModelName = keyof typeof sources;

/** What is fed to a model when nothing is to go wrong. */
export const validInputs = (name: ModelName): Readonly<Record<string, Tensor>> => sources[name].valid();

const compiled = new Map<ModelName, Promise<Uint8Array>>();

/** The bytes of a model, compiled once. */
export function bytesOf(name: ModelName): Promise<Uint8Array> {
  const known = compiled.get(name);
  if (known) return known;
  const { inputs, layers, options = {} }: Source = sources[name];
  const outputs = [{ name: 'y', from: layers.at(-1)!['name'] }];
  const source = JSON.stringify({ nacre: 1, inputs, layers, outputs });
  const bytes = compile(source, options).then(({ binary }) => binary);
  compiled.set(name, bytes);
  return bytes;
}
