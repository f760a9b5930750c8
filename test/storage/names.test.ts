import test from 'ava';
import { NacreError, compile, type CompileOptions } from '../../compiler/index.js';
import { permuteStored, type StoredValues } from '../../compiler/stored.js';
import { floats, quantized, words } from './models.js';

const declaration = (fields: object = {}): string =>
  JSON.stringify({
    nacre: 1,
    inputs: [{ name: 'x', shape: ['batch', 6, 6, 2] }],
    layers: [
      { name: 'conv', kind: 'conv2d', filters: 4, kernelSize: 3 },
      { name: 'depthwise', kind: 'depthwiseConv2d', kernelSize: 3, depthMultiplier: 2, bias: false },
      { name: 'flatten', kind: 'flatten' },
      { name: 'hidden', kind: 'dense', units: 5 },
    ],
    outputs: [{ name: 'y', from: 'hidden' }],
    ...fields,
  });

/** Values in the layouts of declarations, outputs last. */
const shapes = {
  'conv.weight': [3, 3, 2, 4],
  'conv.bias': [4],
  'depthwise.weight': [3, 3, 4, 2],
  'hidden.weight': [32, 5],
  'hidden.bias': [5],
};
type Tensors = Record<string, StoredValues>;
const tensors: Tensors = Object.fromEntries(
  Object.entries(shapes).map(([name, shape], index) => [name, floats(shape, index)]),
);
const next = words(3);
tensors['hidden.weight'] = quantized({ dtype: 'int8', shape: [32, 5], axis: 1, wide: true }, next);

const oi = [1, 0];
const oihw = [3, 2, 0, 1];
/** The same as torch has them: depthwise kernels are [in · multiplier, 1, kh, kw]. */
const outputsFirst: Tensors = {
  ...tensors,
  'conv.weight': permuteStored(tensors['conv.weight']!, oihw),
  'depthwise.weight': permuteStored({ ...tensors['depthwise.weight']!, shape: [3, 3, 1, 8] }, oihw),
  'hidden.weight': permuteStored(tensors['hidden.weight']!, oi),
};
const renamed = (of: Tensors): Tensors =>
  Object.fromEntries(Object.entries(of).map(([name, values]) => [`model.${name}`, values]));
const without = (of: Tensors, ...names: string[]): Tensors =>
  Object.fromEntries(Object.entries(of).filter(([name]) => !names.includes(name)));

const bytesOf = async (options: CompileOptions, fields?: object) => {
  const { binary, notes } = await compile(declaration(fields), options);
  return { binary: Buffer.from(binary), notes };
};

for (const [title, options] of [
  ['outputs first', { tensors: outputsFirst, tensorLayout: 'oi' }],
  ['other names', { tensors: renamed(tensors), tensorNames: (variable) => `model.${variable}` }],
  [
    'single names and layouts',
    {
      tensors: { ...outputsFirst, ...renamed(outputsFirst) },
      tensorNames: {
        'conv.weight': { tensor: 'model.conv.weight', layout: 'oihw' },
        'depthwise.weight': { tensor: 'depthwise.weight', layout: 'oi' },
        'hidden.weight': { tensor: 'hidden.weight', transpose: true },
      },
    },
  ],
] as readonly (readonly [string, CompileOptions])[]) {
  test(`tensors fill variables by name: ${title}`, async (t) => {
    const plain = await bytesOf({ tensors });
    const { binary } = await bytesOf(options);
    t.deepEqual(plain.notes, []);
    t.true(binary.equals(plain.binary));
    t.true((await bytesOf(options)).binary.equals(binary), 'the same bytes again');
  });
}

test('a variable with outputs first takes them as they are, and others in its order', async (t) => {
  const fields = { defaults: { layout: 'oi' } };
  const first = await bytesOf({ tensors: without(outputsFirst, 'depthwise.weight') }, fields);
  const last = await bytesOf({ tensors: without(tensors, 'depthwise.weight'), tensorLayout: 'io' }, fields);
  t.true(first.binary.equals(last.binary));
});

test('what the declaration refers to comes before names, and null keeps an initializer', async (t) => {
  const [referring, plain] = [{ bias: { tensor: 'b' } }, {}].map((fields) => ({
    layers: [
      { name: 'flatten', kind: 'flatten' },
      { name: 'hidden', kind: 'dense', units: 5, ...fields },
    ],
  }));
  const b = floats([5], 9);
  const given = { b, 'hidden.bias': floats([5], 8) };
  const referred = await bytesOf({ tensors: given }, referring);
  const named = await bytesOf({ tensors: { 'hidden.bias': b } }, plain);
  const none = await bytesOf({ tensors: given, tensorNames: { 'hidden.bias': null } }, plain);
  t.true(referred.binary.equals(named.binary));
  t.true(none.binary.equals((await bytesOf({}, plain)).binary));
  t.deepEqual(referred.notes, ['tensors: no variable takes hidden.bias']);
  t.deepEqual(named.notes, ['tensors: there is none for hidden.weight']);
  t.deepEqual(none.notes, ['tensors: no variable takes b, hidden.bias']);
});

const swapped = { ...tensors, 'hidden.weight': floats([5, 32], 1) };
const doubles = (value: number) => ({ dtype: 'float64', shape: [5], data: new Float64Array(5).fill(value) });
const refused: readonly (readonly [string, CompileOptions, string, string])[] = [
  ['a shape', { tensors: swapped }, 'ShapeError', 'hidden.weight: expects shape (32, 5), got (5, 32)'],
  [
    'the shape of a tensor with another name',
    { tensors: { w: floats([5, 32], 1) }, tensorNames: { 'hidden.weight': 'w' } },
    'ShapeError',
    "hidden.weight: expects shape (32, 5), got (5, 32) of tensor 'w'",
  ],
  [
    'a shape after its axes have moved',
    { tensors: { w: floats([6, 32], 1) }, tensorNames: { 'hidden.weight': { tensor: 'w', layout: 'oi' } } },
    'ShapeError',
    "hidden.weight: expects shape (32, 5), got (32, 6) of tensor 'w', stored as (6, 32)",
  ],
  [
    'tensors and variables that are left',
    { tensors: { ...without(tensors, 'conv.bias'), more: floats([1], 1) }, unmatchedTensors: 'refuse' },
    'OptionError',
    'tensors: no variable takes more, and there is none for conv.bias',
  ],
  [
    'a variable there is not',
    { tensors, tensorNames: { 'hiden.bias': 'b' } },
    'OptionError',
    "tensorNames.hiden.bias: the model has no variable 'hiden.bias'; did you mean 'hidden.bias'?",
  ],
  [
    'a tensor there is not',
    { tensors, tensorNames: { 'hidden.bias': 'hiden.bias' } },
    'OptionError',
    "tensorNames.hidden.bias: tensor 'hiden.bias' is not among the tensors given; did you mean 'hidden.bias'?",
  ],
  [
    'a reference of another form',
    { tensors, tensorNames: { 'hidden.bias': { name: 'b' } as never } },
    'OptionError',
    'tensorNames.hidden.bias: must be a tensor\'s name, { tensor, layout, transpose } or null, got {"name":"b"}',
  ],
  [
    'no names',
    { tensorNames: 5 as never },
    'OptionError',
    'tensorNames: must be names by variable or a function, got 5',
  ],
  ['a layout', { tensorLayout: 'ohwi' as never }, 'OptionError', "tensorLayout: must be 'io' or 'oi', got 'ohwi'"],
  [
    'a word for what is left',
    { unmatchedTensors: 'ignore' as never },
    'OptionError',
    "unmatchedTensors: must be 'note' or 'refuse', got 'ignore'",
  ],
  [
    'numbers beyond float32',
    { tensors: { 'hidden.bias': doubles(1e300) } },
    'OptionError',
    'tensors.hidden.bias: value 1e+300 at 0 is beyond the range of float32',
  ],
  [
    'no numbers',
    { tensors: { 'hidden.bias': { dtype: 'bool', shape: [5], data: new Uint8Array(5) } } },
    'OptionError',
    'tensors.hidden.bias: expects numbers, got bool',
  ],
];

for (const [title, options, name, message] of refused) {
  test(`refused: ${title}`, async (t) => {
    const error = await t.throwsAsync(compile(declaration(), options), { instanceOf: NacreError });
    t.like(error, { name, message });
  });
}

test('float64 is rounded, and that is said', async (t) => {
  const { notes } = await bytesOf({ tensors: { ...tensors, 'hidden.bias': doubles(0.1) } });
  t.deepEqual(notes, ['tensors.hidden.bias: float64 values were rounded to float32, by at most 1.49e-9']);
  t.deepEqual((await bytesOf({ tensors: { ...tensors, 'hidden.bias': doubles(0.5) } })).notes, []);
});
