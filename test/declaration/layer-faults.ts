import { type Faults, graphWith, layers, inputs, hidden, x, one } from './sources.js';

export const layerFaults: Faults = {
  'kinds and names': [
    [
      layers({ name: 'hidden', kind: 'Dense', units: 3 }),
      ['/layers/0/kind', `hidden: unknown kind 'Dense'; did you mean 'dense'?`],
    ],
    [
      layers({ name: 'hidden', kind: 'Linear' }),
      ['/layers/0/kind', `hidden: unknown kind 'Linear'; nacre's word is 'dense'`],
    ],
    [
      layers({ name: 'hidden', kind: 'dnese' }),
      ['/layers/0/kind', `hidden: unknown kind 'dnese'; did you mean 'dense'?`],
    ],
    [layers({ kind: 'toString' }), ['/layers/0/kind', `layers[0]: unknown kind 'toString'`]],
    [layers({ name: 'hidden', kind: 7 }), ['/layers/0/kind', `hidden: unknown kind 7`]],
    [layers({ name: 'hidden' }), ['/layers/0', `hidden: needs 'kind'`]],
    [layers('dense'), ['/layers/0', `layers[0]: a layer must be an object, got 'dense'`]],
    [
      layers({ kind: 'dense', units: 1, name: 'hidden' }, one, { ...one, name: 'two' }, { ...one, name: 'hidden' }),
      ['/layers/3/name', `layers[3]: the name 'hidden' is taken by layers[0]`],
    ],
    [layers({ ...one, name: 'x' }), ['/layers/0/name', `layers[0]: the name 'x' is taken by inputs[0]`]],
    [
      layers({ ...one, name: 'a.b' }),
      ['/layers/0/name', `layers[0]: name must be of letters, digits, '_' and '-', parts joined by '/', got 'a.b'`],
    ],
  ],
  attributes: [
    [
      hidden({ kernelInitializer: 'zeros' }),
      ['/layers/0/kernelInitializer', `hidden: unknown attribute 'kernelInitializer'; nacre's word is 'weight'`],
    ],
    [
      hidden({ kernel_initializer: 1 }),
      ['/layers/0/kernel_initializer', `hidden: unknown attribute 'kernel_initializer'; nacre's word is 'weight'`],
    ],
    [
      hidden({ use_bias: false }),
      ['/layers/0/use_bias', `hidden: unknown attribute 'use_bias'; nacre's word is 'bias'`],
    ],
    [
      hidden({ in_units: 4 }),
      ['/layers/0/in_units', `hidden: unknown attribute 'in_units'; nacre's word is 'inputUnits'`],
    ],
    [
      hidden({ input_units: 4 }),
      ['/layers/0/input_units', `hidden: unknown attribute 'input_units'; did you mean 'inputUnits'?`],
    ],
    [hidden({ colour: 4 }), ['/layers/0/colour', `hidden: unknown attribute 'colour'`]],
    [
      layers({ kind: 'maxPooling1d', poolSize: 2, weight: 'zeros' }),
      ['/layers/0/weight', `max_pooling1d_1: maxPooling1d has no parameters, so 'weight' cannot be set`],
    ],
    [
      layers({ kind: 'maxPooling1d', poolSize: 2, kernelInitializer: 'zeros' }),
      [
        '/layers/0/kernelInitializer',
        `max_pooling1d_1: maxPooling1d has no parameters, so 'kernelInitializer' cannot be set`,
      ],
    ],
    [
      layers({ kind: 'maxPooling1d', kernel_size: 2 }),
      ['/layers/0/kernel_size', `max_pooling1d_1: unknown attribute 'kernel_size'; nacre's word is 'poolSize'`],
    ],
    [
      layers({ kind: 'conv1d', filters: 2, kernelSize: 3, padding: 'SAME' }),
      [
        '/layers/0/padding',
        `conv1d_1: padding must be 'valid', 'same', 'causal', 'sameLower' or numbers, got 'SAME'; did you mean 'same'?`,
      ],
    ],
    [layers({ name: 'hidden', kind: 'dense' }), ['/layers/0', `hidden: needs 'units', an integer of at least 1`]],
    [hidden({ units: 0 }), ['/layers/0/units', 'hidden: units must be an integer of at least 1, got 0']],
    [hidden({ units: 1.5 }), ['/layers/0/units', 'hidden: units must be an integer of at least 1, got 1.5']],
    [hidden({ units: NaN }), ['/layers/0/units', 'hidden: units must be an integer of at least 1, got NaN']],
    [hidden({ units: '3' }), ['/layers/0/units', `hidden: units must be an integer of at least 1, got '3'`]],
    [
      hidden({ units: 2 ** 53 }),
      ['/layers/0/units', 'hidden: units must be an integer of at least 1, got 9007199254740992'],
    ],
    [hidden({ units: null }), ['/layers/0/units', 'hidden: units must be an integer of at least 1, got null']],
    [
      hidden({ activation: { kind: 'reul' } }),
      ['/layers/0/activation', `hidden: activation has unknown kind 'reul'; did you mean 'relu'?`],
    ],
    [
      hidden({ activation: { kind: 'relu', max: 6 } }),
      ['/layers/0/activation', `hidden: activation relu has no option 'max'`],
    ],
    [
      hidden({ activation: { kind: 'relu', alpha: Infinity } }),
      ['/layers/0/activation', `hidden: activation relu: alpha must be a finite number, got Infinity`],
    ],
    [
      layers({ kind: 'conv2d', filters: 1, kernelSize: [3, 3, 3] }),
      ['/layers/0/kernelSize', 'conv2d_1: kernelSize must be an integer of at least 1, or a list of 2, got [3,3,3]'],
    ],
    [
      layers({ kind: 'layerNormalization', epsilon: -1 }),
      ['/layers/0/epsilon', 'layer_normalization_1: epsilon must be a number of at least 0, got -1'],
    ],
  ],
  edges: [
    [
      graphWith({
        inputs: [{ ...x, name: 'input' }],
        layers: [{ ...one, name: 'hidden', from: 'imput' }],
        outputs: ['input'],
      }),
      ['/layers/0/from', `hidden: from 'imput' names no input and no layer above it; did you mean 'input'?`],
    ],
    [
      layers({ ...one, from: 'two' }, { ...one, name: 'two', from: 'x' }),
      [
        '/layers/0/from',
        `one: from 'two' names no input and no layer above it; layers[1] of that name is not above it`,
      ],
    ],
    [
      layers({ ...one, from: 'one' }),
      [
        '/layers/0/from',
        `one: from 'one' names no input and no layer above it; layers[0] of that name is not above it`,
      ],
    ],
    [
      layers({ ...one, from: 'x:hidden' }),
      ['/layers/0/from', `one: from 'x:hidden' names no output of x; it is an input`],
    ],
    [
      layers(one, { ...one, name: 'two', from: 'one:hidden' }),
      ['/layers/1/from', `two: from 'one:hidden' names no output of one; its outputs are output`],
    ],
    [layers({ ...one, from: 3 }), ['/layers/0/from', 'one: from must be a name, or a list of names and nulls, got 3']],
    [
      layers({ ...one, from: [['x']] }),
      ['/layers/0/from', 'one: from must be a name, or a list of names and nulls, got [["x"]]'],
    ],
    [
      layers(
        { kind: 'dense', units: 1, from: 'x' },
        { kind: 'dense', units: 1, from: 'x' },
        { kind: 'dense', units: 1, from: ['dense_1', 'dense_2'] },
      ),
      ['/layers/2/from', 'dense_3: takes 1 input, got 2 (dense_1, dense_2); join them with concatenate() or add()'],
    ],
    [layers({ kind: 'subtract' }), ['/layers/0/from', 'subtract_1: takes 2 inputs, got 1 (x)']],
    [layers({ kind: 'add', from: [] }), ['/layers/0/from', 'add_1: takes at least 1 input, got 0']],
    [layers({ kind: 'add', from: ['x', null] }), ['/layers/0/from/1', `add_1: input '1' must not be null`]],
    [layers({ ...one, from: [null] }), ['/layers/0/from/0', `one: input 'x' must not be null`]],
    [inputs(x, { ...x, name: 'y' })],
    [
      graphWith({ inputs: [x, { ...x, name: 'y' }], layers: [one] }),
      ['/layers/0', `one: needs 'from', as there are 2 inputs (x, y)`],
    ],
    [
      layers(one, { use: 'oen' }),
      ['/layers/1/use', `layers[1]: use 'oen' names no layer above it; did you mean 'one'?`],
    ],
    [layers({ name: 'two', use: 'x' }), ['/layers/0/use', `two: use 'x' names no layer above it`]],
    [
      layers(one, { name: 'two', use: 'one', units: 3, kind: 'dense' }),
      ['/layers/1/units', `two: 'units' cannot be set beside 'use'`],
      ['/layers/1/kind', `two: 'kind' cannot be set beside 'use'`],
    ],
  ],
};
