import test from 'ava';
import type { LinearAttentionInput } from '../../compiler/ir.js';
import type { Tensor } from '../../compiler/tensor.js';
import { graphOf, runCompiled, runNaive, tensorOf } from './run.js';

/** Small enough that states do not grow. */
const small = (shape: readonly number[], seed: number): Tensor => {
  const { data } = tensorOf('float32', shape, seed);
  return { dtype: 'float32', shape, data: Float32Array.from(data as Float32Array, (value) => value / 30) };
};

interface Case {
  readonly heads: number;
  readonly groups: number;
  readonly k: number;
  readonly v: number;
  readonly optional: readonly LinearAttentionInput[];
  readonly decay?: number;
  readonly beta?: number;
}

const cases: Readonly<Record<string, Case>> = {
  'with no gate': { heads: 2, groups: 2, k: 4, v: 4, optional: [] },
  'from a state, of sizes that are no multiples of four': { heads: 4, groups: 2, k: 3, v: 7, optional: ['state'] },
  'with a decay for each head': { heads: 3, groups: 3, k: 5, v: 6, optional: ['decay'], decay: 3 },
  'with a decay for each row': { heads: 2, groups: 1, k: 5, v: 9, optional: ['state', 'decay'], decay: 5 },
  'with differences': { heads: 2, groups: 2, k: 4, v: 5, optional: ['beta'], beta: 2 },
  'with differences of one strength': { heads: 6, groups: 2, k: 4, v: 8, optional: ['state', 'beta'], beta: 1 },
  'with decay and differences': { heads: 4, groups: 2, k: 4, v: 2, optional: ['state', 'decay', 'beta'], decay: 8, beta: 2 },
  'with a decay for each head and differences': { heads: 2, groups: 2, k: 3, v: 3, optional: ['decay', 'beta'], decay: 2, beta: 1 },
}; // prettier-ignore

for (const [name, { heads, groups, k, v, optional, decay = 0, beta = 0 }] of Object.entries(cases)) {
  test(`linear attention ${name} agrees with its definition`, async (t) => {
    const shapes = { state: [2, groups, k, v], decay: [2, 'time', decay], beta: [2, 'time', beta] };
    const declared = [[2, 'time', heads * k], [2, 'time', groups * k], [2, 'time', groups * v]]; // prettier-ignore
    const inputs = [...declared, ...optional.map((input) => shapes[input])].map((shape) => ({ shape }));
    const op = { kind: 'linearAttention', heads, groups, scale: 0.5, optional } as const;
    const graph = graphOf(inputs, (build, values) => build.outputsOf(op, values));
    for (const time of [1, 5]) {
      const feeds = inputs.map(({ shape }, at) =>
        small(
          shape.map((size) => (size === 'time' ? time : Number(size))),
          at + 1,
        ),
      );
      const [got, expected] = [await runCompiled(graph, feeds), runNaive(graph, feeds)];
      for (const output of ['y0', 'y1']) {
        const [actual, wanted] = [got, expected].map((outputs) =>
          Array.from(outputs[output]!.data as ArrayLike<number>),
        );
        const most = Math.max(...wanted!.map(Math.abs));
        t.true(
          actual!.every((value, at) => Math.abs(value - wanted![at]!) <= 1e-6 * most),
          `${output} of ${time}`,
        );
      }
    }
  });
}
