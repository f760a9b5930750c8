import test from 'ava';
import { proposals } from './graphs/proposals.js';
import { otherSizes, sizesOf, type Inputs } from './graphs/calls.js';
import { Draw } from './graphs/draw.js';
import { GRAPHS, randomGraph, type RandomGraph } from './graphs/random.js';
import { parseDeclaration } from '../compiler/declaration.js';
import { evaluate } from '../compiler/evaluate.js';
import { lower } from '../compiler/lower/index.js';
import { optimize } from '../compiler/optimize/index.js';
import { referenceOf, tensorOf, variablesOf } from './layers/evaluation.js';
import { evaluators } from './layers/functions.js';
import { definitions } from './layers/lowering.js';
import { difference } from './layers/values.js';

const graphs = Array.from({ length: GRAPHS }, (_, seed) => randomGraph(seed));
const layers = graphs.flatMap(({ declaration }) => declaration.layers);
const dims = graphs.flatMap(({ declaration }) => declaration.inputs.flatMap(({ shape }) => shape));

test('every kind of layer can be drawn', (t) => {
  t.deepEqual(Object.keys(proposals).sort(), Object.keys(definitions).sort());
});

test('every kind comes up often', (t) => {
  const counts = Object.fromEntries(Object.keys(proposals).map((kind) => [kind, 0]));
  for (const { kind } of layers) if (kind !== undefined) counts[kind as string]! += 1;
  t.deepEqual(
    Object.entries(counts).filter(([, count]) => count < 20),
    [],
  );
});

test('graphs have 3 to 20 layers', (t) => {
  t.deepEqual(
    graphs.filter(({ declaration }) => declaration.layers.length < 3 || declaration.layers.length > 20),
    [],
  );
});

const features: Readonly<Record<string, number>> = {
  'free sizes': dims.filter((dim) => typeof dim === 'string').length,
  'unknown sizes': dims.filter((dim) => dim === null).length,
  'several inputs': graphs.filter(({ inputs }) => Object.keys(inputs).length > 1).length,
  'several outputs': graphs.filter(({ declaration }) => declaration.outputs.length > 1).length,
  'layers applied again': layers.filter((layer) => 'use' in layer).length,
  'variables shared': layers.filter((layer) => JSON.stringify(layer).includes('"variable"')).length,
  'variables transposed': layers.filter((layer) => JSON.stringify(layer).includes('"transpose":true')).length,
  'variables declared': graphs.filter(({ declaration }) => declaration.variables.length > 0).length,
};

for (const [feature, count] of Object.entries(features)) {
  test(`${feature} come up often`, (t) => {
    t.true(count >= 20, `${count}`);
  });
}

test('sizes may change between calls, or are fixed by the first', (t) => {
  const lowered = graphs.map(({ declaration, inputs }) => ({ graph: lower(parseDeclaration(declaration)), inputs }));
  const having = (kind: 'free' | 'latched') =>
    lowered.filter(({ graph }) => graph.symbols.some((symbol) => symbol.kind === kind));
  const free = having('free');
  const changed = free.filter(
    ({ graph, inputs }, seed) => otherSizes(graph, sizesOf(graph, inputs as Inputs), new Draw(seed)) !== undefined,
  );
  t.true(free.length >= GRAPHS / 2, `${free.length} with free sizes`);
  t.true(having('latched').length >= GRAPHS / 10, `${having('latched').length} with latched sizes`);
  t.true(changed.length >= 0.9 * free.length, `${changed.length} of ${free.length} change`);
});

test('every graph is a valid declaration', (t) => {
  for (const { declaration } of graphs)
    t.notThrows(() => lower(parseDeclaration(declaration)), JSON.stringify(declaration));
});

test('sizes fit, values stay finite, and optimizing does not change them', (t) => {
  for (const { declaration, inputs } of graphs) {
    const graph = lower(parseDeclaration(declaration));
    const references = Object.entries(inputs).map(([name, input]) => [name, referenceOf(input)] as const);
    const drawn = Object.entries(variablesOf(graph, Object.fromEntries(references)));
    const variables = Object.fromEntries(drawn.map(([name, variable]) => [name, tensorOf(variable)]));
    const { outputs } = evaluate(graph, inputs, { variables, functions: evaluators });
    const optimized = evaluate(optimize(graph), inputs, { variables, functions: evaluators }).outputs;
    for (const [name, output] of Object.entries(outputs)) {
      const expected = referenceOf(output);
      t.true(expected.data.every(Number.isFinite), JSON.stringify(declaration));
      t.is(difference(referenceOf(optimized[name]!), expected, 1e-4), undefined, JSON.stringify(declaration));
    }
  }
});

test('a seed gives the same graph', (t) => {
  const same = (graph: RandomGraph): string => JSON.stringify(graph);
  t.is(same(randomGraph(7)), same(randomGraph(7)));
  t.not(same(randomGraph(7)), same(randomGraph(8)));
});
