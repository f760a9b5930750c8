import test from 'ava';
import fc from 'fast-check';
import { ImportError } from '../compiler/errors.js';
import {
  openSafetensors,
  readMetadata,
  readSafetensors,
  writeSafetensors,
  type StoredTensor,
} from '../compiler/import/safetensors.js';
import { attemptSafetensors, damagedFile } from './conformance/damage-safetensors.js';
import { Random } from './conformance/mutate.js';

function file(header: string | Uint8Array, data = 0, declaredLength?: bigint): Uint8Array {
  const bytes = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const result = new Uint8Array(8 + bytes.length + data);
  new DataView(result.buffer).setBigUint64(0, declaredLength ?? BigInt(bytes.length), true);
  result.set(bytes, 8);
  return result;
}

function entry(name: string, dtype: string, shape: string, begin: number, end: number): string {
  return `"${name}":{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]}`;
}

const everyDtype: Record<string, StoredTensor> = {
  float32: { dtype: 'float32', shape: [2, 2], data: new Float32Array([1, -2, NaN, 0.5]) },
  float64: { dtype: 'float64', shape: [1], data: new Float64Array([Math.PI]) },
  float16: { dtype: 'float16', shape: [3], data: new Uint16Array([0x3c00, 0x7bff, 1]) },
  bfloat16: { dtype: 'bfloat16', shape: [1, 1], data: new Uint16Array([0x3f80]) },
  int64: { dtype: 'int64', shape: [2], data: new BigInt64Array([-1n, 2n ** 62n]) },
  uint64: { dtype: 'uint64', shape: [1], data: new BigUint64Array([2n ** 64n - 1n]) },
  int32: { dtype: 'int32', shape: [], data: new Int32Array([-7]) },
  uint32: { dtype: 'uint32', shape: [1], data: new Uint32Array([2 ** 32 - 1]) },
  int16: { dtype: 'int16', shape: [2], data: new Int16Array([-32768, 1]) },
  uint16: { dtype: 'uint16', shape: [1], data: new Uint16Array([65535]) },
  uint8: { dtype: 'uint8', shape: [3], data: new Uint8Array([0, 128, 255]) },
  int8: { dtype: 'int8', shape: [1], data: new Int8Array([-128]) },
  bool: { dtype: 'bool', shape: [2], data: new Uint8Array([1, 0]) },
  empty: { dtype: 'float32', shape: [0, 4], data: new Float32Array(0) },
};

test('a small file has these bytes', (t) => {
  const bytes = writeSafetensors(
    {
      b: { dtype: 'float32', shape: [2], data: new Float32Array([1, -2]) },
      a: { dtype: 'uint8', shape: [], data: new Uint8Array([7]) },
    },
    { z: '12', format: 'pt' },
  );
  const header =
    '{"__metadata__":{"format":"pt","z":"12"},"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},' +
    '"b":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}}       ';
  t.is(header.length, 152);
  t.deepEqual([...bytes.subarray(0, 8)], [152, 0, 0, 0, 0, 0, 0, 0]);
  t.is(new TextDecoder().decode(bytes.subarray(8, 160)), header);
  t.deepEqual([...bytes.subarray(160)], [7, 0, 0, 128, 63, 0, 0, 0, 192]);
});

test('every dtype survives a round trip', (t) => {
  t.deepEqual({ ...readSafetensors(writeSafetensors(everyDtype)) }, everyDtype);
});

test('the bytes do not depend on the order of keys', (t) => {
  const reversed = Object.fromEntries(Object.entries(everyDtype).reverse());
  t.deepEqual(writeSafetensors(reversed), writeSafetensors(everyDtype));
});

test('any names and values survive a round trip', (t) => {
  const tensor = fc
    .float32Array({ maxLength: 8 })
    .map((data): StoredTensor => ({ dtype: 'float32', shape: [data.length], data }));
  const name = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1 }).filter((text) => text !== '__metadata__'),
    fc.constantFrom('__proto__', 'constructor', '10', '9', 'a"b\\', 'é'),
  );
  fc.assert(
    fc.property(fc.dictionary(name, tensor, { noNullPrototype: true }), (tensors) => {
      t.deepEqual(Object.entries(readSafetensors(writeSafetensors(tensors))).sort(), Object.entries(tensors).sort());
    }),
  );
});

test('data is copied, aligned, from a view at any offset', (t) => {
  const source = writeSafetensors({ x: { dtype: 'float64', shape: [1], data: new Float64Array([3]) } });
  for (const allocate of [(n: number) => new Uint8Array(n), (n: number) => Buffer.alloc(n)]) {
    const view = allocate(source.length + 3).subarray(3);
    view.set(source);
    const { x } = readSafetensors(view);
    view.fill(0);
    t.is(x?.data[0], 3);
    t.is(x?.data.buffer.byteLength, 8);
  }
});

test('a file may hold no tensor, and a name of Object.prototype is not one', (t) => {
  t.false('toString' in readSafetensors(file('{}  ')));
});

const twice = `{${entry('x', 'U8', '[1]', 0, 1)},${entry('\\u0078', 'U8', '[1]', 1, 2)}}`;
const listed = 'F32, F64, F16, BF16, I64, U64, I32, U32, I16, U16, U8, I8, BOOL';
const malformed: [title: string, bytes: Uint8Array, code: string, message: string][] = [
  ['no bytes', new Uint8Array(0), 'truncated', 'safetensors: a file has at least 8 bytes, got 0'],
  ['no header length', new Uint8Array(7), 'truncated', 'safetensors: a file has at least 8 bytes, got 7'],
  ['short header', file('{}', 0, 3n), 'truncated', 'safetensors: header of 3 bytes does not fit in the 2 that follow'],
  [
    'huge header',
    file('{}', 0, 2n ** 64n - 1n),
    'headerLength',
    'safetensors: header of 18446744073709551615 bytes is above the limit of 100000000',
  ],
  ['empty header', file(''), 'headerSyntax', "safetensors: the header must begin with '{'"],
  ['leading space', file(' {}'), 'headerSyntax', "safetensors: the header must begin with '{'"],
  ['not UTF-8', file(Uint8Array.of(0x7b, 0xff, 0x7d)), 'headerSyntax', 'safetensors: the header is not UTF-8'],
  ['not JSON', file("{'x': 1}"), 'headerSyntax', 'safetensors: the header is not JSON'],
  ['open string', file('{"x\\"'), 'headerSyntax', 'safetensors: the header is not JSON'],
  [
    'deep nesting',
    file('{"x":' + '['.repeat(100_000)),
    'headerSyntax',
    'safetensors: the header is nested more than 3 levels deep',
  ],
  ['same name twice', file(twice, 2), 'duplicateKey', 'safetensors: the header has the key "x" twice'],
  [
    'same field twice',
    file('{"x":{"dtype":"U8","dtype":"I8","shape":[],"data_offsets":[0,1]}}', 1),
    'duplicateKey',
    'safetensors: the header has the key "dtype" twice',
  ],
  ['metadata', file('{"__metadata__":{"a":1}}'), 'metadata', '__metadata__: must be an object of strings'],
  ['metadata list', file('{"__metadata__":["a"]}'), 'metadata', '__metadata__: must be an object of strings'],
  ['no object', file('{"x":[1]}'), 'entry', 'x: must be an object with dtype, shape, data_offsets'],
  ['no shape', file('{"x":{"dtype":"U8","data_offsets":[0,1]}}', 1), 'entry', "x: has no 'shape'"],
  [
    'unknown field',
    file('{"x":{"dtype":"U8","shape":[],"data_offsets":[0,1],"stride":1}}', 1),
    'entry',
    "x: unknown field 'stride'",
  ],
  [
    'unknown dtype',
    file(`{${entry('x', 'F8_E4M3', '[1]', 0, 1)}}`, 1),
    'dtype',
    `x: dtype "F8_E4M3" is not one of ${listed}`,
  ],
  ['shape 3', file(`{${entry('x', 'U8', '3', 0, 3)}}`, 3), 'shape', 'x: shape must be a list of dimensions'],
  [
    'negative dim',
    file(`{${entry('x', 'U8', '[-1]', 0, 1)}}`, 1),
    'shape',
    'x: dimensions must be integers of at least 0, got -1',
  ],
  [
    'fraction',
    file(`{${entry('x', 'U8', '[1.5]', 0, 1)}}`, 1),
    'shape',
    'x: dimensions must be integers of at least 0, got 1.5',
  ],
  [
    'text as dim',
    file(`{${entry('x', 'U8', '["1"]', 0, 1)}}`, 1),
    'shape',
    'x: dimensions must be integers of at least 0, got "1"',
  ],
  [
    'overflowing shape',
    file(`{${entry('x', 'U8', '[9007199254740991,9007199254740991]', 0, 1)}}`, 1),
    'shape',
    'x: shape has more elements than can be counted',
  ],
  [
    'wrong byte count',
    file(`{${entry('x', 'F32', '[2,1]', 0, 7)}}`, 7),
    'byteCount',
    'x: F32 of shape (2, 1) takes 8 bytes, data_offsets give 7',
  ],
  [
    'backward offsets',
    file(`{${entry('x', 'U8', '[1]', 2, 1)}}`, 2),
    'offsets',
    'x: data_offsets must be integers begin ≤ end, got [2,1]',
  ],
  [
    'three offsets',
    file('{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}}', 2),
    'offsets',
    'x: data_offsets must be integers begin ≤ end, got [0,1,2]',
  ],
  [
    'overlap',
    file(`{${entry('x', 'U8', '[2]', 0, 2)},${entry('y', 'U8', '[2]', 1, 3)}}`, 3),
    'overlap',
    "y: overlaps 'x'",
  ],
  ['gap before', file(`{${entry('x', 'U8', '[1]', 1, 2)}}`, 2), 'gap', 'x: begins at byte 1, leaving a gap after 0'],
  [
    'gap between',
    file(`{${entry('y', 'U8', '[1]', 3, 4)},${entry('x', 'U8', '[2]', 0, 2)}}`, 4),
    'gap',
    'y: begins at byte 3, leaving a gap after 2',
  ],
  [
    'bytes after',
    file(`{${entry('x', 'U8', '[1]', 0, 1)}}`, 3),
    'gap',
    'safetensors: 2 bytes after the last tensor belong to none',
  ],
  ['data cut off', file(`{${entry('x', 'U8', '[9]', 0, 9)}}`, 8), 'truncated', 'x: ends at byte 9 of 8 bytes of data'],
  [
    'bool of 2',
    filled(file(`{${entry('x', 'BOOL', '[1]', 0, 1)}}`, 1), 2),
    'value',
    'x: bool values must be 0 or 1, got 2',
  ],
];

function filled(bytes: Uint8Array, last: number): Uint8Array {
  bytes[bytes.length - 1] = last;
  return bytes;
}

for (const [title, bytes, code, message] of malformed) {
  test(`read refuses: ${title}`, (t) => {
    const error = t.throws(() => readSafetensors(bytes), { instanceOf: ImportError, code });
    t.is(error.message, message);
  });
}

const float32 = (shape: number[], length: number): StoredTensor => ({
  dtype: 'float32',
  shape,
  data: new Float32Array(length),
});
const unwritable: [tensors: Record<string, StoredTensor>, message: string][] = [
  [{ __metadata__: float32([1], 1) }, '__metadata__: is reserved for metadata'],
  [{ x: float32([2, 3], 5) }, 'x: shape (2, 3) has 6 elements, got 5'],
  [{ x: float32([-1], 1) }, 'x: dimensions must be integers of at least 0, got -1'],
  [{ x: { ...float32([1], 1), dtype: 'int8' } as unknown as StoredTensor }, 'x: int8 data must be of Int8Array'],
  [
    { x: { ...float32([1], 1), dtype: 'toString' } as unknown as StoredTensor },
    "x: dtype 'toString' is not one of float32, float64, float16, bfloat16, int64, uint64, int32, uint32, int16, uint16, uint8, int8, bool",
  ],
  [{ x: { dtype: 'bool', shape: [1], data: Uint8Array.of(3) } }, 'x: bool values must be 0 or 1, got 3'],
];

for (const [tensors, message] of unwritable) {
  test(`write refuses: ${message}`, (t) => {
    t.is(t.throws(() => writeSafetensors(tensors), { instanceOf: ImportError }).message, message);
  });
}

test('every truncation of a valid file is refused', (t) => {
  const bytes = writeSafetensors({ x: float32([4], 4) });
  for (let length = 0; length < bytes.length; length++) {
    t.throws(() => readSafetensors(bytes.subarray(0, length)), { instanceOf: ImportError });
  }
});

test('corrupted bytes are read or refused with an ImportError', (t) => {
  const bytes = writeSafetensors(everyDtype, { format: 'pt' });
  const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const corrupted = bytes.slice();
      for (const [index, value] of changes) corrupted[index] = value;
      try {
        readSafetensors(corrupted);
      } catch (error) {
        if (!(error instanceof ImportError)) throw error;
      }
    }),
    { numRuns: 500 },
  );
  t.pass();
});

test('a damaged file is refused by a typed error or read, whole and in parts alike', async (t) => {
  const random = new Random(1);
  let refused = 0;
  for (let count = 0; count < 2000; count++) {
    const file = damagedFile(random);
    const outcome = await attemptSafetensors(file);
    t.is(outcome.fault, undefined, JSON.stringify(new TextDecoder().decode(file)));
    if (outcome.refused) refused++;
  }
  t.true(refused > 1000 && refused < 1900, `${refused} refused`);
});

test('a file that is opened gives one tensor after the other, and reads no other bytes', async (t) => {
  const bytes = writeSafetensors(everyDtype, { format: 'pt' });
  const ranges: [number, number][] = [];
  const read = (begin: number, end: number): Promise<Uint8Array> => {
    ranges.push([begin, end]);
    return Promise.resolve(bytes.subarray(begin, end));
  };
  const file = await openSafetensors({ size: bytes.length, read });
  t.deepEqual(file.metadata, { format: 'pt' });
  t.deepEqual(readMetadata(bytes), { format: 'pt' });
  t.is(ranges.length, 2);
  t.deepEqual(await file.read('int16'), everyDtype['int16']);
  t.is(ranges[2]![1] - ranges[2]![0], 4);
  const tensors: Record<string, StoredTensor> = {};
  for await (const [name, tensor] of file) tensors[name] = tensor;
  t.deepEqual(tensors, everyDtype);
  t.deepEqual(
    file.tensors.map(({ name, bytes: size }) => [name, size]),
    Object.keys(everyDtype)
      .sort()
      .map((name) => [name, everyDtype[name]!.data.byteLength]),
  );
  const missing = await t.throwsAsync(file.read('int61'), { instanceOf: ImportError });
  t.is(missing.message, "int61: the file has no tensor 'int61'; did you mean 'int16'?");
});

test('a file that gives fewer bytes than it has is refused', async (t) => {
  const bytes = writeSafetensors(everyDtype);
  const file = await openSafetensors({
    size: bytes.length,
    read: (begin, end) => Promise.resolve(bytes.subarray(begin, Math.min(end, bytes.length - 1))),
  });
  const error = await t.throwsAsync(file.read('uint8'), { instanceOf: ImportError });
  t.regex(error.message, /^uint8: bytes \d+ to \d+ were asked for, got 2 bytes$/);
});
