import test from 'ava';
import { ImportError } from '../../compiler/errors.js';
import { readWeightsManifest } from '../../compiler/import/weights-manifest.js';
import { decode, type StoredValues } from '../../compiler/stored.js';

const bytesOf = (...arrays: readonly ArrayBufferView[]): Uint8Array =>
  new Uint8Array(
    Buffer.concat(arrays.map((array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength))),
  );

const weight = (name: string, dtype: string, shape: unknown, quantization?: object): object => ({
  name,
  dtype,
  shape,
  ...(quantization && { quantization }),
});

const text = (...words: readonly string[]): Uint8Array =>
  bytesOf(...words.flatMap((word) => [Uint32Array.of(word.length), new TextEncoder().encode(word)]));

const manifest = [
  {
    paths: ['a', 'empty', 'b'],
    weights: [
      weight('float', 'float32', [2, 2]),
      weight('words', 'string', [2]),
      weight('truth', 'bool', [3]),
      weight('byte', 'float32', [3], { dtype: 'uint8', scale: 0.5, min: -1, original_dtype: 'float32' }),
      weight('half', 'float32', [2], { dtype: 'float16', original_dtype: 'float32' }),
    ],
  },
  {
    paths: ['c'],
    weights: [
      weight('short', 'float32', [2, 1], { dtype: 'uint16', scale: 0.25, min: 3 }),
      weight('whole', 'int32', [2], { dtype: 'uint8', scale: 1, min: -4 }),
      weight('int', 'int32', []),
      weight('none', 'float32', [0, 7]),
    ],
  },
];

const first = bytesOf(
  Float32Array.of(1, -2, 3.5, NaN),
  text('ab', ''),
  Uint8Array.of(1, 0, 1),
  Uint8Array.of(0, 2, 255),
  Uint16Array.of(0x3c00, 0xc000),
);
const second = bytesOf(Uint16Array.of(0, 8), Uint8Array.of(0, 9), Int32Array.of(-7));

const expected = {
  float: { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, -2, 3.5, NaN) },
  truth: { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) },
  byte: { dtype: 'uint8', shape: [3], data: Uint8Array.of(0, 2, 255), scale: [0.5], offset: [-1], axis: null },
  half: { dtype: 'float16', shape: [2], data: Uint16Array.of(0x3c00, 0xc000) },
  short: { dtype: 'uint16', shape: [2, 1], data: Uint16Array.of(0, 8), scale: [0.25], offset: [3], axis: null },
  whole: { dtype: 'int32', shape: [2], data: Int32Array.of(-4, 5) },
  int: { dtype: 'int32', shape: [], data: Int32Array.of(-7) },
  none: { dtype: 'float32', shape: [0, 7], data: new Float32Array(0) },
};

const byPath: Readonly<Record<string, Uint8Array>> = {
  a: first.subarray(0, 19),
  empty: new Uint8Array(0),
  b: first.subarray(19),
  c: second,
};

for (const [form, shards] of [
  ['by path', byPath],
  ['in one', bytesOf(first, second)],
  ['of a function', (path: string) => byPath[path]!],
] as const) {
  test(`weights are read from shards ${form}`, (t) => {
    t.deepEqual(Object.fromEntries(readWeightsManifest(manifest, shards)), expected);
  });
}

test('quantized weights decode to what they stand for', (t) => {
  const values = readWeightsManifest(manifest, byPath);
  const decoded = (name: string): number[] => [...decode(values.get(name) as StoredValues)];
  t.deepEqual(decoded('byte'), [-1, 0, 126.5]);
  t.deepEqual(decoded('short'), [3, 5]);
  t.deepEqual(decoded('half'), [1, -2]);
});

const one = (...weights: readonly unknown[]): unknown => [{ paths: ['a'], weights }];
const quantized = (quantization: unknown, dtype = 'float32'): unknown =>
  one({ name: 'x', dtype, shape: [1], quantization });

const refused: [title: string, manifest: unknown, bytes: number, code: string, message: string][] = [
  ['no list', {}, 0, 'manifest', 'weightsManifest: groups must be a list, got {}'],
  ['no group', [3], 0, 'manifest', 'weightsManifest: expected an object, got 3'],
  ['no paths', [{ weights: [] }], 0, 'manifest', 'weightsManifest: paths must be a list, got undefined'],
  ['a path of numbers', [{ paths: [1], weights: [] }], 0, 'manifest', 'weightsManifest: a path is a string, got 1'],
  ['no weights', [{ paths: [] }], 0, 'manifest', 'weightsManifest: weights must be a list, got undefined'],
  ['no name', one({ shape: [] }), 0, 'manifest', 'weightsManifest: a weight has a name, got undefined'],
  ['no shape', one({ name: 'x' }), 0, 'shape', 'x: shape must be a list of dimensions'],
  [
    'negative size',
    one(weight('x', 'float32', [-1])),
    0,
    'shape',
    'x: dimensions must be integers of at least 0, got -1',
  ],
  ['fraction', one(weight('x', 'float32', [0.5])), 0, 'shape', 'x: dimensions must be integers of at least 0, got 0.5'],
  ['no size', one(weight('x', 'float32', ['2'])), 0, 'shape', 'x: dimensions must be integers of at least 0, got "2"'],
  [
    'too many',
    one(weight('x', 'float32', [2 ** 40, 2 ** 40])),
    0,
    'shape',
    'x: shape has more elements than can be counted',
  ],
  [
    'lying shape',
    one(weight('x', 'float32', [2 ** 40])),
    4,
    'truncated',
    'x: float32 of shape (1099511627776) takes 4398046511104 bytes, 4 are left in a',
  ],
  [
    'lying count of strings',
    one(weight('x', 'string', [2 ** 40])),
    4,
    'truncated',
    'x: string of shape (1099511627776) takes 4398046511104 bytes, 4 are left in a',
  ],
  ['short', one(weight('x', 'int32', [2])), 7, 'truncated', 'x: int32 of shape (2) takes 8 bytes, 7 are left in a'],
  ['long', one(weight('x', 'int32', [2])), 9, 'trailing', 'a: weights take 8 bytes, got 9'],
  [
    'complex',
    one(weight('x', 'complex64', [])),
    8,
    'dtype',
    "x: dtype 'complex64' is not one of float32, int32, bool, uint8, int8, int64, string",
  ],
  [
    'no dtype',
    one({ name: 'x', shape: [] }),
    0,
    'dtype',
    'x: dtype undefined is not one of float32, int32, bool, uint8, int8, int64, string',
  ],
  [
    'twice',
    one(weight('x', 'bool', []), weight('x', 'bool', [])),
    2,
    'duplicate',
    'x: stands twice in the weights of the manifest',
  ],
  ['path twice', [{ paths: ['a', 'a'], weights: [] }], 0, 'duplicate', 'a: stands twice in the paths of the manifest'],
  [
    'quantized how',
    quantized({ dtype: 'int4' }),
    1,
    'quantization',
    "x: quantized as 'int4', which is not one of uint8, uint16, float16",
  ],
  [
    'quantized with what',
    quantized({ dtype: 'uint8', min: 0 }),
    1,
    'quantization',
    'x: scale must be a number, got undefined',
  ],
  [
    'quantized from',
    quantized({ dtype: 'uint8', scale: 1, min: 'a' }),
    1,
    'quantization',
    "x: min must be a number, got 'a'",
  ],
  [
    'quantized bools',
    quantized({ dtype: 'uint8', scale: 1, min: 0 }, 'bool'),
    1,
    'quantization',
    "x: uint8 cannot stand for 'bool'",
  ],
  [
    'halves of integers',
    quantized({ dtype: 'float16' }, 'int32'),
    2,
    'quantization',
    "x: float16 cannot stand for 'int32'",
  ],
  ['quantized by text', quantized('uint8'), 1, 'manifest', "x: expected an object, got 'uint8'"],
];

for (const [title, given, size, code, message] of refused) {
  test(`refused: ${title}`, (t) => {
    const error = t.throws(() => readWeightsManifest(given, { a: new Uint8Array(size) }), { instanceOf: ImportError });
    t.deepEqual([error.code, error.message], [code, message]);
  });
}

const float = [{ paths: ['a', 'b'], weights: [weight('x', 'float32', [1])] }];
const shardFaults: [title: string, manifest: unknown, shards: unknown, code: string, message: string][] = [
  ['missing', float, { a: new Uint8Array(4) }, 'shard', 'b: is missing'],
  ['of the prototype', [{ paths: ['toString'], weights: [] }], {}, 'shard', 'toString: is missing'],
  ['no bytes', float, { a: [1, 2, 3, 4] }, 'shard', 'a: must be a Uint8Array, got [1,2,3,4]'],
  ['a function without', float, () => undefined, 'shard', 'a: is missing'],
  ['one too long', float, new Uint8Array(5), 'trailing', 'weights: weights take 4 bytes, got 5'],
  [
    'one too short',
    float,
    new Uint8Array(3),
    'truncated',
    'x: float32 of shape (1) takes 4 bytes, 3 are left in weights',
  ],
  [
    'a string beyond its shard',
    [{ paths: ['a'], weights: [weight('x', 'string', [1])] }],
    { a: Uint8Array.of(255, 255, 255, 255, 0) },
    'truncated',
    'x: string of shape (1) takes 4294967299 bytes, 5 are left in a',
  ],
  [
    'a bool of 2',
    [{ paths: ['a'], weights: [weight('x', 'bool', [1])] }],
    { a: Uint8Array.of(2) },
    'boolean',
    'x: expected 0 or 1, got 2',
  ],
];

for (const [title, given, shards, code, message] of shardFaults) {
  test(`refused shard: ${title}`, (t) => {
    const error = t.throws(() => readWeightsManifest(given, shards as Uint8Array), { instanceOf: ImportError });
    t.deepEqual([error.code, error.message], [code, message]);
  });
}
