import type { InitializerKind } from '../../compiler/initializers/index.js';
import { initializerDefinitions } from '../../compiler/initializers/resolve.js';
import { activations } from '../../compiler/layers/activation-functions.js';

const activationKinds = Object.keys(activations);

/** A declaration's parts that tests write. */
export interface Model {
  readonly nacre: 1;
  readonly inputs: readonly { readonly name: string; readonly shape: readonly unknown[]; readonly dtype?: string }[];
  readonly layers: readonly { readonly name: string; readonly kind: string; readonly [attribute: string]: unknown }[];
  readonly outputs: readonly (string | { readonly name: string; readonly from: string })[];
}

export const mlp: Model = {
  nacre: 1,
  inputs: [{ name: 'x', shape: ['batch', 10] }],
  layers: [
    { name: 'hidden', kind: 'dense', units: 13, activation: 'relu' },
    { name: 'y', kind: 'dense', units: 7, activation: 'softmax' },
  ],
  outputs: ['y'],
};

export const convolutional: Model = {
  nacre: 1,
  inputs: [{ name: 'x', shape: ['batch', 9, 9, 3] }],
  layers: [
    { name: 'full', kind: 'conv2d', filters: 8, kernelSize: 3, padding: 'same', activation: 'relu' },
    { name: 'depth', kind: 'depthwiseConv2d', kernelSize: 3, depthMultiplier: 2, activation: 'swish' },
    { name: 'groups', kind: 'conv2d', filters: 10, kernelSize: 2, strides: 2, groups: 2, activation: 'tanh' },
    { name: 'norm', kind: 'batchNormalization' },
    { name: 'pool', kind: 'maxPooling2d', poolSize: 2, strides: 1 },
    { name: 'flat', kind: 'flatten' },
    { name: 'y', kind: 'dense', units: 5 },
  ],
  outputs: ['y'],
};

export const latched: Model = {
  nacre: 1,
  inputs: [{ name: 'x', shape: ['batch', null] }],
  layers: [{ name: 'y', kind: 'dense', units: 6, activation: 'tanh' }],
  outputs: ['y'],
};

export const joined: Model = {
  nacre: 1,
  inputs: [
    { name: 'a', shape: ['batch', 'width'] },
    { name: 'b', shape: ['batch', 'width'] },
    { name: 'c', shape: ['batch', null] },
  ],
  layers: [
    { name: 'ab', kind: 'concatenate', from: ['a', 'b'] },
    { name: 'y', kind: 'add', from: ['ab', 'c'] },
  ],
  outputs: ['y'],
};

/** The words of a table by their indices. */
export const lookup: Model = {
  nacre: 1,
  inputs: [{ name: 'words', shape: ['batch', 'time'], dtype: 'int32' }],
  layers: [
    { name: 'table', kind: 'embedding', inputDim: 20, outputDim: 6 },
    { name: 'mean', kind: 'globalAveragePooling1d' },
    { name: 'y', kind: 'dense', units: 3 },
  ],
  outputs: ['y'],
};

/** Every activation, each an output. */
export const everyActivation: Model = {
  nacre: 1,
  inputs: [{ name: 'x', shape: ['batch', 33] }],
  layers: activationKinds.map((kind) => ({ name: kind, kind: 'activation', from: 'x', activation: kind })),
  outputs: [...activationKinds],
};

const initializers = [
  'zeros',
  'ones',
  { kind: 'constant', value: -0.3 },
  { kind: 'uniform', low: -2, high: 3 },
  { kind: 'normal', mean: 0.1, std: 1.5 },
  { kind: 'normal', std: 0.02, seed: 7 },
  { kind: 'truncatedNormal', mean: -1, std: 0.5 },
  { kind: 'truncatedNormal', std: 2, low: 0.5, high: 3 },
  ...['fanIn', 'fanOut', 'fanAvg'].flatMap((mode) =>
    ['uniform', 'truncatedNormal', 'untruncatedNormal'].map((distribution) => ({
      ...{ kind: 'varianceScaling', scale: 1.7, mode, distribution },
    })),
  ),
  ...['glorotUniform', 'glorotNormal', 'heUniform', 'heNormal', 'lecunUniform', 'lecunNormal'],
  ...['xavier', { kind: 'xavier', rndType: 'gaussian', factorType: 'in', magnitude: 2.24 }],
  ...['msraPrelu', { kind: 'msraPrelu', factorType: 'out', slope: 0.1 }],
];

const fillsVectors = (initializer: string | { readonly kind: string }): boolean => {
  const kind = typeof initializer === 'string' ? initializer : initializer.kind;
  return initializerDefinitions[kind as InitializerKind].ranks[0] <= 1;
};

/**
 * Every initializer over the weights of dense, full, grouped and depthwise layers, and over the dense bias where it fills
 * vectors. New ones come last: the names of the layers, which values depend on, must stay.
 */
export const everyInitializer: Model = {
  nacre: 1,
  inputs: [
    { name: 'x', shape: ['batch', 11] },
    { name: 'image', shape: ['batch', 3, 3, 4] },
  ],
  layers: initializers.flatMap((weight, i) => [
    { name: `dense_${i}`, kind: 'dense', from: 'x', units: 19, weight, bias: fillsVectors(weight) && weight },
    { name: `conv_${i}`, kind: 'conv2d', from: 'image', filters: 10, kernelSize: 3, weight, bias: false },
    { name: `groups_${i}`, kind: 'conv2d', from: 'image', filters: 6, kernelSize: 2, groups: 2, weight, bias: false },
    {
      name: `depth_${i}`,
      kind: 'depthwiseConv2d',
      from: 'image',
      kernelSize: 2,
      depthMultiplier: 3,
      weight,
      bias: false,
    },
  ]),
  outputs: initializers.flatMap((_, i) => [`dense_${i}`, `conv_${i}`, `groups_${i}`, `depth_${i}`]),
};
