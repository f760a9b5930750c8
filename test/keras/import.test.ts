import test from 'ava';
import { compile, ImportError, type Graph } from '../../compiler/index.js';
import { importKeras, type KerasWeights } from '../../compiler/import/keras/index.js';
import { instantiateSync } from '../../runtime/index.js';
import { functional2, functional3, initializer3, input2, input3, layer2, layer3, tensor3 } from './files.js';

const values = (shape: readonly number[], value = 1) => ({
  shape,
  data: new Float32Array(shape.reduce<number>((product, size) => product * size, 1)).fill(value),
});

const sequential = (...layers: readonly object[]) => ({ class_name: 'Sequential', config: { name: 'chain', layers } });
const dense = (name: string, units: number, more: object = {}) =>
  layer2('Dense', { name, units, use_bias: true, activation: 'linear', ...more });
const first = (name: string, units: number) => dense(name, units, { batch_input_shape: [null, 2] });

interface AnyLayer {
  readonly name: string;
  readonly kind?: string;
  readonly use?: string;
  readonly from: readonly (string | null)[];
  readonly [option: string]: unknown;
}

const layersOf = ({ declaration }: Graph): readonly AnyLayer[] => declaration.layers as readonly AnyLayer[];

/** Kinds, names and inputs of a graph, each layer a line. */
const lines = (graph: Graph): readonly string[] =>
  layersOf(graph).map(({ name, kind, use, from }) => `${name} = ${kind ?? `use ${String(use)}`}(${from.join()})`);

test('a model of Keras 3 is read: tensors as arguments, states by name, its own hard sigmoid', (t) => {
  const model = functional3(
    [
      input3('x', 5, 4),
      layer3(
        'LSTM',
        { name: 'encoder', units: 4, return_state: true, activation: 'tanh', recurrent_activation: 'sigmoid' },
        [tensor3('x')],
      ),
      layer3(
        'GRU',
        {
          name: 'decoder',
          units: 4,
          return_sequences: true,
          reset_after: true,
          activation: { module: 'builtins', class_name: 'function', config: 'tanh', registered_name: 'function' },
          recurrent_activation: 'hard_sigmoid',
          kernel_initializer: initializer3('HeNormal'),
        },
        [tensor3('x')],
        { initial_state: tensor3('encoder', 1), training: false, mask: null },
      ),
      layer3('LeakyReLU', { name: 'act', negative_slope: 0.1 }, [tensor3('decoder')]),
      layer3('MultiHeadAttention', { name: 'attend', num_heads: 2, key_dim: 3 }, [tensor3('act'), tensor3('x')], {
        use_causal_mask: true,
      }),
      layer3('Add', { name: 'sum' }, [[tensor3('attend'), tensor3('act')]]),
    ],
    ['x', 0, 0],
    ['sum', 0, 0],
  );
  const graph = importKeras(JSON.stringify(model));
  t.deepEqual(lines(graph), [
    'encoder = lstm(x)',
    'decoder = gru(x,encoder:hidden)',
    'act = leakyRelu(decoder)',
    'attend = multiHeadAttention(act,x)',
    'sum = add(attend,act)',
  ]);
  const [, gru, act, attend] = layersOf(graph);
  t.deepEqual(gru!['recurrentActivation'], { kind: 'hardSigmoid', alpha: 1 / 6, beta: 0.5 });
  t.is(gru!['resetAfter'], true);
  t.is((gru!['weight'] as { kind: string }).kind, 'heNormal');
  t.is(act!['alpha'], 0.1);
  t.is(attend!['causal'], true);
  t.is(String(graph), '(?, 5, 4) -> [... 6 layers ...] -> (?, 5, 4)');
});

test('models in models count calls as the version of Keras does that wrote them', (t) => {
  const inner = functional2(
    [input2('a', 2), layer2('Dense', { name: 'dense', units: 2 }, [['a', 0, 0, {}]])],
    ['a'],
    [['dense', 0, 0]],
  );
  for (const shift of [0, 1]) {
    const model = functional2(
      [
        input2('x', 2),
        {
          ...inner,
          name: 'inner',
          config: { ...inner.config, name: 'inner' },
          inbound_nodes: [[['x', 0, 0, {}]], [['inner', shift, 0, {}]]],
        },
      ],
      ['x'],
      [['inner', 1 + shift, 0]],
    );
    t.deepEqual(lines(importKeras(model)), ['inner/dense = dense(x)', 'inner/dense/2 = use inner/dense(inner/dense)']);
  }
});

test('what names mean nothing in nacre is written otherwise, each name once', (t) => {
  const model = sequential(first('a b', 2), dense('a.b', 2), dense('a:b', 2));
  t.deepEqual(lines(importKeras(model)), ['a_b = dense(a_b_input)', 'a_b_1 = dense(a_b)', 'a_b_2 = dense(a_b_1)']);
});

const two = sequential(first('one', 3), dense('two', 2));
const [kernel1, bias1, kernel2, bias2] = [values([2, 3], 1), values([3], 2), values([3, 2], 3), values([2], 4)];

test('weights are found by their names in all forms, or taken in order', async (t) => {
  const names: readonly (readonly [string, string, string, string])[] = [
    ['one/kernel', 'one/bias', 'two/kernel', 'two/bias'],
    ['one/one/kernel:0', 'one/one/bias:0', 'two/two/kernel:0', 'two/two/bias:0'],
    ['chain/one/kernel', 'chain/one/bias', 'chain/two/kernel', 'chain/two/bias'],
    ['layers/one/vars/0', 'layers/one/vars/1', 'layers/two/vars/0', 'layers/two/vars/1'],
    ['0', '1', '2', '3'],
  ];
  for (const [a, b, c, d] of names) {
    const entries: [string, ReturnType<typeof values>][] = [[a, kernel1], [b, bias1], [c, kernel2], [d, bias2]]; // prettier-ignore
    // Names that say something may stand in any order.
    const weights = new Map(a === '0' ? entries.map(([name, value]) => [`w${name}`, value]) : entries.reverse());
    const ordered = a.endsWith('0') ? new Map([...weights].sort()) : weights;
    const graph = importKeras(two, Object.fromEntries(ordered));
    const net = instantiateSync((await compile(graph)).binary);
    t.deepEqual([...net.forward({ one_input: [[1, 1]] })['two']!.data], [40, 40], a);
  }
});

const refused: readonly (readonly [
  title: string,
  model: string | object,
  weights: KerasWeights | undefined,
  message: string,
])[] = [
  ['no JSON', '{"class_name"', undefined, 'model: is no JSON: '],
  [
    'another file',
    { nodes: [] },
    undefined,
    'model: has no class_name; expected a model.json of tfjs or the JSON of Keras',
  ],
  ['a graph-model', { format: 'graph-model' }, undefined, 'model: is a graph-model of tfjs, no layers-model'],
  [
    'layers that are not read, all at once',
    sequential(
      layer2('Lambda', { name: 'f', batch_input_shape: [null, 2] }),
      dense('g', 2, { activation: 'mystery' }),
      layer2('TimeDistributed', { name: 't', layer: layer2('Mine', { name: 'm' }) }),
      layer2('BatchNormalization', { name: 'n', renorm: true }),
    ),
    undefined,
    "model: 4 layers are not supported\n  Lambda at f: the class is not read\n  Dense at g: its activation 'mystery' is not read\n" +
      '  Mine at t/layer: the class is not read\n  BatchNormalization at n: renorm true is not read',
  ],
  [
    'masks that would count',
    functional2(
      [
        input2('x', 5),
        layer2('Embedding', { name: 'e', input_dim: 4, output_dim: 3, mask_zero: true }, [['x', 0, 0, {}]]),
        layer2('Dropout', { name: 'd', rate: 0.5 }, [['e', 0, 0, {}]]),
        layer2('Softmax', { name: 's' }, [['d', 0, 0, {}]]),
        layer2('TimeDistributed', { name: 't', layer: layer2('GRU', { name: 'g', units: 2 }) }, [['d', 0, 0, {}]]),
        layer2('Masking', { name: 'm' }, [['d', 0, 0, {}]]),
        layer2('Add', { name: 'a' }, [['d', 0, 0, {}], ['m', 0, 0, {}]]), // prettier-ignore
        layer2('GRU', { name: 'r', units: 2 }, [['a', 0, 0, {}]]),
      ],
      ['x'],
      [
        ['s', 0, 0],
        ['t', 0, 0],
        ['r', 0, 0],
      ],
    ),
    undefined,
    'model: 3 layers are not supported\n  Softmax at s: its input is masked by e, and this mask is not read\n' +
      '  TimeDistributed at t: its input is masked by e, and this mask is not read\n  GRU at r: masks of e and m are not joined',
  ],
  [
    'weights of other shapes, counts and types',
    two,
    {
      'one/kernel': values([2, 2]),
      'two/kernel': { dtype: 'int32', shape: [3, 2], data: new Int32Array(6) } as unknown as typeof kernel1,
      'two/bias': bias2,
      'three/kernel': kernel1,
    },
    'model: 4 weights do not fit\n  one/kernel: expected (?, 3), got (2, 2)\n  one/bias: expected (3), got none\n' +
      '  two/kernel: expected float32, got int32\n  three/kernel: belongs to no layer',
  ],
  [
    'another number of weights without names',
    two,
    { a: kernel1, b: bias1 },
    'model: the layers have 4 weights, got 2, whose names are not those of the layers',
  ],
  [
    'a layer that reads what follows from it',
    functional2(
      [
        input2('x', 2),
        layer2('Add', { name: 'a' }, [['x', 0, 0, {}], ['b', 0, 0, {}]]), // prettier-ignore
        layer2('ReLU', { name: 'b' }, [['a', 0, 0, {}]]),
      ],
      ['x'],
      [['b', 0, 0]],
    ),
    undefined,
    "model: the layer 'b' reads what follows from it",
  ],
  [
    'a layer that is not there',
    functional2([input2('x', 2), layer2('ReLU', { name: 'b' }, [['z', 0, 0, {}]])], ['x'], [['b', 0, 0]]),
    undefined,
    "model: has no call 0 of a layer 'z'",
  ],
  ['an input without a shape', sequential(dense('one', 3)), undefined, "one_input: the file does not tell its shape; give it as inputs: { \"one_input\": ['batch', …] }"], // prettier-ignore
  [
    'a shard that is too short',
    {
      modelTopology: sequential(first('one', 3)),
      weightsManifest: [{ paths: ['a.bin'], weights: [{ name: 'one/kernel', shape: [2, 3], dtype: 'float32' }] }],
    },
    { 'a.bin': new Uint8Array(20) },
    'one/kernel: float32 of shape (2, 3) takes 24 bytes, 20 are left in a.bin',
  ],
];

for (const [title, model, weights, message] of refused) {
  test(`refused: ${title}`, (t) => {
    const error = t.throws(() => importKeras(model, weights), { instanceOf: ImportError });
    t.true(error.message.startsWith(message), error.message);
  });
}

test('models in models in models, each called twice, are refused before they fill the memory', (t) => {
  let inner: Readonly<Record<string, unknown>> = layer2('ReLU', { name: 'leaf' });
  for (let level = 0; level < 28; level++) {
    const model = functional2(
      [input2('x', 2), { ...inner, name: 'inner', inbound_nodes: [[['x', 0, 0, {}]], [['inner', 0, 0, {}]]] }],
      ['x'],
      [['inner', 1, 0]],
    );
    inner = model;
  }
  t.throws(() => importKeras(inner), { message: 'model: has more than 100000 layers' });
});

test('quantized weights stay as they are stored', async (t) => {
  const quantization = { dtype: 'uint8', scale: 0.5, min: -1 };
  const model = {
    modelTopology: sequential(first('one', 2)),
    weightsManifest: [
      {
        paths: ['a.bin'],
        weights: [
          { name: 'one/kernel', shape: [2, 2], dtype: 'float32', quantization },
          { name: 'one/bias', shape: [2], dtype: 'float32', quantization: { dtype: 'float16' } },
        ],
      },
    ],
  };
  const graph = importKeras(model, { 'a.bin': Uint8Array.of(0, 2, 4, 6, 0, 0x3c, 0, 0x40) });
  t.like(graph.tensors['one/kernel'], { dtype: 'uint8', scale: [0.5], offset: [-1] });
  const net = instantiateSync((await compile(graph)).binary);
  t.deepEqual([...net.forward({ one_input: [[1, 2]] })['one']!.data], [2, 6]);
});

test('inputs may get other shapes', (t) => {
  const graph = importKeras(sequential(dense('one', 3)), undefined, { inputs: { one_input: ['rows', 4] } });
  t.deepEqual(graph.declaration.inputs, [{ name: 'one_input', shape: ['rows', 4], dtype: 'float32' }]);
});
