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
import { completions } from './declaration/completions.js';
import { functionFaults } from './declaration/function-faults.js';
import { graphFaults } from './declaration/graph-faults.js';
import { initializerFaults } from './declaration/initializer-faults.js';
import { layerFaults } from './declaration/layer-faults.js';
import { parameterFaults } from './declaration/parameter-faults.js';
import { graphWith, hidden, one } from './declaration/sources.js';
import { seedGraphs } from './seed-graphs.js';

const issuesOf = (source: unknown): (readonly [string, string])[] => {
  try {
    parseDeclaration(source);
    return [];
  } catch (error) {
    if (!(error instanceof DeclarationError)) throw error;
    return error.issues.map((issue) => [issue.pointer, issue.message] as const);
  }
};

for (const [group, rows] of Object.entries({
  ...graphFaults,
  ...functionFaults,
  ...layerFaults,
  ...parameterFaults,
  ...initializerFaults,
})) {
  test(`faults of ${group}`, (t) => {
    for (const [source, ...issues] of rows) t.deepEqual(issuesOf(source), issues, JSON.stringify(issues));
  });
}

test('all faults at once, in one error', (t) => {
  const source = {
    nacre: 1,
    inputs: [{ name: 'x', shape: [-2] }],
    layers: [{ kind: 'dense' }, { kind: 'nothing' }, { kind: 'dense', units: 3, weight: 'what' }],
    outputs: [{ name: 'y', from: 'dense_3' }],
  };
  const error = t.throws(() => parseDeclaration(source), { instanceOf: DeclarationError });
  t.is(
    error.message,
    `x: shape[0] must be an integer of at least 1, a name, null or {latched: name}, got -2\n` +
      `dense_1: needs 'units', an integer of at least 1\n` +
      `layers[1]: unknown kind 'nothing'\n` +
      `dense_2.weight: unknown initializer 'what'\n` +
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

for (const [name, source, result] of completions) {
  test(`written out: ${name}`, (t) => {
    const parsed = parseDeclaration(source);
    t.deepEqual(parsed as unknown, result);
    t.deepEqual(parseDeclaration(parsed), parsed);
    t.deepEqual(parseDeclaration(JSON.stringify(parsed)), parsed);
  });
}

test('load takes the tensor of a variable’s name, else the fallback', (t) => {
  const source = graphWith({
    defaults: { initializer: { kind: 'load', fallback: { kind: 'mixed', rules: [['b', 'ones']] } } },
    variables: [{ name: 'v', shape: [4], initializer: { kind: 'load', fallback: 'zeros' } }],
    layers: [
      { ...one, name: 'a', bias: { kind: 'load' } },
      { ...one, name: 'b' },
    ],
  });
  const tensors = { 'a.weight': new Float32Array(10), 'a.bias': new Float32Array(1), v: new Float32Array(4) };
  const { layers: parsed, variables } = parseDeclaration(source, { tensors });
  t.like(parsed[0], { weight: { tensor: 'a.weight' }, bias: { tensor: 'a.bias' } });
  t.like(parsed[1], { weight: { kind: 'ones', default: true } });
  t.like(variables[0], { initializer: { tensor: 'v' } });
  const { v: _, ...others } = tensors;
  t.like(parseDeclaration(source, { tensors: others }).variables[0], { initializer: { kind: 'zeros' } });
  const error = t.throws(() => parseDeclaration(source, { tensors: { 'a.bais': new Float32Array(1) } }));
  t.is(
    error.message,
    `a.weight: no rule of mixed is found in 'a.weight'; add ['.*', …] as the last\n` +
      `a.bias: load finds no tensor 'a.bias'; did you mean 'a.bais'?`,
  );
  const plain = t.throws(() => parseDeclaration(hidden({ bias: { kind: 'load' } }), { tensors: {} }));
  t.is(plain.message, `hidden.bias: load finds no tensor 'hidden.bias'; give it a fallback`);
  t.like(parseDeclaration(hidden({ bias: { kind: 'load' } })).layers[0], { bias: { tensor: 'hidden.bias' } });
});

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
