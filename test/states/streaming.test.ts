import test, { type ExecutionContext } from 'ava';
import { compile, graph, gru, input, lstm, simpleRnn } from '../../compiler/index.js';
import type { Edge, StageOutput } from '../../compiler/layers/edge.js';
import { evaluate } from '../../compiler/evaluate.js';
import { lower } from '../../compiler/lower/index.js';
import { instantiateSync as instantiateForward } from '../../runtime/forward.js';
import { instantiateSync, type ForwardModel, type Tensor } from '../../runtime/index.js';
import { referenceOf } from '../layers/evaluation.js';
import { difference, randomFrom } from '../layers/values.js';

const [features, units, time] = [3, 5, 6] as const;

interface Options {
  readonly name: string;
  readonly units: number;
  readonly returnSequences: boolean;
  readonly stateful?: boolean;
}

const layers = {
  simpleRnn: { make: (options: Options) => simpleRnn(options), states: ['hidden'] },
  gru: { make: (options: Options) => gru(options), states: ['hidden'] },
  'gru that resets before': { make: (options: Options) => gru({ ...options, resetAfter: false }), states: ['hidden'] },
  lstm: { make: (options: Options) => lstm(options), states: ['hidden', 'cell'] },
  'lstm with peepholes': {
    make: (options: Options) => lstm({ ...options, peepholes: true }),
    states: ['hidden', 'cell'],
  },
} as const;

type Size = number | string | null;

/** A layer with its states as outputs; not stateful, as inputs too. */
function modelOf({ make, states }: (typeof layers)[keyof typeof layers], batch: Size, steps: Size, stateful: boolean) {
  const x = input([batch, steps, features]);
  const first = states.map(() => input([batch, units]));
  const layer = make({ name: 'layer', units, returnSequences: true, stateful });
  const apply = layer as (...from: readonly Edge[]) => StageOutput as (
    ...from: readonly Edge[]
  ) => Record<string, Edge>;
  const { output, ...last } = apply(...(stateful ? [x] : [x, ...first]));
  const named = Object.fromEntries(states.map((name, index) => [name, first[index]!]));
  return graph({
    inputs: { x, ...(stateful ? {} : named) },
    outputs: { y: output!, ...Object.fromEntries(Object.entries(last).map(([name, edge]) => [`${name}Last`, edge])) },
  });
}

const random = (shape: readonly number[], seed: number): Tensor<'float32'> => {
  const next = randomFrom(seed);
  const length = shape.reduce((all, size) => all * size, 1);
  return { shape, data: Float32Array.from({ length }, () => 2 * next() - 1) };
};

/** Steps `from` to `to` of [batch, time, …]. */
function stepsOf({ data, shape }: Tensor, from: number, to: number): Tensor<'float32'> {
  const [batch, all, width] = shape as [number, number, number];
  const rows = Array.from({ length: batch }, (_, row) =>
    (data as Float32Array).slice((row * all + from) * width, (row * all + to) * width),
  );
  return { shape: [batch, to - from, width], data: Float32Array.from(rows.flatMap((row) => [...row])) };
}

const zeros = (batch: number): Tensor<'float32'> => ({ shape: [batch, units], data: new Float32Array(batch * units) });

type Outputs = Readonly<Record<string, Tensor>>;
type Net = ForwardModel;
const call = (net: Net, inputs: Readonly<Record<string, Tensor>>): Outputs => net.forward(inputs);

/** Expects the outputs of chunks to be the bits of the whole, and the last states too. */
function sameBits(t: ExecutionContext, chunks: readonly Outputs[], whole: Outputs, chunk: number): void {
  let from = 0;
  for (const { y } of chunks) {
    t.deepEqual(y!.data, stepsOf(whole['y']!, from, from + y!.shape[1]!).data, `chunks of ${chunk}, from ${from}`);
    from += y!.shape[1]!;
  }
  const { y: _, ...last } = chunks.at(-1)!;
  const { y: __, ...expected } = whole;
  t.deepEqual(last, expected, `last states of chunks of ${chunk}`);
}

const chunksOf = (x: Tensor, chunk: number): Tensor<'float32'>[] =>
  Array.from({ length: Math.ceil(time / chunk) }, (_, at) => stepsOf(x, at * chunk, Math.min(time, (at + 1) * chunk)));

for (const [name, layer] of Object.entries(layers)) {
  for (const batch of [1, 3]) {
    test(`${name}, ${batch} rows: states fed back give the bits of the whole sequence`, async (t) => {
      const binary = await compile(modelOf(layer, batch, 'time', false));
      const net = instantiateSync(binary) as unknown as Net;
      const x = random([batch, time, features], 1);
      const begin = Object.fromEntries(layer.states.map((state) => [state, zeros(batch)]));
      const whole = call(net, { x, ...begin });
      for (let chunk = 1; chunk <= time; chunk++) {
        let states: Readonly<Record<string, Tensor>> = begin;
        const chunks = chunksOf(x, chunk).map((part) => {
          const outputs = call(net, { x: part, ...states });
          states = Object.fromEntries(layer.states.map((state) => [state, outputs[`${state}Last`]!]));
          return outputs;
        });
        sameBits(t, chunks, whole, chunk);
      }
    });

    for (const declared of [batch, null]) {
      const sizes = declared === null ? 'fixed by the first input' : 'known';
      test(`${name}, ${batch} rows ${sizes}: a stateful layer gives the bits of the whole sequence until reset`, async (t) => {
        const { binary } = await compile(modelOf(layer, declared, 'time', true));
        const x = random([batch, time, features], 1);
        const other = random([batch, time, features], 2);
        for (const make of [instantiateSync, instantiateForward]) {
          const net = make(binary) as unknown as Net;
          net.reset();
          const whole = call(net, { x });
          for (let chunk = 1; chunk <= time; chunk++) {
            net.reset();
            const chunks = chunksOf(x, chunk).map((part) => call(net, { x: part }));
            sameBits(t, chunks, whole, chunk);
          }
          t.notDeepEqual(call(net, { x }), whole, 'without reset the state lasts');
          call(net, { x: other });
          net.reset();
          t.deepEqual(call(net, { x }), whole);
        }
      });
    }
  }

  test(`${name}: the naive evaluator carries the state as modules do`, async (t) => {
    const model = modelOf(layer, 2, 'time', true);
    const net = instantiateSync(await compile(model)) as unknown as Net;
    const lowered = lower(model.declaration);
    let states: Readonly<Record<string, { dtype: 'float32' } & Tensor<'float32'>>> = {};
    for (const [seed, steps] of [1, 4, 2].entries()) {
      const x = random([2, steps, features], seed);
      const evaluated = evaluate(lowered, { x: { dtype: 'float32', ...x } }, { states });
      states = evaluated.states as typeof states;
      const got = call(net, { x });
      for (const [output, expected] of Object.entries(evaluated.outputs)) {
        t.is(difference(referenceOf(got[output]!), referenceOf(expected)), undefined, `${output} of call ${seed}`);
      }
    }
    t.deepEqual(
      Object.keys(states),
      layer.states.map((state) => `layer.${state}`),
    );
  });
}

test('what happens to variables and sizes leaves the state', async (t) => {
  const stateful = instantiateSync(await compile(modelOf(layers.lstm, 2, 'time', true)));
  const net = stateful as unknown as Net;
  const x = random([2, time, features], 1);
  const [first, second] = [call(net, { x }), call(net, { x })];
  for (const between of [
    () => stateful.variables.set('layer.weight', stateful.variables.get('layer.weight')),
    () => stateful.initialize({ force: true }),
    () => stateful.variables.sample('layer.weight', 0, 4),
    () => net.resize({ x: [2, 40, features] }),
  ]) {
    net.reset();
    t.deepEqual(call(net, { x }), first);
    between();
    t.deepEqual(call(net, { x }), second);
  }
});

test('a state counts as memory of its own, not as parameters', async (t) => {
  const [plain, stateful] = await Promise.all(
    [false, true].map(async (on) => (await compile(modelOf(layers.lstm, 2, 3, on))).manifest),
  );
  t.is(stateful!.memory.parameters, plain!.memory.parameters);
  t.is(plain!.memory.states, undefined);
  // Each of 2 · 5 floats, rounded up to 16 bytes.
  t.is(stateful!.memory.states, 96);
});
