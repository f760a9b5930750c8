import { type Faults, graphWith, inputs, variables, x, w } from './sources.js';

export const graphFaults: Faults = {
  declaration: [
    [3, ['', 'declaration: a declaration must be an object, got 3']],
    [[], ['', 'declaration: a declaration must be an object, got []']],
    [
      {},
      ['', `declaration: needs 'nacre', the version of the declaration, which is 1`],
      ['', `declaration: needs 'inputs', a list of at least 1`],
      ['', `declaration: needs 'layers', a list`],
      ['', `declaration: needs 'outputs', a list of at least 1`],
    ],
    [graphWith({ nacre: 2 }), ['/nacre', 'declaration: nacre must be 1, got 2; a later nacre reads it']],
    [graphWith({ nacre: '1' }), ['/nacre', `declaration: nacre must be 1, got '1'`]],
    [graphWith({ layer: [] }), ['/layer', `declaration: unknown field 'layer'; did you mean 'layers'?`]],
    [graphWith({ 'a/b~': 1 }), ['/a~1b~0', `declaration: unknown field 'a/b~'`]],
    [graphWith({ name: '' }), ['/name', `declaration: name must be a text that is not empty, got ''`]],
    [
      graphWith({ rng: 'Philox' }),
      ['/rng', `declaration: rng must be 'philox', 'jax' or 'torch', got 'Philox'; did you mean 'philox'?`],
    ],
    [graphWith({ layers: {} }), ['/layers', 'declaration: layers must be a list, got {}']],
  ],
  inputs: [
    [
      inputs(),
      ['/inputs', 'declaration: inputs must not be empty'],
      ['/outputs/0', `x: from 'x' names no input and no layer above it`],
    ],
    [inputs(x, 'y'), ['/inputs/1', `inputs[1]: an input must be an object, got 'y'`]],
    [inputs(x, { shape: [1] }), ['/inputs/1', `inputs[1]: needs 'name'`]],
    [
      inputs(x, { name: 'a b', shape: [1] }),
      ['/inputs/1/name', `inputs[1]: name must be of letters, digits, '_' and '-', parts joined by '/', got 'a b'`],
    ],
    [inputs(x, x), ['/inputs/1/name', `inputs[1]: the name 'x' is taken by inputs[0]`]],
    [inputs({ name: 'x' }), ['/inputs/0', `x: needs 'shape', the whole shape with the batch, such as ['batch', 10]`]],
    [inputs({ ...x, shape: 10 }), ['/inputs/0/shape', 'x: shape must be a list, got 10']],
    [inputs({ ...x, size: 10 }), ['/inputs/0/size', `x: unknown field 'size'`]],
    [inputs({ ...x, Shape: 10 }), ['/inputs/0/Shape', `x: unknown field 'Shape'; did you mean 'shape'?`]],
    [
      inputs({ ...x, shape: ['batch', 0, 2.5, '2d', -1, Infinity, { latched: 3 }] }),
      ...[`0`, '2.5', `'2d'`, '-1; null is a size not known yet', 'Infinity', '{"latched":3}'].map(
        (got, index) =>
          [
            `/inputs/0/shape/${index + 1}`,
            `x: shape[${index + 1}] must be an integer of at least 1, a name, null or {latched: name}, got ${got}`,
          ] as const,
      ),
    ],
    [
      inputs({ ...x, dtype: 'float' }),
      [
        '/inputs/0/dtype',
        `x: dtype must be 'float32', 'int32', 'int64', 'uint8' or 'bool', got 'float'; did you mean 'float32'?`,
      ],
    ],
    [
      inputs(x, { name: 'y', shape: [{ latched: 'batch' }] }),
      ['/inputs/1/shape/0', `y: 'batch' is latched here and free in x`],
    ],
  ],
  variables: [
    [variables(3), ['/variables/0', 'variables[0]: a variable must be an object, got 3']],
    [variables(w, w), ['/variables/1/name', `variables[1]: the name 'w' is taken by variables[0]`]],
    [variables({ ...w, dtype: 'int32' }), ['/variables/0/dtype', `w: dtype must be 'float32', got 'int32'`]],
    [
      variables({ ...w, shape: [0, 'n', null] }),
      ['/variables/0/shape/0', 'w: shape[0] must be an integer of at least 1 or null, got 0'],
      ['/variables/0/shape/1', `w: shape[1] must be an integer of at least 1 or null, got 'n'`],
    ],
    [
      variables({ ...w, initialiser: 1 }),
      ['/variables/0/initialiser', `w: unknown field 'initialiser'; did you mean 'initializer'?`],
    ],
    [
      variables({ ...w, initializer: { variable: 'v' } }),
      ['/variables/0/initializer', 'w: must be an initializer, a number, values or {tensor}, got {"variable":"v"}'],
    ],
    [
      variables({ name: 'w' }),
      ['/variables/0', `w: needs 'shape', as no layer uses it`],
      ['/variables/0', `w: needs 'initializer', as no layer uses it`],
    ],
  ],
  defaults: [
    [graphWith({ defaults: [] }), ['/defaults', 'defaults: defaults must be an object, got []']],
    [graphWith({ defaults: { weight: 'ones' } }), ['/defaults/weight', `defaults: unknown field 'weight'`]],
    [
      graphWith({ defaults: { dataFormat: 'NCHW' } }),
      ['/defaults/dataFormat', `defaults: dataFormat must be 'channelsLast' or 'channelsFirst', got 'NCHW'`],
    ],
    [
      graphWith({ defaults: { rules: [['(', 'zeros'], ['a', 'zeroes'], ['b']] } }),
      ['/defaults/rules/0/0', `defaults: rules[0] '(' is not a regular expression`],
      ['/defaults/rules/1/1', `defaults: unknown initializer 'zeroes'; did you mean 'zeros'?`],
      ['/defaults/rules/2', `defaults: rules[2] must be [pattern, initializer], got ["b"]`],
    ],
    [graphWith({ defaults: { rules: 'zeros' } }), ['/defaults/rules', `defaults: rules must be a list, got 'zeros'`]],
    [
      graphWith({ defaults: { initializer: [1] } }),
      ['/defaults/initializer', 'defaults: must be an initializer or a number, got [1]'],
    ],
  ],
  outputs: [
    [graphWith({ outputs: [] }), ['/outputs', 'declaration: outputs must not be empty']],
    [graphWith({ outputs: [4] }), ['/outputs/0', 'outputs[0]: an output must be a name or {name, from}, got 4']],
    [graphWith({ outputs: ['y'] }), ['/outputs/0', `y: from 'y' names no input and no layer above it`]],
    [graphWith({ outputs: [{ name: 'y' }] }), ['/outputs/0', `outputs[0]: needs 'from'`]],
    [
      graphWith({ outputs: [{ name: 'y', from: 'z', to: 1 }] }),
      ['/outputs/0/to', `outputs[0]: unknown field 'to'`],
      ['/outputs/0/from', `y: from 'z' names no input and no layer above it`],
    ],
    [graphWith({ outputs: ['x', 'x'] }), ['/outputs/1/name', `outputs[1]: the name 'x' is taken by outputs[0]`]],
  ],
};
