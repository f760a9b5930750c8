import test from 'ava';
import { proposals } from './graphs/proposals.js';
import { randomGraph, type RandomGraph } from './graphs/random.js';
import { symbol } from '../compiler/dim.js';
import type { LayerSource } from './layers/case.js';
import { definitions, lowerLayers, open, runLowered, type DeclaredInput } from './layers/lowering.js';
import type { Reference } from './layers/reference.js';

const graphs = Array.from({ length: 500 }, (_, seed) => randomGraph(seed));
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

/** The declaration's layers with a layer applied again written out, and no sharing. */
const separate = ({ declaration }: RandomGraph): LayerSource[] => {
  const sources = new Map<string, LayerSource>();
  return declaration.layers.map((entry) => {
    const layer = entry as unknown as LayerSource;
    const used = sources.get(layer['use'] as string);
    const source = used ? { ...used, name: layer.name, from: layer.from! } : layer;
    sources.set(layer.name, source);
    return source;
  });
};

test('values stay finite', (t) => {
  for (const graph of graphs.slice(0, 100)) {
    const declared = graph.declaration.inputs.map(({ name, shape, dtype = 'float32' }): [string, DeclaredInput] => [
      name,
      {
        dtype,
        shape: shape.map((dim, axis) =>
          dim === null ? open(name, axis) : typeof dim === 'string' ? symbol(dim) : dim,
        ),
      },
    ]);
    const values = Object.entries(graph.inputs).map(([name, { shape, data }]): [string, Reference] => [
      name,
      { shape, data: Float64Array.from(data) },
    ]);
    const output = runLowered(lowerLayers(separate(graph), Object.fromEntries(declared)), Object.fromEntries(values));
    t.true(output.data.every(Number.isFinite), JSON.stringify(graph.declaration));
  }
});

test('a seed gives the same graph', (t) => {
  const same = (graph: RandomGraph): string => JSON.stringify(graph);
  t.is(same(randomGraph(7)), same(randomGraph(7)));
  t.not(same(randomGraph(7)), same(randomGraph(8)));
});
