import test from 'ava';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parseDeclaration } from '../compiler/declaration.js';
import { declarationSchema } from '../compiler/schema.js';
import { seedGraphs } from './seed-graphs.js';

const ajv = new Ajv2020({ allErrors: true, strictTypes: false, formats: { regex: true } });
const validate = ajv.compile(declarationSchema());
const isValid = (source: unknown): boolean => validate(source);

const one = { name: 'one', kind: 'dense', units: 1 };
const graphWith = (fields: object): object => ({
  nacre: 1,
  inputs: [{ name: 'x', shape: ['batch', 10] }],
  layers: [one],
  outputs: ['one'],
  ...fields,
});
const swish = { name: 'swish', options: { beta: 1 }, source: 'export function apply(x: f32, beta: f32): f32 …' };
/** JSON, in which nothing is undefined. */
const withFunction = (call: object, entry: object = {}): object =>
  JSON.parse(
    JSON.stringify(
      graphWith({
        functions: [{ ...swish, ...entry }],
        layers: [{ name: 'one', kind: 'elementwise', function: 'swish', ...call }],
      }),
    ),
  ) as object;
const layer = (fields: object): object => graphWith({ layers: [{ ...one, ...fields }] });

for (const { name, source, build } of seedGraphs) {
  test(`the schema takes ${name}`, (t) => {
    t.true(isValid(source), ajv.errorsText(validate.errors));
    t.true(isValid(build().declaration), ajv.errorsText(validate.errors));
  });
}

const entries = [
  { name: 'gamma', options: { alpha: 0.01 }, source: 'text' },
  { name: 'mine', host: true },
];
const own = (fields: object): object => ({ ...layer(fields), initializers: entries });
const ownEntry = (entry: object): object => graphWith({ initializers: [entry] });

const sound: readonly object[] = [
  layer({ activation: { kind: 'relu', cap: 6 }, weight: { kind: 'he_uniform', seed: 3 }, bias: false }),
  layer({ weight: [[1], [2]], bias: 0.4, from: ['x'] }),
  layer({ weight: { tensor: 'w' }, bias: { variable: 'b' } }),
  layer({ weight: { kind: 'mixed', rules: [['.*', 'zeros']] } }),
  graphWith({ layers: [one, { use: 'one', from: 'one:output' }] }),
  graphWith({ inputs: [{ name: 'x', shape: [1, null, 'n', { latched: 'm' }], dtype: 'int32' }] }),
  graphWith({ name: 'net', rng: 'torch', outputs: [{ name: 'y', from: 'one' }] }),
  graphWith({ variables: [{ name: 'w', shape: [null, 3], initializer: 'ones' }], defaults: { rules: [['a', 1]] } }),
  layer({ weight: { kind: 'load', fallback: 'zeros' }, bias: 'OrthogonalInitializer' }),
  graphWith({
    rng: 'philox',
    defaults: { layout: 'oi', initializer: { kind: 'sparse', sparsity: 0.1 } },
    layers: [{ ...one, bias: false }],
  }),
  own({ weight: 'gamma', bias: { kind: 'mine', seed: 3 } }),
  own({ weight: { kind: 'gamma', alpha: 0.02, seed: '7' }, bias: { kind: 'mixed', rules: [['', 'mine']] } }),
  graphWith({
    initializers: [{ name: 'mine', host: true }],
    defaults: { rules: [['a', 'mine']], initializer: { kind: 'load', fallback: 'mine' } },
    variables: [
      { name: 'w', shape: [1], layout: 'oi', initializer: { kind: 'mine' } },
      { name: 'b', shape: [1], initializer: 0 },
    ],
  }),
  withFunction({ options: { beta: 2 } }),
  withFunction({}, { options: undefined }),
];

const faulty: readonly object[] = [
  withFunction({ options: { beta: '2' } }),
  withFunction({ function: undefined }),
  withFunction({}, { source: undefined }),
  withFunction({}, { options: { '2nd': 1 } }),
  withFunction({}, { options: [1] }),
  withFunction({}, { host: true }),
  [],
  {},
  graphWith({ nacre: 2 }),
  graphWith({ layer: [] }),
  graphWith({ inputs: [] }),
  graphWith({ outputs: [] }),
  graphWith({ inputs: [{ name: 'x', shape: [0] }] }),
  graphWith({ inputs: [{ name: 'x', shape: ['2d'] }] }),
  graphWith({ inputs: [{ name: 'x', shape: [1], dtype: 'float' }] }),
  graphWith({ layers: [{ kind: 'Dense', units: 1 }] }),
  graphWith({ layers: [{ kind: 'dense' }] }),
  graphWith({ layers: [{ use: 'one', units: 3 }] }),
  layer({ units: 0 }),
  layer({ kernelInitializer: 'zeros' }),
  layer({ name: 'a.b' }),
  layer({ weight: false }),
  layer({ weight: 'he_unifrom' }),
  layer({ weight: { kind: 'normal', sigma: 1 } }),
  layer({ activation: { kind: 'relu', max: 1 } }),
  layer({ weight: [] }),
  layer({ weight: 'gamma' }),
  layer({ weight: { kind: 'gamma', alpha: 1 } }),
  layer({ weight: 'sparse' }),
  layer({ weight: { kind: 'sparse', std: 1 } }),
  layer({ weight: { kind: 'load', tensors: {} } }),
  own({ weight: { kind: 'gamma', alpha: '1' } }),
  own({ weight: { kind: 'gamma', seed: -1 } }),
  graphWith({ defaults: { initializer: 'gamma' } }),
  graphWith({ defaults: { rules: [['a', 'gamma']] } }),
  graphWith({ defaults: { layout: 'hwio' } }),
  graphWith({ rng: 'numpy' }),
  graphWith({ variables: [{ name: 'w', shape: [1], initializer: 'gamma' }] }),
  graphWith({ variables: [{ name: 'w', shape: [1], initializer: 1, layout: 'oihw' }] }),
  ownEntry({ name: 'a-b', host: true }),
  ownEntry({ name: 'normal', host: true }),
  ownEntry({ name: 'load', host: true }),
  ownEntry({ name: 'a', host: false }),
  ownEntry({ name: 'a' }),
  ownEntry({ name: 'a', host: true, options: {} }),
  ownEntry({ name: 'a', source: ' ' }),
  ownEntry({ name: 'a', source: 'text', options: { alpha: '1' } }),
  ownEntry({ name: 'a', source: 'text', options: { 'a-b': 1 } }),
  graphWith({ layers: [{ kind: 'maxPooling1d', poolSize: 2, weight: 'zeros' }] }),
  graphWith({ layers: [{ kind: 'conv1d', filters: 1, kernelSize: 3, padding: 'SAME' }] }),
];

test('the schema and the parser agree', (t) => {
  for (const source of sound) {
    t.true(isValid(source), `${JSON.stringify(source)} ${ajv.errorsText(validate.errors)}`);
    t.notThrows(() => parseDeclaration({ variables: [{ name: 'b', initializer: 0, shape: [1] }], ...source }));
  }
  for (const source of faulty) {
    t.false(isValid(source), JSON.stringify(source));
    t.throws(() => parseDeclaration(source));
  }
});
