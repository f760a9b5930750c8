import type { GraphSource } from '../compiler/declaration.js';
import { graph, input, sequential, variable, type Graph } from '../compiler/graph.js';
import { heUniform, normal, ones } from '../compiler/initializers/index.js';
import {
  add,
  conv1d,
  dense,
  embedding,
  flatten,
  globalAveragePooling1d,
  layerNormalization,
  maxPooling1d,
} from '../compiler/layers/table.js';

/** A declaration as a person writes it, and the builder that means the same. */
export interface SeedGraph {
  readonly name: string;
  readonly source: GraphSource;
  readonly build: () => Graph;
}

const plain: SeedGraph = {
  name: 'two dense layers',
  source: {
    nacre: 1,
    inputs: [{ name: 'x', shape: ['batch', 10] }],
    outputs: [{ name: 'y', from: 'dense_2' }],
    layers: [
      { name: 'dense_1', kind: 'dense', from: 'x', units: 30, activation: 'sigmoid', weight: { kind: 'normal' } },
      { name: 'dense_2', kind: 'dense', from: 'dense_1', units: 15, activation: 'sigmoid', weight: { kind: 'normal' } },
    ],
  },
  build: () =>
    sequential([
      input(['batch', 10]),
      dense({ units: 30, activation: 'sigmoid', weight: normal() }),
      dense({ units: 15, activation: 'sigmoid', weight: normal() }),
    ]),
};

const sharedWeight: SeedGraph = {
  name: 'one weight, two biases',
  source: {
    nacre: 1,
    inputs: [{ name: 'x', shape: ['batch', 10] }],
    outputs: [{ name: 'y', from: 'relu_2' }],
    variables: [{ name: 'shared-weight', shape: [10, 10], initializer: 'ones' }],
    layers: [
      {
        name: 'relu_1',
        kind: 'dense',
        from: 'x',
        units: 10,
        activation: 'relu',
        weight: { variable: 'shared-weight' },
      },
      {
        name: 'relu_2',
        kind: 'dense',
        from: 'relu_1',
        units: 10,
        activation: 'relu',
        weight: { variable: 'shared-weight' },
      },
    ],
  },
  build: () => {
    const weight = variable({ name: 'shared-weight', shape: [10, 10], initializer: ones() });
    const first = dense({ name: 'relu_1', units: 10, activation: 'relu', weight });
    const second = dense({ name: 'relu_2', units: 10, activation: 'relu', weight });
    const x = input(['batch', 10]);
    return graph({ inputs: { x }, outputs: { y: x.pipe(first, second) } });
  },
};

export const convolution: SeedGraph = {
  name: 'convolution with aliases and no from',
  source: {
    nacre: 1,
    inputs: [{ name: 'x', shape: ['batch', 128, 64] }],
    outputs: [{ name: 'y', from: 'dense_1' }],
    layers: [
      {
        name: 'conv1d_1',
        kind: 'conv1d',
        filters: 16,
        kernelSize: 3,
        weight: 'random_uniform',
        bias: 'zeros',
        activation: 'relu',
      },
      { name: 'max_pooling1d_1', kind: 'maxPooling1d', poolSize: 4 },
      { name: 'flatten_1', kind: 'flatten' },
      { name: 'dense_1', kind: 'dense', units: 64, weight: 'he_uniform', bias: 'ones', activation: 'relu' },
    ],
  },
  build: () =>
    sequential([
      input(['batch', 128, 64]),
      conv1d({ filters: 16, kernelSize: 3, weight: 'random_uniform', bias: 'zeros', activation: 'relu' }),
      maxPooling1d({ poolSize: 4 }),
      flatten(),
      dense({ units: 64, weight: heUniform(), bias: 'ones', activation: 'relu' }),
    ]),
};

const tied: SeedGraph = {
  name: 'unknown input, two layers tied',
  source: {
    nacre: 1,
    inputs: [{ name: 'x', shape: ['batch', null] }],
    outputs: [{ name: 'y', from: 'dense_4' }],
    layers: [
      { name: 'dense_1', kind: 'dense', from: 'x', units: 8, activation: 'relu' },
      { name: 'dense_2', kind: 'dense', from: 'dense_1', units: 8, activation: 'relu' },
      {
        name: 'dense_3',
        kind: 'dense',
        from: 'dense_2',
        units: 8,
        activation: 'relu',
        weight: { variable: 'dense_2.weight' },
        bias: { variable: 'dense_2.bias' },
      },
      { name: 'dense_4', kind: 'dense', from: 'dense_3', units: 10 },
    ],
  },
  build: () => {
    const shared = dense({ units: 8, activation: 'relu' });
    return sequential([
      dense({ units: 8, activation: 'relu' }),
      shared,
      dense({ units: 8, activation: 'relu', ...shared.parameters }),
      dense({ units: 10 }),
    ]);
  },
};

const language: SeedGraph = {
  name: 'two inputs, a residual, a transposed embedding',
  source: {
    nacre: 1,
    name: 'next_token',
    inputs: [
      { name: 'tokens', shape: ['batch', 'time'], dtype: 'int32' },
      { name: 'context', shape: ['batch', 64] },
    ],
    outputs: ['logits'],
    layers: [
      { name: 'embed', kind: 'embedding', from: 'tokens', inputDim: 8000, outputDim: 64 },
      { name: 'mean', kind: 'globalAveragePooling1d', from: 'embed' },
      { name: 'add_1', kind: 'add', from: ['mean', 'context'] },
      { name: 'layer_normalization_1', kind: 'layerNormalization', from: 'add_1' },
      { name: 'dense_1', kind: 'dense', from: 'layer_normalization_1', units: 64, activation: 'gelu' },
      { name: 'add_2', kind: 'add', from: ['add_1', 'dense_1'] },
      {
        name: 'logits',
        kind: 'dense',
        from: 'add_2',
        units: 8000,
        weight: { variable: 'embed.weight', transpose: true },
        bias: false,
      },
    ],
  },
  build: () => {
    const tokens = input(['batch', 'time'], { dtype: 'int32' });
    const context = input(['batch', 64]);
    const embed = embedding({ name: 'embed', inputDim: 8000, outputDim: 64 });
    const h = add()(tokens.pipe(embed, globalAveragePooling1d({ name: 'mean' })), context);
    const g = add()(h, h.pipe(layerNormalization(), dense({ units: 64, activation: 'gelu' })));
    const project = dense({ name: 'logits', units: 8000, weight: embed.parameters.weight.transposed, bias: false });
    return graph({ name: 'next_token', inputs: { tokens, context }, outputs: { logits: project(g) } });
  },
};

/** The graphs of the documentation. */
export const seedGraphs: readonly SeedGraph[] = [plain, sharedWeight, convolution, tied, language];
