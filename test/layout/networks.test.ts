import test from 'ava';
import { product, valueOf } from '../../compiler/dim.js';
import { evaluate } from '../../compiler/evaluate.js';
import { compile } from '../../compiler/index.js';
import type { TensorGraph } from '../../compiler/ir.js';
import { Pipeline } from '../../compiler/pipeline.js';
import { instantiateSync } from '../../runtime/index.js';
import { callsOf } from '../graphs/compiled.js';
import { inputsFor } from '../graphs/calls.js';
import { Draw } from '../graphs/draw.js';
import { referenceOf } from '../layers/evaluation.js';
import { difference } from '../layers/values.js';
import { graphOf, networks } from './networks.js';

const transposesOf = ({ forward }: TensorGraph) => forward.filter(({ op }) => op.kind === 'transpose');

const typical = new Map([
  ['batch', 2],
  ['length', 3],
]);

for (const source of networks) {
  test(`${source.name}: transposes`, (t) => {
    const pipeline = new Pipeline(graphOf(source));
    const left = transposesOf(pipeline.optimize());
    const before = transposesOf(pipeline.lower());
    const text = left.map(({ inputs, origin }) => `${inputs[0]!.name} → ${origin}`).join(', ');
    t.is(left.length, source.transposes, `${text} of ${before.length}`);
    const bytes = (nodes: typeof left) =>
      nodes.reduce((sum, { outputs }) => sum + valueOf(product(outputs[0]!.shape), typical)!, 0);
    t.true(bytes(left) <= bytes(before));
  });

  test(`${source.name}: results`, async (t) => {
    const graph = graphOf(source);
    const lowered = new Pipeline(graph).lower();
    const first = inputsFor(lowered, typical, new Draw(1));
    const net = instantiateSync((await compile(graph, { seed: 3 })).binary);
    for (const inputs of callsOf(lowered, first, 1)) {
      const expected = evaluate(lowered, inputs, { seed: 3n }).outputs['y']!;
      const optimized = evaluate(new Pipeline(graph).optimize(), inputs, { seed: 3n }).outputs['y']!;
      t.is(difference(referenceOf(optimized), referenceOf(expected), 1e-5), undefined, 'optimized');
      t.is(difference(referenceOf(net.forward(inputs)['y']!), referenceOf(expected), 1e-4), undefined, 'compiled');
    }
  });
}
