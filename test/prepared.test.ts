import test from 'ava';
import { parseDeclaration, type GraphSource } from '../compiler/declaration.js';
import { evaluate } from '../compiler/evaluate.js';
import { compile } from '../compiler/index.js';
import { lower } from '../compiler/lower/index.js';
import { Pipeline } from '../compiler/pipeline.js';
import type { Tensor } from '../compiler/tensor.js';
import { instantiateSync } from '../runtime/index.js';
import { referenceOf } from './layers/evaluation.js';
import { difference, randomFrom } from './layers/values.js';

/** Scale and shift of the normalization, and the weight transposed for its second use, are computed by `prepare`. */
const source: GraphSource = {
  nacre: 1,
  inputs: [{ name: 'x', shape: ['batch', 3, 4] }],
  layers: [
    { name: 'normalized', kind: 'batchNormalization', from: 'x', axis: 1 },
    { name: 'inner', kind: 'dense', units: 6 },
    { name: 'y', kind: 'dense', units: 4, weight: { variable: 'inner.weight', transpose: true } },
    { name: 'last', kind: 'permute', dims: [2, 1], from: 'inner' },
  ],
  outputs: ['y', 'last'],
};

const graph = lower(parseDeclaration(source));

const tensor = (shape: readonly number[], seed: number): Tensor<'float32'> => {
  const random = randomFrom(seed);
  const length = shape.reduce((product, size) => product * size, 1);
  return { dtype: 'float32', shape, data: Float32Array.from({ length }, () => 0.1 + random()) };
};

test('the model computes something from its parameters alone', (t) => {
  t.not(new Pipeline(source).plan().prepare.length, 0);
});

test('each parameter takes effect when it is written, and stays in force when sizes change', async (t) => {
  const model = instantiateSync((await compile(source)).binary);
  const variables: Record<string, Tensor> = {};
  const check = (batch: number, what: string): void => {
    const x = tensor([batch, 3, 4], batch);
    const { outputs } = evaluate(graph, { x }, { variables });
    const got = model.forward({ x });
    for (const [name, expected] of Object.entries(outputs)) {
      const found = difference(referenceOf(got[name] as Tensor), referenceOf(expected));
      t.is(found, undefined, `${name} of batch ${batch} ${what}`);
    }
  };
  check(2, 'as initialized');
  graph.variables.forEach(({ name, value }, index) => {
    const written = tensor(value.shape as readonly number[], 100 + index);
    variables[name] = written;
    model.variables.set(name, written);
    check(2, `after ${name}`);
    check(5, `after ${name}`);
    check(2, `after ${name} and another batch`);
  });
});
