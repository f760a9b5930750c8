import test from 'ava';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { layerCases } from './layers/cases.js';
import type { InputSource, LayerCase } from './layers/case.js';
import { definitions, lowerLayers, open, runLowered, type DeclaredInput } from './layers/lowering.js';
import { difference, inputValues, variableValues } from './layers/values.js';
import type { Dim } from '../compiler/dim.js';

test.before(() => tf.setBackend('cpu'));

type Declare = (name: string, source: InputSource) => Dim[];

const fixed: Declare = (_name, { shape }) => [...shape];
const unknown: Declare = (name, { shape, open: axes = [...shape.keys()] }) =>
  shape.map((size, axis) => (axes.includes(axis) ? open(name, axis) : size));

/** The lowered layer, run naively, gives what the layer is defined to give. */
const computes = test.macro({
  title: (name = '', { name: title }: LayerCase) => `${title}, ${name}`,
  exec(t, { layers, inputs, expected, tolerance }: LayerCase, declare: Declare) {
    const values = Object.entries(inputs).map(([name, source]) => [name, inputValues(name, source)] as const);
    const declared = Object.entries(inputs).map(([name, source]): [string, DeclaredInput] => [
      name,
      { shape: declare(name, source), dtype: source.indices ? 'int32' : 'float32' },
    ]);
    const lowered = lowerLayers(layers, Object.fromEntries(declared));
    const got = runLowered(lowered, Object.fromEntries(values));
    const variable = (name: string) => variableValues(name, variableShape(name));
    const shapes = new Map([...lowered.variables].map(([name, { shape }]) => [name, shape]));
    const fixedShapes = lowerLayers(
      layers,
      Object.fromEntries(declared.map(([name, { dtype }]) => [name, { shape: inputs[name]!.shape, dtype: dtype! }])),
    ).variables;
    const variableShape = (name: string): number[] => {
      if (!shapes.has(name)) throw new TypeError(`${name} is not a variable`);
      return fixedShapes.get(name)!.shape as number[];
    };
    const wanted = expected(
      values.map(([, value]) => value),
      variable,
    );
    t.is(difference(got, wanted, tolerance), undefined);
  },
});

for (const layerCase of layerCases) {
  test('sizes known', computes, layerCase, fixed);
  test('sizes open', computes, layerCase, unknown);
}

test('every kind of layer and every attribute has a case', (t) => {
  const used = new Map<string, Set<string>>();
  for (const layer of layerCases.flatMap(({ layers }) => layers)) {
    const attributes = used.get(layer.kind) ?? new Set();
    Object.keys(layer).forEach((attribute) => attributes.add(attribute));
    used.set(layer.kind, attributes);
  }
  const missing = Object.values(definitions).flatMap(({ kind, attributes }) =>
    used.has(kind)
      ? Object.keys(attributes)
          .filter((name) => !used.get(kind)!.has(name))
          .map((name) => `${kind}.${name}`)
      : [kind],
  );
  t.deepEqual(missing, []);
});
