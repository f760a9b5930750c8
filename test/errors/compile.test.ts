import test from 'ava';
import * as nacre from '../../compiler/index.js';

type Fields = Readonly<Record<string, unknown>>;

interface Row {
  readonly title: string;
  readonly inputs?: readonly Fields[];
  readonly layers: readonly Fields[];
  readonly fields?: Fields;
  readonly options?: Fields;
  readonly class: 'DeclarationError' | 'ShapeError' | 'OptionError';
  readonly message: string | RegExp;
  readonly details?: Fields;
}

const input = (shape: readonly unknown[], fields: Fields = {}): Fields => ({ name: 'x', shape, ...fields });
const dense = (name: string, units: number, fields: Fields = {}): Fields => ({ name, kind: 'dense', units, ...fields });
const conv1d = (name: string, fields: Fields = {}): Fields => ({
  name,
  kind: 'conv1d',
  filters: 4,
  kernelSize: 5,
  ...fields,
});
const lstm = (name: string, fields: Fields = {}): Fields => ({ name, kind: 'lstm', units: 3, ...fields });
const zeros = (rows: number, columns: number): number[][] =>
  Array.from({ length: rows }, () => Array<number>(columns).fill(0));

const geometry: readonly Row[] = [
  {
    title: '3: an initializer without weights',
    inputs: [input(['batch', 8, 4])],
    layers: [{ name: 'max_pooling1d_1', kind: 'maxPooling1d', poolSize: 2, weight: 'zeros' }],
    class: 'DeclarationError',
    message: "max_pooling1d_1: maxPooling1d has no parameters, so 'weight' cannot be set",
  },
  {
    title: '6: unjoined branches',
    layers: [
      dense('dense_1', 3, { from: 'x' }),
      dense('dense_2', 3, { from: 'x' }),
      dense('dense_3', 3, { from: ['dense_1', 'dense_2'] }),
    ],
    class: 'DeclarationError',
    message: 'dense_3: takes 1 input, got 2 (dense_1, dense_2); join them with concatenate() or add()',
  },
  {
    title: '7: an explicit array',
    layers: [dense('hidden', 30, { weight: zeros(30, 10) })],
    class: 'ShapeError',
    message: 'hidden.weight: expects shape (10, 30), got (30, 10)',
    details: { code: 'shape', subject: 'hidden.weight', expected: '30', got: '10' },
  },
  {
    title: '7: an explicit array of another rank',
    layers: [dense('hidden', 3, { bias: zeros(1, 3) })],
    class: 'ShapeError',
    message: 'hidden.bias: expects shape (3), got (1, 3)',
  },
  {
    title: '7: a bare tensor of another count',
    layers: [dense('hidden', 3, { weight: { tensor: 'w' } })],
    options: { tensors: { w: new Float32Array(31) } },
    class: 'ShapeError',
    message: 'hidden.weight: expects 30 values for shape (10, 3), got 31',
  },
  {
    title: '7: a tensor of another shape',
    layers: [dense('hidden', 3, { weight: { tensor: 'w' } })],
    options: { tensors: { w: { data: new Float32Array(30), shape: [3, 10] } } },
    class: 'ShapeError',
    message: "hidden.weight: expects shape (10, 3), got (3, 10) of tensor 'w'",
  },
  {
    title: '8: sharing',
    fields: { variables: [{ name: 'shared-weight', initializer: 'ones' }] },
    layers: [
      dense('relu_1', 10, { weight: { variable: 'shared-weight' } }),
      dense('relu_2', 20, { weight: { variable: 'shared-weight' } }),
    ],
    class: 'ShapeError',
    message: 'shared-weight: relu_1.weight needs (10, 10), relu_2.weight needs (10, 20)',
  },
  {
    title: '8: a declared shape',
    fields: { variables: [{ name: 'w', shape: [10, 10], initializer: 'ones' }] },
    layers: [dense('hidden', 3, { weight: { variable: 'w' } })],
    class: 'ShapeError',
    message: 'w: is declared (10, 10), hidden.weight needs (10, 3)',
  },
  {
    title: '8: a declared shape of another rank',
    fields: { variables: [{ name: 'w', shape: [null], initializer: 'ones' }] },
    layers: [dense('hidden', 3, { weight: { variable: 'w' } })],
    class: 'ShapeError',
    message: 'w: is declared (?), hidden.weight needs (10, 3)',
  },
  {
    title: '8: transposed sharing',
    layers: [
      dense('one', 4),
      dense('two', 10, { weight: { variable: 'one.weight', transpose: true } }),
      dense('three', 9, { weight: { variable: 'one.weight' } }),
    ],
    class: 'ShapeError',
    message: 'one.weight: one.weight needs (10, 4), three.weight needs (10, 9)',
  },
  {
    title: '9: geometry',
    inputs: [input(['batch', 7, 4])],
    layers: [conv1d('conv1d_1'), conv1d('conv1d_2')],
    class: 'ShapeError',
    message: 'conv1d_2: kernel 5 is longer than its input (3)',
    details: { code: 'shape', subject: 'conv1d_2', expected: '5', got: '3' },
  },
  {
    title: '9: a pooling window',
    inputs: [input(['batch', 3, 4])],
    layers: [{ name: 'pool', kind: 'maxPooling1d', poolSize: 4 }],
    class: 'ShapeError',
    message: 'pool: pool 4 is longer than its input (3)',
  },
  {
    title: '9: groups',
    inputs: [input(['batch', 9, 6])],
    layers: [conv1d('conv1d_1', { groups: 4 })],
    class: 'ShapeError',
    message: 'conv1d_1: 6 channels do not divide into 4 groups',
  },
  {
    title: '10: a free dim in a weight',
    inputs: [input(['batch', 4, 'width'])],
    layers: [dense('dense_1', 3)],
    class: 'ShapeError',
    message:
      "dense_1.weight: its shape needs 'width' (axis 2 of input x), which may change between calls; " +
      'give a number, or null to fix it at the first input',
  },
  {
    title: '10: a free dim in a state',
    inputs: [input(['batch', 'time', 4])],
    layers: [lstm('lstm_1', { stateful: true })],
    class: 'ShapeError',
    message:
      "lstm_1.hidden: its shape needs 'batch' (axis 0 of input x), which may change between calls; " +
      'give a number, or null to fix it at the first input',
    details: { code: 'free-dim', subject: 'lstm_1.hidden' },
  },
  {
    title: 'a stateful layer that is given a state',
    inputs: [input([1, 'time', 4]), input([1, 3], { name: 'h' })],
    layers: [lstm('lstm_1', { stateful: true, from: ['x', 'h'] })],
    class: 'ShapeError',
    message: "lstm_1: takes no input 'hidden', since it is stateful",
  },
  {
    title: 'a cell state of another size',
    inputs: [input(['batch', 'time', 4]), input(['batch', 3], { name: 'h' }), input(['batch', 4], { name: 'c' })],
    layers: [lstm('lstm_1', { from: ['x', 'h', 'c'] })],
    class: 'ShapeError',
    message: 'lstm_1: expects size 3 of cell along axis 1, got 4',
  },
  {
    title: 'a hidden state of another rank',
    inputs: [input(['batch', 'time', 4]), input([3], { name: 'h' })],
    layers: [lstm('lstm_1', { from: ['x', 'h'] })],
    class: 'ShapeError',
    message: 'lstm_1: expects hidden (batch, units), got (3)',
  },
  {
    title: 'a mask of another rank',
    inputs: [input(['batch', 'time', 4]), input(['batch'], { name: 'm' })],
    layers: [lstm('lstm_1', { from: ['x', null, null, 'm'] })],
    class: 'ShapeError',
    message: 'lstm_1: expects (batch, time), got (batch)',
  },
  {
    title: 'a mask of other steps',
    inputs: [input(['batch', 5, 4]), input(['batch', 6], { name: 'm', dtype: 'bool' })],
    layers: [lstm('lstm_1', { from: ['x', null, null, 'm'] })],
    class: 'ShapeError',
    message: 'lstm_1: expects size 5 of mask along axis 1, got 6',
  },
  {
    title: 'a recurrent layer without steps',
    inputs: [input(['time', 4])],
    layers: [lstm('lstm_1')],
    class: 'ShapeError',
    message: "lstm_1: expects (batch, time, features), got (time, 4); write input(['batch', 'time', 4])",
  },
  {
    title: '12: wrong features',
    inputs: [input(['batch', 'time', 4])],
    layers: [lstm('lstm_1', { inputUnits: 3 })],
    class: 'ShapeError',
    message: 'lstm_1: expects 3 features, got 4',
  },
  {
    title: 'an activation of whole tensors in a cell',
    inputs: [input(['batch', 'time', 4])],
    layers: [lstm('lstm_1', { recurrentActivation: 'softmax' })],
    class: 'DeclarationError',
    message: 'lstm_1: activation softmax is no function of single elements',
  },
  {
    title: 'rows that are not those of the steps',
    inputs: [input([6, 2]), input([2, 4], { name: 'like' })],
    layers: [{ name: 'split', kind: 'splitTime', from: ['x', 'like'] }],
    class: 'ShapeError',
    message: 'split: expects 8 rows, got 6',
  },
  {
    title: '11: the batch forgotten',
    inputs: [input([10])],
    layers: [dense('dense_1', 3)],
    class: 'ShapeError',
    message: "dense_1: expects (batch, …, features), got (10); write input(['batch', 10])",
  },
  {
    title: '11: the batch of a convolution forgotten',
    inputs: [input([128, 64])],
    layers: [conv1d('conv1d_1')],
    class: 'ShapeError',
    message: "conv1d_1: expects (batch, length, channels), got (128, 64); write input(['batch', 128, 64])",
  },
  {
    title: '12: a wrong size',
    inputs: [input(['batch', 21])],
    layers: [dense('dense_2', 3, { inputUnits: 20 })],
    class: 'ShapeError',
    message: 'dense_2: expects 20 inputs, got 21',
    details: { expected: '20', got: '21' },
  },
  {
    title: '12: wrong channels',
    inputs: [input(['batch', 9, 4])],
    layers: [conv1d('conv1d_1', { inputChannels: 3 })],
    class: 'ShapeError',
    message: 'conv1d_1: expects 3 channels, got 4',
  },
  {
    title: 'an embedding of numbers that are no indices',
    layers: [{ name: 'embed', kind: 'embedding', inputDim: 5, outputDim: 2 }],
    class: 'ShapeError',
    message: "embed: expects int32 indices, got float32; write input(shape, { dtype: 'int32' })",
  },
];

const memory: readonly Row[] = [
  {
    title: 'known sizes above the memory limit',
    layers: [dense('dense_1', 10_000)],
    options: { dims: { batch: 1 }, maxMemory: 262_144 },
    class: 'ShapeError',
    message: /^model: needs \d{6} bytes of memory, above maxMemory 262144$/,
  },
  {
    title: 'parameters above the memory limit, whatever the batch',
    layers: [dense('dense_1', 10_000)],
    options: { maxMemory: 262_144 },
    class: 'ShapeError',
    message: /^model: needs \d{6} bytes of memory, above maxMemory 262144$/,
  },
  {
    title: 'more memory than there can be',
    inputs: [input([1, 100_000])],
    layers: [dense('dense_1', 100_000)],
    class: 'ShapeError',
    message: /^model: needs \d{11} bytes of memory, above maxMemory 1073741824$/,
  },
];

const options: readonly Row[] = (
  [
    ['an unknown option', { traget: 'relaxed' }, "compile.traget: unknown option; did you mean 'target'?"],
    ['an unknown target', { target: 'fast' }, "compile.target: must be 'baseline' or 'relaxed', got 'fast'"],
    ['unknown weights', { weights: 'none' }, "compile.weights: must be 'seed', 'embed' or 'external', got 'none'"],
    ['a negative seed', { seed: -1 }, 'compile.seed: must be a whole number from 0 to 2^64 - 1, got -1'],
    ['half a seed', { seed: 0.5 }, 'compile.seed: must be a whole number from 0 to 2^64 - 1, got 0.5'],
    [
      'a seed too wide',
      { seed: 1n << 64n },
      'compile.seed: must be a whole number from 0 to 2^64 - 1, got 18446744073709551616',
    ],
    ['a seed of chance', { seed: 'random' }, "compile.seed: must be a whole number from 0 to 2^64 - 1, got 'random'"],
    ['little memory', { maxMemory: 1000 }, 'compile.maxMemory: must be whole bytes from 65536 to 4294901760, got 1000'],
    [
      'much memory',
      { maxMemory: 2 ** 32 },
      'compile.maxMemory: must be whole bytes from 65536 to 4294901760, got 4294967296',
    ],
    ['no error', { errorBudget: -1 }, 'compile.errorBudget: must be a number of at least 0, got -1'],
    ['an error in words', { errorBudget: '1e-5' }, "compile.errorBudget: must be a number of at least 0, got '1e-5'"],
    ['any error', { errorBudget: Infinity }, 'compile.errorBudget: must be a number of at least 0, got Infinity'],
    ['what is not a number', { errorBudget: NaN }, 'compile.errorBudget: must be a number of at least 0, got NaN'],
    [
      'an unknown initializer',
      { initializers: ['nromal'] },
      "compile.initializers: unknown initializer 'nromal'; did you mean 'normal'?",
    ],
    [
      'a word for initializers',
      { initializers: 'some' },
      "compile.initializers: must be 'used', 'all' or a list of initializers, got 'some'",
    ],
    ['an unknown dim', { dims: { bacth: 1 } }, "dims: the model has no dim 'bacth'; did you mean 'batch'?"],
    ['a dim of 0', { dims: { batch: 0 } }, 'dims.batch: must be an integer from 1 to 4294967295, got 0'],
    [
      'a dim that is no number',
      { dims: { batch: '8' } },
      "dims.batch: must be a size or { min, max, typical }, got '8'",
    ],
    [
      'an infinite limit',
      { dims: { batch: { max: Infinity } } },
      'dims.batch: max must be an integer from 1 to 4294967295, got Infinity',
    ],
    ['an unknown limit', { dims: { batch: { most: 3 } } }, "dims.batch: unknown field 'most'"],
    ['limits that cross', { dims: { batch: { min: 4, max: 3 } } }, 'dims.batch: min 4 is above max 3'],
    [
      'tensors without a typed array',
      { tensors: { w: { data: [1], shape: [1] } } },
      'tensors.w: expects a Float32Array or { data, shape } with a typed array, got {"data":[1],"shape":[1]}',
    ],
  ] as const
).map(([title, given, message]) => ({
  title,
  layers: [dense('dense_1', 3)],
  options: given,
  class: 'OptionError',
  message,
}));

for (const { title, inputs = [input(['batch', 10])], layers, fields, options: given, ...row } of [
  ...geometry,
  ...memory,
  ...options,
]) {
  test(title, async (t) => {
    const outputs = [{ name: 'y', from: layers.at(-1)!['name'] }];
    const source = JSON.stringify({ nacre: 1, inputs, layers, outputs, ...fields });
    const error = await t.throwsAsync(nacre.compile(source, given as nacre.CompileOptions));
    if (row.message instanceof RegExp) t.regex(error.message, row.message);
    else t.is(error.message, row.message);
    t.true(error instanceof (nacre[row.class] as unknown as typeof Error), error.name);
    t.like(error, { name: row.class, ...row.details });
  });
}
