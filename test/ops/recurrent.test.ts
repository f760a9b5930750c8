import { readFileSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { binary, element, scalar, unary } from '../../compiler/build.js';
import type { Target } from '../../compiler/emit/library.js';
import { evaluate } from '../../compiler/evaluate.js';
import type { Expression, TensorGraph } from '../../compiler/ir.js';
import type { Tensor } from '../../compiler/tensor.js';
import { difference } from '../layers/values.js';
import { referenceOf } from '../layers/evaluation.js';
import { compiledFunctions, evaluators } from '../layers/functions.js';
import { cellGates, feedsOf, layerGraph, type KnownSizes, type Layer } from './recurrent.js';
import { compileGraph, runNaive } from './run.js';

const relaxed = readFileSync(new URL('../../kernels.relaxed.wasm', import.meta.url));
const targets: readonly Target[] = WebAssembly.validate(relaxed) ? ['baseline', 'relaxed'] : ['baseline'];

const x = element(0);
const clamp = (value: Expression, low: number, high: number): Expression =>
  binary('minimum', binary('maximum', value, scalar(low)), scalar(high));
const relu = binary('maximum', x, scalar(0));
const hardSigmoid = clamp(binary('add', binary('multiply', x, scalar(0.2)), scalar(0.5)), 0, 1);
const softsign = binary('divide', x, binary('add', scalar(1), unary('absolute', x)));
const affine = binary('add', binary('multiply', x, scalar(0.5)), scalar(0.1));

const layers: readonly Layer[] = [
  { cell: 'rnn' },
  { cell: 'rnn', optional: ['hidden', 'bias', 'lengths'], reverse: true, clip: 0.5, transposeRight: true },
  { cell: 'rnn', activations: [softsign], optional: ['lengths'] },
  { cell: 'gru' },
  { cell: 'gru', optional: ['lengths', 'hidden', 'bias'], reverse: true, transposeRight: true, clip: 0.6 },
  { cell: 'gru', gates: ['reset', 'update', 'hidden'], activations: [hardSigmoid, relu], optional: ['hidden'] },
  { cell: 'gru', resetAfter: true, optional: ['bias', 'hidden'] },
  { cell: 'gru', resetAfter: true, optional: ['bias', 'lengths'], reverse: true, clip: 0.4, transposeRight: true },
  { cell: 'gru', resetAfter: true, gates: ['reset', 'update', 'hidden'], activations: [affine, softsign] },
  { cell: 'lstm' },
  { cell: 'lstm', optional: ['bias', 'hidden', 'cell', 'peepholes', 'lengths'], reverse: true, transposeRight: true },
  { cell: 'lstm', optional: ['peepholes', 'cell'], inputForget: true, clip: 0.3 },
  { cell: 'lstm', gates: ['input', 'forget', 'cell', 'output'], activations: [hardSigmoid, relu, affine] },
  { cell: 'lstm', optional: ['lengths', 'cell'], inputForget: true },
  { cell: 'rnn', optional: ['mask', 'hidden'], batchFirst: true, reverse: true },
  { cell: 'gru', optional: ['hidden', 'mask', 'lengths'], batchFirst: true },
  { cell: 'gru', optional: ['mask'], resetAfter: true, reverse: true },
  { cell: 'lstm', optional: ['cell', 'mask', 'lengths'], batchFirst: true, reverse: true },
  { cell: 'lstm', optional: ['bias', 'mask'] },
];

const sizes: readonly KnownSizes[] = [
  { time: 4, batch: 3, units: 5 },
  { time: 3, batch: 1, units: 8 },
  { time: 2, batch: 1, units: 6 },
  { time: 5, batch: 7, units: 12 },
  { time: 0, batch: 2, units: 4 },
  { time: 3, batch: 0, units: 4 },
];

const describe = ({ cell, ...rest }: Layer, at: number): string => [at, cell, ...Object.keys(rest)].join(' ');

/** As many steps as there are in every row, so that a later call finds outputs where it has to leave zeros. */
const wholeLengths = ({ shape }: Tensor, { time, batch }: KnownSizes): Tensor => ({
  dtype: 'int32',
  shape,
  data: new Int32Array(batch).fill(time),
});

function agree(
  t: ExecutionContext,
  actual: Readonly<Record<string, unknown>>,
  expected: Readonly<Record<string, Tensor>>,
) {
  for (const [name, tensor] of Object.entries(expected)) {
    t.is(difference(referenceOf(actual[name] as Tensor), referenceOf(tensor), 1e-6), undefined, name);
  }
}

for (const target of targets) {
  for (const [at, layer] of layers.entries()) {
    test(`${target}: ${describe(layer, at)}`, async (t) => {
      for (const size of sizes) {
        const graph = layerGraph(layer, size);
        const feeds = feedsOf(layer, size);
        const run = await compileGraph(graph, target);
        run(feeds.map((feed) => (feed.dtype === 'int32' ? wholeLengths(feed, size) : feed)));
        agree(t, run(feeds), runNaive(graph, feeds));
      }
    });

    test(`${target}: ${describe(layer, at)}, open sizes`, async (t) => {
      const graph = layerGraph(layer, { time: 'time', batch: 'batch', units: 6 });
      const run = await compileGraph(graph, target);
      for (const [time, batch] of [
        [3, 2],
        [1, 1],
        [6, 5],
        [0, 3],
        [2, 0],
      ] as const) {
        const feeds = feedsOf(layer, { time, batch, units: 6 });
        agree(t, run(feeds), runNaive(graph, feeds));
      }
    });
  }

  for (const cell of ['rnn', 'gru', 'lstm'] as const) {
    for (const resetAfter of cell === 'gru' ? [false, true] : [false]) {
      test(`${target}: ${cell}${resetAfter ? ' reset after' : ''} step by step gives the bits of all steps at once`, async (t) => {
        const optional = cell === 'lstm' ? (['hidden', 'cell'] as const) : (['hidden'] as const);
        const layer: Layer = { cell, resetAfter, optional };
        const [time, units] = [7, 13];
        for (const batch of [1, 3]) {
          const whole = await compileGraph(layerGraph(layer, { time, batch, units }), target);
          const single = await compileGraph(layerGraph(layer, { time: 1, batch, units }), target);
          const [input, weight, ...states] = feedsOf(layer, { time, batch, units }) as [Tensor, Tensor, ...Tensor[]];
          const expected = whole([input, weight, ...states]);
          const steps: number[] = [];
          let last: Readonly<Record<string, unknown>> = {};
          for (let step = 0; step < time; step++) {
            const row = batch * cellGates[cell].length * units;
            const data = (input.data as Float32Array).slice(step * row, (step + 1) * row);
            const now = single([{ ...input, shape: [1, batch, row / batch], data }, weight, ...states]);
            steps.push(...(now['y0']!.data as Float32Array));
            optional.forEach((_, index) => (states[index] = { ...(now[`y${index + 1}`] as Tensor), dtype: 'float32' }));
            last = now;
          }
          t.deepEqual(steps, [...(expected['y0']!.data as Float32Array)]);
          for (const name of Object.keys(expected).slice(1)) t.deepEqual(last[name], expected[name], name);
        }
      });
    }
  }
}

test("a user's function that may not return runs for elements only", async (t) => {
  const call = (name: string, args: readonly Expression[]): Expression => ({
    kind: 'call',
    function: name,
    args,
    total: false,
  });
  const root = binary('subtract', call('root', [x, scalar(20)]), scalar(1));
  for (const layer of [
    { cell: 'rnn', activations: [root], optional: ['lengths'] },
    { cell: 'gru', activations: [hardSigmoid, root] },
    { cell: 'lstm', activations: [hardSigmoid, root, root] },
  ] as const satisfies readonly Layer[]) {
    const size = { time: 3, batch: 2, units: 5 };
    const graph = layerGraph(layer, size);
    const feeds = feedsOf(layer, size);
    const named = Object.fromEntries(graph.inputs.map(({ name }, at) => [name, feeds[at]!]));
    const run = await compileGraph(graph, 'baseline', compiledFunctions);
    agree(t, run(feeds), evaluate(graph, named, { functions: evaluators }).outputs);
  }
});

test('outputs that nobody reads do not change the others', async (t) => {
  for (const cell of ['rnn', 'gru', 'lstm'] as const) {
    const layer: Layer = { cell, optional: ['lengths'] };
    const size = { time: 3, batch: 2, units: 5 };
    const graph = layerGraph(layer, size);
    const feeds = feedsOf(layer, size);
    const all = (await compileGraph(graph))(feeds);
    for (const port of graph.outputs) {
      const only: TensorGraph = { ...graph, outputs: [port] };
      t.deepEqual((await compileGraph(only))(feeds), { [port.name]: all[port.name] }, `${cell} ${port.name}`);
    }
  }
});
