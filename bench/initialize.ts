import { build, embedding, graph, initializers, input } from '../compiler/index.js';

/**
 * How fast modules initialize: millions of elements a second of a weight of 1,024 × 1,024, `initialize` from the loader to
 * the last element, medians; and what a model costs from its seed to its parameters.
 */

const RUNS = 15;
const SIDE = 1024;

const { glorotUniform, heNormal, identity, normal, orthogonal, sparse, truncatedNormal, uniform } = initializers;

const rows = [
  ['constant', 0.4],
  ['uniform', uniform()],
  ['glorotUniform', glorotUniform()],
  ['normal', normal()],
  ['truncatedNormal', truncatedNormal()],
  ['heNormal', heNormal()],
  ['identity', identity()],
  ['sparse', sparse({ sparsity: 0.9 })],
  ['orthogonal', orthogonal()],
] as const;

const streams = [
  ['jax', 'uniform', uniform({ seed: 42 })],
  ['jax', 'normal', normal({ seed: 42 })],
  ['torch', 'uniform', uniform()],
  ['torch', 'normal', normal()],
] as const;

/** The median time in milliseconds in which a model with one weight initializes. */
async function measure(weight: unknown, rng: 'philox' | 'jax' | 'torch'): Promise<number> {
  const tokens = input(['batch', 'time'], { dtype: 'int32' });
  const y = embedding({ inputDim: SIDE, outputDim: SIDE, weight: weight as 'zeros' })(tokens);
  const net = await build(graph({ inputs: { tokens }, outputs: { y }, rng }), { initializers: 'used' });
  const times = Array.from({ length: RUNS + 3 }, () => {
    const start = performance.now();
    net.initialize({ force: true });
    return performance.now() - start;
  });
  return times.slice(3).sort((a, b) => a - b)[RUNS >> 1]!;
}

console.log(`weight ${SIDE} × ${SIDE}, ${process.version}, baseline`.padEnd(44) + 'M elements/s        ms');
const print = (title: string, time: number): void => {
  const rate = (SIDE * SIDE) / time / 1e3;
  console.log(title.padEnd(44) + rate.toFixed(0).padStart(12) + time.toFixed(2).padStart(10));
};
for (const [title, weight] of rows) print(title, await measure(weight, 'philox'));
for (const [rng, title, weight] of streams) print(`${title}, rng ${rng}`, await measure(weight, rng));
