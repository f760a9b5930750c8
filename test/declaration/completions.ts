import { graphWith, layers, one, x, type Fields } from './sources.js';

const complete = (fields: Fields = {}): Fields => ({
  ...{
    nacre: 1,
    rng: 'philox',
    initializers: [],
    inputs: [{ ...x, dtype: 'float32' }],
    variables: [],
    outputs: [{ name: 'x', from: 'x' }],
  },
  ...{ defaults: { dataFormat: 'channelsLast', layout: 'io', rules: [] }, layers: [], ...fields },
});
const glorot = { kind: 'glorotUniform', default: true };
const zeros = { kind: 'zeros', default: true };
const linear = { kind: 'linear' };

/** What is left out, and what it comes to. */
export const completions: readonly (readonly [name: string, source: Fields, result: Fields])[] = [
  ['nothing', graphWith({}), complete()],
  [
    'a layer',
    layers({ kind: 'dense', units: 3 }),
    complete({
      layers: [
        { name: 'dense_1', kind: 'dense', from: ['x'], units: 3, activation: linear, weight: glorot, bias: zeros },
      ],
    }),
  ],
  [
    'own values, over rules, over the initializer for weights, over the layer’s',
    graphWith({
      defaults: {
        rules: [
          ['^b\\.', 2],
          ['a.bias', 'ones'],
        ],
        initializer: { kind: 'uniform', low: -0.07, high: 0.07 },
      },
      layers: ['a', 'b', 'c'].map((name) => ({ ...one, name, ...(name === 'b' && { bias: 0.5 }) })),
    }),
    complete({
      defaults: {
        dataFormat: 'channelsLast',
        layout: 'io',
        rules: [
          ['^b\\.', { kind: 'constant', value: 2 }],
          ['a.bias', { kind: 'ones' }],
        ],
        initializer: { kind: 'uniform', low: -0.07, high: 0.07 },
      },
      layers: [
        ['a', 'x', { kind: 'uniform', low: -0.07, high: 0.07, default: true }, { kind: 'ones' }],
        ['b', 'a', { kind: 'constant', value: 2 }, { kind: 'constant', value: 0.5 }],
        ['c', 'b', { kind: 'uniform', low: -0.07, high: 0.07, default: true }, zeros],
      ].map(([name, from, weight, bias]) => ({
        name,
        kind: 'dense',
        from: [from],
        units: 1,
        activation: linear,
        weight,
        bias,
      })),
    }),
  ],
  [
    'mixed, by name',
    graphWith({
      defaults: {
        initializer: {
          kind: 'mixed',
          rules: [
            ['b', 'ones'],
            ['', 'he_normal'],
          ],
        },
      },
      layers: [
        {
          ...one,
          name: 'a',
          bias: {
            kind: 'mixed',
            rules: [
              ['x', 1],
              ['bias', { kind: 'mixed', rules: [['a', 7]] }],
            ],
          },
        },
        { ...one, name: 'b' },
      ],
    }),
    complete({
      defaults: {
        dataFormat: 'channelsLast',
        layout: 'io',
        rules: [],
        initializer: {
          kind: 'mixed',
          rules: [
            ['b', { kind: 'ones' }],
            ['', { kind: 'heNormal' }],
          ],
        },
      },
      layers: [
        ['a', 'x', { kind: 'heNormal', default: true }, { kind: 'constant', value: 7 }],
        ['b', 'a', { kind: 'ones', default: true }, zeros],
      ].map(([name, from, weight, bias]) => ({
        name,
        kind: 'dense',
        from: [from],
        units: 1,
        activation: linear,
        weight,
        bias,
      })),
    }),
  ],
  [
    'variables take what their first user in the straight has',
    graphWith({
      variables: [{ name: 'w' }, { name: 'v', shape: [null, 3], initializer: { tensor: 'v' } }],
      layers: [
        { ...one, name: 'a', weight: { variable: 'w', transpose: true }, bias: { variable: 'v' } },
        { kind: 'layerNormalization', gamma: { variable: 'w' }, beta: false },
      ],
    }),
    complete({
      variables: [
        { name: 'w', dtype: 'float32', layout: 'io', initializer: { kind: 'ones', default: true } },
        { name: 'v', shape: [null, 3], dtype: 'float32', layout: 'io', initializer: { tensor: 'v' } },
      ],
      layers: [
        {
          ...{ name: 'a', kind: 'dense', from: ['x'], units: 1, activation: linear },
          weight: { variable: 'w', transpose: true },
          bias: { variable: 'v', transpose: false },
        },
        {
          ...{ name: 'layer_normalization_1', kind: 'layerNormalization', from: ['a'], epsilon: 0.001, axis: [-1] },
          gamma: { variable: 'w', transpose: false },
          beta: false,
        },
      ],
    }),
  ],
  [
    'generators, layouts and initializers of its own',
    {
      ...layers(
        { ...one, name: 'a', weight: 'gamma', bias: 'mine' },
        { ...one, name: 'b', weight: { kind: 'gamma', seed: 7, beta: 3 }, bias: { variable: 'v' } },
      ),
      rng: 'torch',
      initializers: [
        { name: 'gamma', options: { alpha: 0.01, beta: 2 }, source: 'text' },
        { name: 'mine', host: true },
        { name: 'bare', source: 'text' },
      ],
      defaults: { layout: 'oi' },
      variables: [{ name: 'v' }, { name: 'w', layout: 'io', shape: [1], initializer: { kind: 'mine', seed: 2 } }],
    },
    complete({
      rng: 'torch',
      initializers: [
        { name: 'gamma', options: { alpha: 0.01, beta: 2 }, source: 'text' },
        { name: 'mine', host: true },
        { name: 'bare', options: {}, source: 'text' },
      ],
      defaults: { dataFormat: 'channelsLast', layout: 'oi', rules: [] },
      variables: [
        { name: 'v', dtype: 'float32', layout: 'oi', initializer: zeros },
        { name: 'w', shape: [1], dtype: 'float32', layout: 'io', initializer: { kind: 'mine', seed: 2 } },
      ],
      layers: [
        {
          ...{ ...one, name: 'a', from: ['x'], activation: linear },
          weight: { kind: 'gamma', alpha: 0.01, beta: 2 },
          bias: { kind: 'mine' },
        },
        {
          ...{ ...one, name: 'b', from: ['a'], activation: linear },
          weight: { kind: 'gamma', alpha: 0.01, beta: 3, seed: 7 },
          bias: { variable: 'v', transpose: false },
        },
      ],
    }),
  ],
  [
    'sharing comes down to the owner, also through layers applied again',
    layers(
      one,
      { name: 'again', use: 'one' },
      { name: 'thrice', use: 'again' },
      { ...one, name: 'b', weight: { variable: 'thrice.weight', transpose: true }, bias: false },
      { ...one, name: 'c', weight: { variable: 'b.weight' }, bias: { variable: 'one.bias' } },
    ),
    complete({
      layers: [
        { ...one, from: ['x'], activation: linear, weight: glorot, bias: zeros },
        { name: 'again', use: 'one', from: ['one'] },
        { name: 'thrice', use: 'one', from: ['again'] },
        {
          ...one,
          name: 'b',
          from: ['thrice'],
          activation: linear,
          weight: { variable: 'one.weight', transpose: true },
          bias: false,
        },
        {
          ...{ ...one, name: 'c', from: ['b'], activation: linear },
          weight: { variable: 'one.weight', transpose: true },
          bias: { variable: 'one.bias', transpose: false },
        },
      ],
    }),
  ],
];
