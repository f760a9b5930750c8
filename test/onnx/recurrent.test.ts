import test from 'ava';
import { lowerOnnx } from '../../compiler/import/onnx/lower.js';
import type { OnnxAttribute, OnnxFile, OnnxNode } from '../../compiler/import/onnx/model.js';
import type { TensorGraph } from '../../compiler/ir.js';
import { optimize } from '../../compiler/optimize/index.js';
import { plan } from '../../compiler/plan/index.js';
import { volume, type Tensor } from '../../compiler/tensor.js';
import { referenceOf } from '../layers/evaluation.js';
import { difference, randomFrom } from '../layers/values.js';
import { compileGraph } from '../ops/run.js';
import { gateCounts, inputNames, reference, type Call, type Inputs } from './recurrent.js';

const [time, batch, width, units] = [4, 3, 5, 6] as const;
type Name = (typeof inputNames)[number];

function attributeOf(value: string | number | readonly (string | number)[], isFloat: boolean): OnnxAttribute {
  if (typeof value === 'string') return { kind: 'string', value };
  if (typeof value === 'number') return isFloat ? { kind: 'float', value } : { kind: 'int', value: BigInt(value) };
  const strings = value.filter((each) => typeof each === 'string');
  return strings.length > 0 ? { kind: 'strings', value: strings } : { kind: 'floats', value: value as number[] };
}

const portOf = (name: string, { dtype, shape }: Tensor) => ({ name, type: `tensor(${dtype})`, dtype, shape });
const outputNames = ['Y', 'Y_h', 'Y_c'];

/** A graph of one node; the inputs of `fixed` are initializers. */
function graphOf(
  call: Call,
  inputs: Inputs,
  fixed: readonly Name[] = [],
  wanted: readonly string[] = outputNames,
): TensorGraph {
  const { op, ...attributes } = call;
  const outputs = (op === 'LSTM' ? outputNames : outputNames.slice(0, 2)).map((name) =>
    wanted.includes(name) ? name : '',
  );
  const node: OnnxNode = {
    name: 'layer',
    op,
    domain: '',
    inputs: inputNames.map((name) => (inputs[name] ? name : '')),
    outputs,
    attributes: new Map(
      Object.entries({ hidden_size: units, ...attributes }).map(([name, value]) => [
        name,
        attributeOf(value, name === 'clip'),
      ]),
    ),
  };
  const given = inputNames.filter((name) => inputs[name]);
  const file: OnnxFile = {
    irVersion: 8,
    producer: '',
    opsets: new Map([['', 14]]),
    functions: new Map(),
    graph: {
      name: 'graph',
      nodes: [node],
      inputs: given.filter((name) => !fixed.includes(name)).map((name) => portOf(name, inputs[name]!)),
      outputs: outputs
        .filter((name) => name !== '')
        .map((name) => ({ name, type: 'tensor(float)', dtype: 'float32', shape: [] })),
      initializers: fixed.map((name) => ({
        name,
        type: 'float',
        dims: inputs[name]!.shape,
        read: () => inputs[name]!,
      })),
    },
  };
  return lowerOnnx(file, new Map(), {});
}

function inputsOf({ op, direction, layout }: Call, names: readonly Name[]): Inputs {
  const directions = direction === 'bidirectional' ? 2 : 1;
  const gates = gateCounts[op] * units;
  const state = layout === 1 ? [batch, directions, units] : [directions, batch, units];
  const shapes: Readonly<Record<Name, readonly number[]>> = {
    X: layout === 1 ? [batch, time, width] : [time, batch, width],
    W: [directions, gates, width],
    R: [directions, gates, units],
    B: [directions, 2 * gates],
    sequence_lens: [batch],
    initial_h: state,
    initial_c: state,
    P: [directions, 3 * units],
  };
  const random = randomFrom(3);
  const entries = (['X', 'W', 'R', ...names] as const).map((name): [Name, Tensor] => {
    const shape = shapes[name];
    if (name === 'sequence_lens') return [name, { dtype: 'int32', shape, data: Int32Array.of(2, 4, 1) }];
    return [
      name,
      { dtype: 'float32', shape, data: Float32Array.from({ length: volume(shape) }, () => 2 * random() - 1) },
    ];
  });
  return Object.fromEntries(entries);
}

const cases: readonly (readonly [call: Call, inputs: readonly Name[]])[] = [
  [{ op: 'RNN' }, []],
  [{ op: 'RNN', direction: 'reverse', clip: 0.7, activations: ['Softplus'] }, ['B', 'sequence_lens']],
  [{ op: 'RNN', direction: 'bidirectional', activations: ['LeakyRelu', 'Elu'] }, ['B', 'initial_h']],
  [
    {
      op: 'RNN',
      direction: 'bidirectional',
      layout: 1,
      activations: ['ThresholdedRelu', 'Softsign'],
      activation_alpha: [0.3],
    },
    ['initial_h', 'sequence_lens'],
  ],
  [{ op: 'GRU' }, ['B']],
  [{ op: 'GRU', linear_before_reset: 1, layout: 1 }, ['B', 'initial_h']],
  [
    {
      op: 'GRU',
      direction: 'bidirectional',
      activations: ['HardSigmoid', 'Relu', 'Sigmoid', 'ScaledTanh'],
      activation_alpha: [0.3, 0.9],
      activation_beta: [0.4, 1.2],
    },
    ['B', 'sequence_lens', 'initial_h'],
  ],
  [{ op: 'GRU', direction: 'reverse', linear_before_reset: 1, clip: 0.5 }, ['B', 'sequence_lens']],
  [{ op: 'LSTM' }, []],
  [{ op: 'LSTM', direction: 'bidirectional', layout: 1 }, ['B', 'sequence_lens', 'initial_h', 'initial_c', 'P']],
  [{ op: 'LSTM', direction: 'reverse', input_forget: 1, clip: 0.6 }, ['B', 'P', 'initial_c']],
  [
    {
      op: 'LSTM',
      direction: 'bidirectional',
      activations: ['HardSigmoid', 'Affine', 'Tanh', 'Sigmoid', 'Elu', 'Softsign'],
      activation_alpha: [0.25, 0.5, 0.8],
      activation_beta: [0.45, 0.1],
    },
    ['B', 'initial_h', 'sequence_lens'],
  ],
];

for (const [call, names] of cases) {
  test(JSON.stringify([call, names]), async (t) => {
    const inputs = inputsOf(call, names);
    const expected = reference(call, inputs);
    for (const fixed of [[], ['W', 'R', ...names.filter((name) => name === 'B' || name === 'P')] as const]) {
      const graph = graphOf(call, inputs, fixed);
      const outputs = (await compileGraph(graph))(graph.inputs.map(({ name }) => inputs[name as Name]!));
      expected.forEach((wanted, at) => {
        t.is(difference(referenceOf(outputs[outputNames[at]!] as Tensor), wanted, 2e-6), undefined, outputNames[at]);
      });
    }
  });
}

test('outputs may be absent', async (t) => {
  const call: Call = { op: 'LSTM', direction: 'bidirectional' };
  const inputs = inputsOf(call, ['B']);
  const run = async (wanted: readonly string[]) => {
    const graph = graphOf(call, inputs, [], wanted);
    return (await compileGraph(graph))(graph.inputs.map(({ name }) => inputs[name as Name]!));
  };
  const all = await run(outputNames);
  for (const name of outputNames) t.deepEqual(await run([name]), { [name]: all[name] }, name);
});

test('a layer of one direction keeps its matrices packed only', (t) => {
  for (const op of ['RNN', 'GRU', 'LSTM'] as const) {
    const { variables } = plan(optimize(graphOf({ op }, inputsOf({ op }, []), ['W', 'R'])));
    t.deepEqual(
      variables.map(({ variable, packing }) => [variable.name, packing !== null]),
      [
        ['W', true],
        ['R', true],
      ],
      op,
    );
  }
});

const faults: readonly (readonly [call: Call, names: readonly Name[], message: RegExp])[] = [
  [{ op: 'GRU', activations: ['Tanh'] }, [], /layer: activations takes 2 names, got 1/],
  [{ op: 'RNN', activations: ['Gelu'] }, [], /activation 'Gelu'/],
  [{ op: 'RNN', activations: ['ScaledTanh'], activation_alpha: [1] }, [], /layer: ScaledTanh needs activation_beta/],
];

for (const [call, names, message] of faults) {
  test(`refused: ${JSON.stringify(call)}`, (t) => {
    t.throws(() => graphOf(call, inputsOf(call, names)), { message });
  });
}
