import { activations } from '../../compiler/layers/activation-functions.js';

const activationKinds = Object.keys(activations);

/** A declaration's parts that tests write. */
export interface Model {
  readonly nacre: 1;
  readonly rng?: string;
  readonly initializers?: readonly { readonly name: string; readonly [field: string]: unknown }[];
  readonly defaults?: { readonly layout?: string };
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
  inputs: [{ name: 'x', shape: ['batch', 34] }],
  layers: activationKinds.map((kind) => ({ name: kind, kind: 'activation', from: 'x', activation: kind })),
  outputs: [...activationKinds],
};

/** Its state is fixed by the first input. */
export const stateful: Model = {
  nacre: 1,
  inputs: [{ name: 'x', shape: [null, 'time', 4] }],
  layers: [{ name: 'y', kind: 'gru', units: 3, stateful: true }],
  outputs: ['y'],
};
