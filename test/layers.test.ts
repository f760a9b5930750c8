import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import test from 'ava';
import { parseDeclaration } from '../compiler/declaration.js';
import { compile } from '../compiler/index.js';
import { lower } from '../compiler/lower/index.js';
import { instantiateSync, type Tensor } from '../runtime/index.js';
import type { LayerCase } from './layers/case.js';
import { layerCases } from './layers/cases.js';
import {
  declarationOf,
  evaluateCase,
  expectedOf,
  inputsOf,
  known,
  mergeDeclarations,
  referenceOf,
  tensorOf,
  unknown,
  variablesOf,
  type Declare,
} from './layers/evaluation.js';
import type { Reference } from './layers/reference.js';
import { difference } from './layers/values.js';

test.before(() => tf.setBackend('cpu'));

/** Cases that one module holds, as compiling each alone would take longer than running it. */
const GROUP = 24;

interface Prepared {
  readonly layerCase: LayerCase;
  readonly inputs: Readonly<Record<string, Reference>>;
  readonly variables: Readonly<Record<string, Reference>>;
  readonly naive: Reference;
}

function prepare(layerCase: LayerCase, declare: Declare): Prepared {
  const graph = lower(parseDeclaration(declarationOf(layerCase, declare)));
  const inputs = inputsOf(layerCase);
  const variables = variablesOf(graph, inputs);
  return { layerCase, inputs, variables, naive: evaluateCase(graph, inputs, variables) };
}

/** What the module of a group computes for each of its cases. */
async function runGroup(prepared: readonly Prepared[], declare: Declare): Promise<Reference[]> {
  const declaration = mergeDeclarations(prepared.map(({ layerCase }) => declarationOf(layerCase, declare)));
  const net = instantiateSync(await compile(JSON.stringify(declaration)));
  const feeds = prepared.flatMap(({ layerCase, inputs }, i) =>
    Object.entries(inputs).map(
      ([name, value]) =>
        [`case${i}/${name}`, tensorOf(value, layerCase.inputs[name]!.indices ? 'int32' : 'float32')] as const,
    ),
  );
  net.resize(Object.fromEntries(feeds.map(([name, { shape }]) => [name, shape])));
  prepared.forEach(({ variables }, i) => {
    for (const [name, value] of Object.entries(variables))
      net.variables.set(`case${i}/${name}`, tensorOf(value) as Tensor<'float32'>);
  });
  const outputs = net.forward(Object.fromEntries(feeds));
  return prepared.map((_, i) => referenceOf(outputs[`case${i}/y`]!));
}

function testGroup(cases: readonly LayerCase[], sizes: string, declare: Declare): void {
  let group: { readonly prepared: readonly Prepared[]; readonly results: Promise<Reference[]> } | undefined;
  const run = (): NonNullable<typeof group> => {
    if (group) return group;
    const prepared = cases.map((layerCase) => prepare(layerCase, declare));
    return (group = { prepared, results: runGroup(prepared, declare) });
  };
  cases.forEach(({ name, tolerance }, i) => {
    test(`${name}, ${sizes}`, async (t) => {
      const { prepared, results } = run();
      const { layerCase, inputs, variables, naive } = prepared[i]!;
      const got = (await results)[i]!;
      t.is(difference(got, expectedOf(layerCase, inputs, variables), tolerance), undefined);
      t.is(difference(got, naive, tolerance), undefined, 'the naive evaluator');
    });
  });
}

for (let first = 0; first < layerCases.length; first += GROUP) {
  const cases = layerCases.slice(first, first + GROUP);
  testGroup(cases, 'sizes known', known);
  testGroup(cases, 'sizes unknown', unknown);
}
