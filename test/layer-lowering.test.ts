import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import test from 'ava';
import { parseDeclaration } from '../compiler/declaration.js';
import { lower } from '../compiler/lower/index.js';
import { optimize } from '../compiler/optimize/index.js';
import type { LayerCase } from './layers/case.js';
import { layerCases } from './layers/cases.js';
import {
  declarationOf,
  evaluateCase,
  expectedOf,
  free,
  inputsOf,
  known,
  unknown,
  variablesOf,
  type Declare,
} from './layers/evaluation.js';
import { definitions } from './layers/lowering.js';
import { difference } from './layers/values.js';

test.before(() => tf.setBackend('cpu'));

const computes = test.macro({
  title: (sizes = '', { name }: LayerCase) => `${name}, ${sizes}`,
  exec(t, layerCase: LayerCase, declare: Declare) {
    const graph = lower(parseDeclaration(declarationOf(layerCase, declare)));
    const inputs = inputsOf(layerCase);
    const variables = variablesOf(graph, inputs);
    const expected = expectedOf(layerCase, inputs, variables);
    const { tolerance } = layerCase;
    t.is(difference(evaluateCase(graph, inputs, variables), expected, tolerance), undefined);
    t.is(difference(evaluateCase(optimize(graph), inputs, variables), expected, tolerance), undefined, 'optimized');
  },
});

for (const layerCase of layerCases) {
  test('sizes known', computes, layerCase, known);
  test('batch free', computes, layerCase, free);
  test('sizes unknown', computes, layerCase, unknown);
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
