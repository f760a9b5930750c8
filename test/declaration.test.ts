import test from 'ava';
import {
  isReused,
  outputIndex,
  parseDeclaration,
  resolveLayer,
  splitReference,
  type DefinedLayer,
} from '../compiler/declaration.js';
import { checkInputs, parseReference, type Source } from '../compiler/declaration/edges.js';
import { Place } from '../compiler/declaration/issues.js';
import { DeclarationError } from '../compiler/errors.js';
import { integer } from '../compiler/attributes.js';
import { defineLayer, type LayerDefinition } from '../compiler/layers/define.js';
import { seedGraphs } from './seed-graphs.js';

type Fields = Readonly<Record<string, unknown>>;

/** A sound graph with input x (batch, 10) and output x, some fields of it replaced. */
const graphWith = (fields: Fields): Fields => ({
  nacre: 1,
  inputs: [{ name: 'x', shape: ['batch', 10] }],
  layers: [],
  outputs: ['x'],
  ...fields,
});
const layers = (...list: readonly unknown[]): Fields => graphWith({ layers: list });
const inputs = (...list: readonly unknown[]): Fields => graphWith({ inputs: list });
const variables = (...list: readonly unknown[]): Fields => graphWith({ variables: list });
/** One dense layer called hidden. */
const hidden = (fields: Fields): Fields => layers({ name: 'hidden', kind: 'dense', units: 3, ...fields });
const x = { name: 'x', shape: ['batch', 10] };
const w = { name: 'w', shape: [10, 3], initializer: 'ones' };
const one = { name: 'one', kind: 'dense', units: 1 };

type Row = readonly [source: unknown, ...issues: readonly (readonly [pointer: string, message: string])[]];

/** Every fault with its pointer and its exact text. */
const faults: Readonly<Record<string, readonly Row[]>> = {
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
    [graphWith({ rng: 'Philox' }), ['/rng', `declaration: rng must be 'philox', got 'Philox'; did you mean 'philox'?`]],
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
  parameters: [
    [
      hidden({ weight: 'he_unifrom' }),
      ['/layers/0/weight', `hidden.weight: unknown initializer 'he_unifrom'; did you mean 'he_uniform'?`],
    ],
    [
      hidden({ weight: 'xavier' }),
      ['/layers/0/weight', `hidden.weight: unknown initializer 'xavier'; nacre's word is 'glorotUniform'`],
    ],
    [
      hidden({ weight: { kind: 'Normal' } }),
      ['/layers/0/weight', `hidden.weight: unknown initializer 'Normal'; did you mean 'normal'?`],
    ],
    [
      hidden({ weight: { kind: 'normal', sigma: 1 } }),
      ['/layers/0/weight/sigma', `hidden.weight: normal has no option 'sigma'; nacre's word is 'std'`],
    ],
    [
      hidden({ weight: { kind: 'normal', std: -1 } }),
      ['/layers/0/weight/std', 'hidden.weight: std must be a number of at least 0, got -1'],
    ],
    [
      hidden({ weight: { kind: 'uniform', low: 2, high: 1 } }),
      ['/layers/0/weight', 'hidden.weight: low must not be above high, got 2 and 1'],
    ],
    [
      hidden({ weight: { kind: 'varianceScaling', mode: 'fan_in' } }),
      [
        '/layers/0/weight/mode',
        `hidden.weight: mode must be 'fanIn', 'fanOut' or 'fanAvg', got 'fan_in'; did you mean 'fanIn'?`,
      ],
    ],
    ...[-1, 1.5, 2 ** 53, -1n, 2n ** 64n, '99999999999999999999', 'seven'].map((seed): Row => [
      hidden({ weight: { kind: 'normal', seed } }),
      [
        '/layers/0/weight/seed',
        `hidden.weight: seed must be an integer from 0 to 2^53 - 1, or a bigint below 2^64, got ${typeof seed === 'string' ? `'${seed}'` : seed}`,
      ],
    ]),
    [hidden({ weight: NaN }), ['/layers/0/weight/value', 'hidden.weight: value must be a finite number, got NaN']],
    [hidden({ weight: false }), ['/layers/0/weight', 'hidden.weight: cannot be false; every dense has it']],
    [
      hidden({ bias: true }),
      ['/layers/0/bias', 'hidden.bias: must be an initializer, a number, values or {tensor}, got true'],
    ],
    [
      hidden({ bias: new Float32Array(3) }),
      ['/layers/0/bias', 'hidden.bias: must be an initializer, a number, values or {tensor}, got a Float32Array'],
    ],
    [
      hidden({ weight: { std: 3 } }),
      ['/layers/0/weight', `hidden.weight: must be an initializer, a number, values or {tensor}, got {"std":3}`],
    ],
    [
      hidden({ weight: [[1, 2], [3]] }),
      ['/layers/0/weight', 'hidden.weight: values must have one shape, but [0] has 2 elements and [1] 1'],
    ],
    [
      hidden({ weight: [[1, 2], 3] }),
      ['/layers/0/weight', 'hidden.weight: values must have one shape, but [1] is 3, not a list'],
    ],
    [
      hidden({ weight: [[1], [[3]]] }),
      ['/layers/0/weight', 'hidden.weight: values must have one shape, but [1][0] is a list, not a number'],
    ],
    [
      hidden({ weight: [[1], [NaN]] }),
      ['/layers/0/weight', 'hidden.weight: values must be finite numbers, got NaN at [1][0]'],
    ],
    [hidden({ weight: [] }), ['/layers/0/weight', 'hidden.weight: values must not be empty']],
    [
      hidden({ weight: { tensor: 3 } }),
      ['/layers/0/weight', 'hidden.weight: must be {tensor: name}, got {"tensor":3}'],
    ],
    [
      hidden({ weight: { kind: 'mixed', rules: [['bias$', 'zeros']] } }),
      ['/layers/0/weight', `hidden.weight: no rule of mixed is found in 'hidden.weight'; add ['.*', …] as the last`],
    ],
    [
      hidden({ weight: { kind: 'mixed' } }),
      ['/layers/0/weight/rules', `hidden.weight: needs 'rules', a list of [pattern, initializer]`],
    ],
  ],
  sharing: [
    [
      layers(one, { ...one, name: 'two', weight: { variable: 'oen.weight' } }),
      [
        '/layers/1/weight/variable',
        `two.weight: 'oen.weight' names no variable and no parameter of a layer above it; did you mean 'one.weight'?`,
      ],
    ],
    [
      layers({ ...one, weight: { variable: 'two.weight' } }, { ...one, name: 'two' }),
      ['/layers/0/weight/variable', `one.weight: 'two.weight' names no variable and no parameter of a layer above it`],
    ],
    [
      layers({ ...one, bias: false }, { ...one, name: 'two', bias: { variable: 'one.bias' } }),
      ['/layers/1/bias/variable', `two.bias: 'one.bias' is left out there (false), so it cannot be shared`],
    ],
    [
      hidden({ weight: { variable: 'w', transposed: true } }),
      [
        '/layers/0/weight',
        `hidden.weight: must be {variable: name} with transpose: true or false, got {"variable":"w","transposed":true}`,
      ],
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

const issuesOf = (source: unknown): (readonly [string, string])[] => {
  try {
    parseDeclaration(source);
    return [];
  } catch (error) {
    if (!(error instanceof DeclarationError)) throw error;
    return error.issues.map((issue) => [issue.pointer, issue.message] as const);
  }
};

for (const [group, rows] of Object.entries(faults)) {
  test(`faults of ${group}`, (t) => {
    for (const [source, ...issues] of rows) t.deepEqual(issuesOf(source), issues, JSON.stringify(issues));
  });
}

test('all faults at once, in one error', (t) => {
  const source = {
    nacre: 1,
    inputs: [{ name: 'x', shape: [-2] }],
    layers: [{ kind: 'dense' }, { kind: 'nothing' }, { kind: 'dense', units: 3, weight: 'none' }],
    outputs: [{ name: 'y', from: 'dense_3' }],
  };
  const error = t.throws(() => parseDeclaration(source), { instanceOf: DeclarationError });
  t.is(
    error.message,
    `x: shape[0] must be an integer of at least 1, a name, null or {latched: name}, got -2\n` +
      `dense_1: needs 'units', an integer of at least 1\n` +
      `layers[1]: unknown kind 'nothing'\n` +
      `dense_2.weight: unknown initializer 'none'\n` +
      `y: from 'dense_3' names no input and no layer above it; did you mean 'dense_1'?`,
  );
  t.is(error.code, 'shape');
  t.is(error.subject, 'x');
  t.is(error.issues.length, 5);
});

test('JSON text', (t) => {
  const source = hidden({});
  t.deepEqual(parseDeclaration(JSON.stringify(source)), parseDeclaration(source));
  t.regex(issuesOf('{"nacre": 1')[0]![1], /^declaration: is not valid JSON: /);
});

const complete = (fields: Fields = {}): Fields => ({
  ...{
    nacre: 1,
    rng: 'philox',
    inputs: [{ ...x, dtype: 'float32' }],
    variables: [],
    outputs: [{ name: 'x', from: 'x' }],
  },
  ...{ defaults: { dataFormat: 'channelsLast', rules: [] }, layers: [], ...fields },
});
const glorot = { kind: 'glorotUniform', default: true };
const zeros = { kind: 'zeros', default: true };
const linear = { kind: 'linear' };

/** What is left out, and what it comes to. */
const completions: readonly (readonly [name: string, source: Fields, result: Fields])[] = [
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
        { name: 'w', dtype: 'float32', initializer: { kind: 'ones', default: true } },
        { name: 'v', shape: [null, 3], dtype: 'float32', initializer: { tensor: 'v' } },
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

for (const [name, source, result] of completions) {
  test(`written out: ${name}`, (t) => {
    const parsed = parseDeclaration(source);
    t.deepEqual(parsed as unknown, result);
    t.deepEqual(parseDeclaration(parsed), parsed);
    t.deepEqual(parseDeclaration(JSON.stringify(parsed)), parsed);
  });
}

test('a declaration is frozen, and the source is left alone', (t) => {
  const values = [[1, 2, 3]];
  const source = hidden({ weight: values, activation: 'relu' });
  const [layer] = parseDeclaration(source).layers as [DefinedLayer];
  t.true(
    Object.isFrozen(layer) && Object.isFrozen(layer['weight']) && Object.isFrozen((layer['weight'] as unknown[])[0]),
  );
  t.false(Object.isFrozen(source) || Object.isFrozen(values) || Object.isFrozen(values[0]));
});

test('spatial attributes become lists, defaults.dataFormat reaches the layers', (t) => {
  const source = graphWith({
    defaults: { dataFormat: 'channelsFirst' },
    layers: [
      { kind: 'conv2d', filters: 2, kernelSize: 3, padding: [1, [2, 0]] },
      { kind: 'maxPooling2d', dataFormat: 'channelsLast' },
    ],
  });
  const [conv, pool] = parseDeclaration(source).layers;
  t.like(conv, { kernelSize: [3, 3], strides: [1, 1], dataFormat: 'channelsFirst' });
  t.deepEqual((conv as DefinedLayer)['padding'], [
    [1, 1],
    [2, 0],
  ]);
  t.like(pool, { dataFormat: 'channelsLast' });
});

test('tensors are looked up where they are given', (t) => {
  const source = hidden({ weight: { tensor: 'hidden.wieght' } });
  t.notThrows(() => parseDeclaration(source));
  t.notThrows(() => parseDeclaration(source, { tensors: { 'hidden.wieght': new Float32Array(30) } }));
  const error = t.throws(() => parseDeclaration(source, { tensors: { 'hidden.weight': new Float32Array(30) } }));
  t.is(
    error.message,
    `hidden.weight: tensor 'hidden.wieght' is not among the tensors given; did you mean 'hidden.weight'?`,
  );
});

const state = defineLayer('state', {
  inputs: ['x', 'hidden?', 'cell?'],
  outputs: ['output', 'hidden'],
  attributes: { units: integer() },
  parameters: {},
  lower: (_build, _attributes, _parameters, [input]) => [input, input],
}).definition as unknown as LayerDefinition;

test('references to outputs', (t) => {
  const source: Source = { kind: 'layer', definition: state, outputs: ['output', 'hidden'] };
  const sources = { above: new Map([['s', source]]), layers: new Map() };
  const parse = (reference: string): unknown => parseReference(reference, Place.root('a'), sources);
  t.is(parse('s'), 's');
  t.is(parse('s:output'), 's');
  t.is(parse('s:hidden'), 's:hidden');
  t.is(parse('s:cell'), undefined);
  t.deepEqual([outputIndex(state, undefined), outputIndex(state, 'hidden'), outputIndex(state, 'cell')], [0, 1, -1]);
  t.deepEqual(splitReference('s:hidden'), { name: 's', output: 'hidden' });
});

test('optional inputs', (t) => {
  const rows = [
    [['x'], ['x']],
    [['x', null, null], ['x']],
    [
      ['x', null, 'c'],
      ['x', null, 'c'],
    ],
    [[], 'a: takes 1 to 3 inputs, got 0'],
    [['x', 'h', 'c', 'd'], 'a: takes 1 to 3 inputs, got 4 (x, h, c, d)'],
    [[null, 'h'], `a: input 'x' must not be null`],
  ] as const;
  for (const [from, expected] of rows) {
    const place = Place.root('a');
    const given = checkInputs(state, from, place);
    if (typeof expected === 'string') t.throws(() => place.throwIfAny(), { message: expected });
    else t.deepEqual(given, [...expected]);
  }
});

test('resolveLayer takes a layer apart', (t) => {
  for (const { source } of seedGraphs) {
    for (const layer of parseDeclaration(source).layers) {
      if (isReused(layer)) continue;
      const { definition, attributes, parameters } = resolveLayer(layer);
      t.is(definition.kind, layer.kind);
      const { name, kind, from, ...rest } = layer;
      t.deepEqual({ ...attributes, ...parameters }, rest, `${name} ${kind} ${from.join()}`);
      t.deepEqual(Object.keys(parameters), Object.keys(definition.parameters));
    }
  }
});
