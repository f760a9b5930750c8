import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import test from 'ava';
import type { Build } from '../../compiler/build.js';
import type { Value } from '../../compiler/ir.js';
import type { Tensor } from '../../compiler/tensor.js';
import { referenceOf } from '../layers/evaluation.js';
import { difference, randomFrom } from '../layers/values.js';
import { opOf, type Layer } from './recurrent.js';
import { graphOf, runCompiled, runNaive } from './run.js';

const [batch, time, inputs, units] = [3, 5, 4, 6] as const;

interface Options {
  readonly units: number;
  readonly returnSequences: true;
  readonly returnState: true;
  readonly goBackwards: boolean;
  readonly recurrentInitializer: 'zeros';
  readonly weights: tf.Tensor[];
}

interface Case {
  readonly layer: Layer;
  readonly make: (options: Options) => unknown;
}

const cases: readonly Case[] = [
  { layer: { cell: 'rnn' }, make: (options) => layers.simpleRNN(options) },
  { layer: { cell: 'gru' }, make: (options) => layers.gru({ ...options, recurrentActivation: 'sigmoid' }) },
  {
    layer: { cell: 'lstm', gates: ['input', 'forget', 'cell', 'output'] },
    make: (options) => layers.lstm({ ...options, recurrentActivation: 'sigmoid' }),
  },
];

test.before(() => tf.setBackend('cpu'));

for (const { layer, make } of cases) {
  for (const reverse of [false, true]) {
    test(`${layer.cell} gives what tfjs gives${reverse ? ', backwards' : ''}`, async (t) => {
      const op = opOf({ ...layer, reverse, optional: layer.cell === 'lstm' ? ['hidden', 'cell'] : ['hidden'] });
      const width = op.gates.length * units;
      const states = op.optional.map(() => [batch, units]);
      const random = randomFrom(7);
      const feeds = [[batch, time, inputs], [inputs, width], [width], [units, width], ...states].map(
        (shape): Tensor<'float32'> => {
          const length = shape.reduce((product, size) => product * size, 1);
          return { dtype: 'float32', shape, data: Float32Array.from({ length }, () => 2 * random() - 1) };
        },
      );
      const [x, weight, bias, recurrentWeight, ...initial] = feeds.map(({ shape, data }) =>
        tf.tensor(data, [...shape]),
      );
      const made = make({
        units,
        returnSequences: true,
        returnState: true,
        goBackwards: reverse,
        recurrentInitializer: 'zeros',
        weights: [weight!, recurrentWeight!, bias!],
      }) as { apply(x: tf.Tensor, options: { initialState: tf.Tensor[] }): tf.Tensor[] };
      const [sequence, ...last] = made.apply(x!, { initialState: initial });
      const expected = [reverse ? tf.reverse(sequence!, 1) : sequence!, ...last];

      const body = (build: Build, [x, weight, bias, recurrentWeight, ...initial]: readonly Value[]): Value[] => {
        const steps = build.op({ kind: 'transpose', permutation: [1, 0, 2] }, [x!]);
        const projected = build.op({ kind: 'matmul', transposeRight: false }, [steps, weight!]);
        const projection = build.binary('add', projected, bias!);
        const [sequence, ...last] = build.outputsOf(op, [projection, recurrentWeight!, ...initial]);
        return [build.op({ kind: 'transpose', permutation: [1, 0, 2] }, [sequence!]), ...last];
      };
      const graph = graphOf(feeds, body);
      for (const outputs of [runNaive(graph, feeds), await runCompiled(graph, feeds)]) {
        expected.forEach((tensor, at) => {
          const got = referenceOf(outputs[`y${at}`] as Tensor);
          const wanted = { shape: tensor.shape, data: Float64Array.from(tensor.dataSync()) };
          t.is(difference(got, wanted, 1e-5), undefined, `output ${at}`);
        });
      }
    });
  }
}
