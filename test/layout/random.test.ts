import test from 'ava';
import { product, valueOf } from '../../compiler/dim.js';
import { evaluate } from '../../compiler/evaluate.js';
import type { TensorGraph } from '../../compiler/ir.js';
import { hoist } from '../../compiler/optimize/hoist.js';
import { optimize } from '../../compiler/optimize/index.js';
import { instantiateSync } from '../../runtime/index.js';
import { emitUnoptimized } from '../graphs/compiled.js';
import { inputsFor } from '../graphs/calls.js';
import { Draw } from '../graphs/draw.js';
import { referenceOf } from '../layers/evaluation.js';
import { difference } from '../layers/values.js';
import { sizes, textOf } from './ops.js';
import { randomOps } from './random.js';

const GRAPHS = 400;
const COMPILED = 40;

const moved = ({ forward }: TensorGraph): number =>
  forward
    .filter(({ op }) => op.kind === 'transpose')
    .reduce((sum, { outputs }) => sum + valueOf(product(outputs[0]!.shape), sizes)!, 0);

const graphs = Array.from({ length: GRAPHS }, (_, seed) => randomOps(seed, 6 + (seed % 30)));

test('optimizing changes no results and moves no more', (t) => {
  let [before, after] = [0, 0];
  for (const [seed, graph] of graphs.entries()) {
    const message = `${seed}: ${textOf(graph)}`;
    const inputs = inputsFor(graph, sizes, new Draw(seed));
    const optimized = optimize(graph);
    const { outputs } = evaluate(graph, inputs, { seed: 1n });
    const got = evaluate(optimized, inputs, { seed: 1n }).outputs;
    for (const [name, expected] of Object.entries(outputs)) {
      const found = difference(referenceOf(got[name]!), referenceOf(expected), 1e-4);
      if (found) t.fail(`${name} ${found} ${message}`);
    }
    const [had, has] = [moved(hoist.run(graph)), moved(optimized)];
    if (has > had) t.fail(`${has} > ${had} ${message}`);
    before += had;
    after += has;
  }
  t.true(after < 0.7 * before, `${after} of ${before}`);
});

for (let seed = 0; seed < COMPILED; seed++) {
  test(`compiled ${seed}`, async (t) => {
    const graph = graphs[seed * 7]!;
    const inputs = inputsFor(graph, sizes, new Draw(seed));
    const net = instantiateSync(await emitUnoptimized(optimize(graph), 1n));
    const { outputs } = evaluate(graph, inputs, { seed: 1n });
    const got = net.forward(inputs);
    for (const [name, expected] of Object.entries(outputs)) {
      t.is(difference(referenceOf(got[name]!), referenceOf(expected), 1e-4), undefined, `${name} ${textOf(graph)}`);
    }
  });
}
