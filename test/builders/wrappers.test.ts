import test from 'ava';
import { isReused } from '../../compiler/declaration.js';
import { NacreError } from '../../compiler/errors.js';
import { bidirectional, graph, input, repeat, sequential, timeDistributed, type Graph } from '../../compiler/graph.js';
import { compile, conv2d, dense, flatten, gru, lstm, relu, simpleRnn } from '../../compiler/index.js';
import { instantiateSync } from '../../runtime/index.js';
import type { RecurrentLayer } from '../../compiler/graph/wrappers.js';

/** `name kind from` of each layer, and `backwards` where it runs so. */
const outline = ({ declaration }: Graph): string[] =>
  declaration.layers.map((layer) => {
    const what = isReused(layer) ? `=${layer.use}` : layer.kind;
    const backwards = !isReused(layer) && layer['goBackwards'] === true ? ' backwards' : '';
    return `${layer.name} ${what} ${layer.from.join(',')}${backwards}`;
  });

const steps = () => input(['batch', 'time', 4]);
const sequences = (name?: string) => gru({ units: 3, returnSequences: true, ...(name !== undefined && { name }) });

const outlines: readonly { readonly name: string; readonly build: () => Graph; readonly layers: readonly string[] }[] =
  [
    {
      name: 'sequences in both directions',
      build: () => sequential([steps(), bidirectional(sequences('both'))]),
      layers: [
        'both/forward gru x',
        'both/backward gru x backwards',
        'both/flip flip both/backward',
        'both concatenate both/forward,both/flip',
      ],
    },
    {
      name: 'last steps in both directions',
      build: () => sequential([steps(), bidirectional(lstm({ units: 3, name: 'both' }), { merge: 'add' })]),
      layers: ['both/forward lstm x', 'both/backward lstm x backwards', 'both add both/forward,both/backward'],
    },
    {
      name: 'a layer without a name, and one that runs backwards itself',
      build: () =>
        sequential([steps(), bidirectional(simpleRnn({ units: 3, goBackwards: true }), { merge: 'multiply' })]),
      layers: [
        'simple_rnn_1 simpleRnn x backwards',
        'simple_rnn_2 simpleRnn x',
        'multiply_1 multiply simple_rnn_1,simple_rnn_2',
      ],
    },
    {
      name: 'both directions without a merge',
      build: () => {
        const x = steps();
        const [ahead, back] = bidirectional(sequences('both'), { merge: null })(x);
        return graph({ inputs: { x }, outputs: { ahead, back } });
      },
      layers: ['both/forward gru x', 'both/backward gru x backwards', 'both/flip flip both/backward'],
    },
    {
      name: 'one stage twice is its layers applied twice',
      build: () => {
        const both = bidirectional(lstm({ units: 2, returnSequences: true, name: 'both' }), { merge: 'average' });
        return sequential([input(['batch', 'time', 2]), both, both]);
      },
      layers: [
        'both/forward lstm x',
        'both/backward lstm x backwards',
        'both/flip flip both/backward',
        'both average both/forward,both/flip',
        'both/lstm_3 =both/forward both',
        'both/lstm_4 =both/backward both',
        'both/flip_2 =both/flip both/lstm_4',
        'average_2 =both both/lstm_3,both/flip_2',
      ],
    },
    {
      name: 'copies have layers of their own',
      build: () =>
        sequential([steps(), repeat(2, bidirectional(lstm({ units: 2, name: 'both' })).pipe(dense({ units: 4 })))]),
      layers: [
        'both_1/forward lstm x',
        'both_1/backward lstm x backwards',
        'both_1 concatenate both_1/forward,both_1/backward',
        'dense_1 dense both_1',
        'both_2/forward lstm dense_1',
        'both_2/backward lstm dense_1 backwards',
        'both_2 concatenate both_2/forward,both_2/backward',
        'dense_2 dense both_2',
      ],
    },
    {
      name: 'a stage for every step',
      build: () => sequential([steps(), timeDistributed(dense({ units: 3 })), relu()]),
      layers: [
        'merge_time_1 mergeTime x',
        'dense_1 dense merge_time_1',
        'split_time_1 splitTime dense_1,x',
        'relu_1 relu split_time_1',
      ],
    },
    {
      name: 'copies of a stage for every step',
      build: () => sequential([steps(), repeat(2, timeDistributed(dense({ units: 4, name: 'd' })))]),
      layers: [
        'merge_time_1 mergeTime x',
        'd_1 dense merge_time_1',
        'split_time_1 splitTime d_1,x',
        'merge_time_2 mergeTime split_time_1',
        'd_2 dense merge_time_2',
        'split_time_2 splitTime d_2,split_time_1',
      ],
    },
  ];

for (const { name, build, layers } of outlines) {
  test(name, (t) => {
    t.deepEqual(outline(build()), layers);
  });
}

test('states of both directions go in and come out', async (t) => {
  const x = steps();
  const names = ['forwardHidden', 'forwardCell', 'backwardHidden', 'backwardCell'] as const;
  const first = names.map(() => input(['batch', 3]));
  const both = bidirectional(lstm({ units: 3, name: 'both' }), { merge: 'concatenate' })(x, ...first);
  const { output, ...last } = both;
  const model = graph({
    inputs: { x, ...Object.fromEntries(names.map((name, at) => [name, first[at]!])) },
    outputs: { output, ...last },
  });
  t.deepEqual(model.declaration.layers[1]!.from, ['x', 'backwardHidden', 'backwardCell']);
  t.deepEqual(
    model.declaration.outputs.map(({ name, from }) => `${name} ${from}`),
    [
      'output both',
      'forwardHidden both/forward:hidden',
      'backwardHidden both/backward:hidden',
      'forwardCell both/forward:cell',
      'backwardCell both/backward:cell',
    ],
  );
  const net = instantiateSync(await compile(model));
  const given = names.map((name, at) => [name, { data: new Float32Array(6).fill(at / 4), shape: [2, 3] }] as const);
  const feed = { x: { data: new Float32Array(2 * 5 * 4).fill(0.5), shape: [2, 5, 4] }, ...Object.fromEntries(given) };
  const outputs = net.forward(feed) as unknown as Record<string, { readonly data: Float32Array }>;
  const joined = [0, 1].flatMap((row) =>
    ['forwardHidden', 'backwardHidden'].flatMap((name) => [...outputs[name]!.data.slice(row * 3, row * 3 + 3)]),
  );
  t.deepEqual([...outputs['output']!.data], joined);
});

test('stages of maps run for every step as for a batch', async (t) => {
  const stage = timeDistributed(conv2d({ filters: 2, kernelSize: 2, name: 'c' }).pipe(flatten()));
  const whole = instantiateSync(await compile(sequential([input([null, null, 3, 3, 1]), stage])));
  const rows = instantiateSync(
    await compile(sequential([input(['batch', 3, 3, 1]), conv2d({ filters: 2, kernelSize: 2, name: 'c' }), flatten()])),
  );
  const data = Float32Array.from({ length: 6 * 9 }, (_, at) => Math.sin(at));
  const { y } = whole.forward({ x: { data, shape: [2, 3, 3, 3, 1] } });
  t.deepEqual(y.shape, [2, 3, 8]);
  t.deepEqual(y.data, rows.forward({ x: { data, shape: [6, 3, 3, 1] } }).y.data);
});

const faults: readonly [string, () => unknown, string][] = [
  [
    'a layer that is not recurrent',
    () => bidirectional(dense({ units: 1 }) as unknown as RecurrentLayer),
    "bidirectional: takes a recurrent layer, got 'dense'",
  ],
  [
    'an unknown merge',
    () => bidirectional(sequences(), { merge: 'sum' as 'add' }),
    "bidirectional: merge must be one of add, average, concatenate, multiply, or null, got 'sum'",
  ],
  [
    'a wrong number of states',
    () => bidirectional(sequences('both'))(steps(), input(['batch', 3])),
    'both: takes 2 first states or none, got 1',
  ],
];

for (const [name, action, message] of faults) {
  test(`refuses ${name}`, (t) => {
    t.throws(action, { instanceOf: NacreError, message });
  });
}
