import test from 'ava';
import { readNpy, writeNpy } from '../compiler/npy.js';
import { ImportError } from '../compiler/errors.js';
import type { Tensor } from '../compiler/tensor.js';

/** A file of a format version, its header padded as NumPy pads it. */
function npy(version: number, header: string, data: ArrayBufferView): Uint8Array {
  const start = version === 1 ? 10 : 12;
  const length = Math.ceil((start + header.length + 1) / 64) * 64 - start;
  const file = new Uint8Array(start + length + data.byteLength);
  const view = new DataView(file.buffer);
  file.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  if (version === 1) view.setUint16(8, length, true);
  else view.setUint32(8, length, true);
  new TextEncoder().encodeInto(`${header.padEnd(length - 1)}\n`, file.subarray(start));
  file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start + length);
  return file;
}

/** Headers as numpy.lib.format.write_array writes them. */
const dictionary = (descr: string, shape: string, order = 'False'): string =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }`;

const halves = Float32Array.of(0, 0.5, 1, 1.5, 2, 2.5);

const readable: readonly (readonly [title: string, file: Uint8Array, expected: Tensor])[] = [
  [
    'version 1, float32',
    npy(1, dictionary('<f4', '(2, 3)'), halves),
    { dtype: 'float32', shape: [2, 3], data: halves },
  ],
  [
    'version 2, int64',
    npy(2, dictionary('<i8', '(3,)'), BigInt64Array.of(1n, -2n, 2n ** 40n)),
    { dtype: 'int64', shape: [3], data: BigInt64Array.of(1n, -2n, 2n ** 40n) },
  ],
  [
    'version 3, a boolean scalar',
    npy(3, dictionary('|b1', '()'), Uint8Array.of(1)),
    { dtype: 'bool', shape: [], data: Uint8Array.of(1) },
  ],
  [
    'entries in another order, sizes of Python 2',
    npy(1, `{ 'shape': (2L, 1L), 'descr': '<i4', 'fortran_order': False }`, Int32Array.of(7, -7)),
    { dtype: 'int32', shape: [2, 1], data: Int32Array.of(7, -7) },
  ],
  [
    'uint8, empty',
    npy(1, dictionary('|u1', '(0, 4)'), new Uint8Array(0)),
    { dtype: 'uint8', shape: [0, 4], data: new Uint8Array(0) },
  ],
  [
    'one axis in both orders at once',
    npy(1, dictionary('<f4', '(6,)', 'True'), halves),
    { dtype: 'float32', shape: [6], data: halves },
  ],
];

for (const [title, file, expected] of readable) {
  test(`reads ${title}`, (t) => {
    t.deepEqual(readNpy(file, 'x.npy'), { tensor: expected });
    t.deepEqual(readNpy(Buffer.concat([file]), 'x.npy'), { tensor: expected });
  });
}

test('float64 is rounded to float32, with a note', (t) => {
  const { tensor, note } = readNpy(npy(1, dictionary('<f8', '(2,)'), Float64Array.of(0.1, -3)), 'x.npy');
  t.deepEqual(tensor, { dtype: 'float32', shape: [2], data: Float32Array.of(0.1, -3) });
  t.is(note, 'float64 values were rounded to float32');
});

test('writes the bytes that NumPy writes', (t) => {
  const file = writeNpy({ dtype: 'float32', shape: [2, 3], data: halves });
  t.is(file.length, 152);
  t.is(Buffer.from(file.subarray(0, 10)).toString('hex'), '934e554d505901007600');
  t.is(Buffer.from(file.subarray(10, 127)).toString('latin1').trimEnd(), dictionary('<f4', '(2, 3)'));
  t.is(Buffer.from(file.subarray(127)).toString('hex'), '0a000000000000003f0000803f0000c03f0000004000002040');
});

test('every dtype is read as it was written', (t) => {
  const tensors: readonly Tensor[] = [
    ...readable.map(([, , tensor]) => tensor),
    { dtype: 'int8', shape: [2, 1, 1], data: Int8Array.of(-128, 127) },
  ];
  for (const tensor of tensors) t.deepEqual(readNpy(writeNpy(tensor), 'x.npy'), { tensor });
});

const four = new Uint8Array(4);
const refused: readonly (readonly [file: Uint8Array, message: string])[] = [
  [new Uint8Array(0), 'is no .npy file'],
  [new TextEncoder().encode('{"x": [1, 2, 3]}'), 'is no .npy file'],
  [npy(4, dictionary('<f4', '(1,)'), four), '.npy format version 4 is not 1, 2 or 3'],
  [npy(1, dictionary('<f4', '(1,)'), four).subarray(0, 40), 'its header of 118 bytes is cut off'],
  [npy(1, 'nothing', four), 'its header is no dictionary'],
  [npy(1, `{'descr': '<f4', 'shape': (1,)}`, four), 'its header lacks descr, fortran_order or shape'],
  [npy(1, dictionary('<f4', '(-1,)'), four), 'its header lacks descr, fortran_order or shape'],
  [npy(1, dictionary('<f4', '(1 2)'), four), 'its shape (1 2) is malformed'],
  [npy(1, dictionary('>f4', '(1,)'), four), "dtype '>f4' is big-endian; save it as '<f4'"],
  [
    npy(1, dictionary('<c8', '(1,)'), new Uint8Array(8)),
    "dtype '<c8' is not supported (<f4, <i4, <i8, |u1, |i1, |b1, <f8); save it as one of these",
  ],
  [
    npy(1, `{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }`, four),
    'its elements are records, which no input takes',
  ],
  [npy(1, dictionary('<f4', '(2, 3)', 'True'), halves), 'is in Fortran order; save numpy.ascontiguousarray of it'],
  [npy(1, dictionary('<f4', '(7,)'), halves), "'<f4' of shape (7) takes 28 bytes, the file holds 24"],
  [
    npy(1, dictionary('<f4', '(99999999999, 99999999999)'), halves),
    "'<f4' of shape (99999999999, 99999999999) takes 3.99999999992e+22 bytes, the file holds 24",
  ],
];

for (const [index, [file, message]] of refused.entries()) {
  test(`refusal ${index}: ${message}`, (t) => {
    t.throws(() => readNpy(file, 'x.npy'), { instanceOf: ImportError, message: `x.npy: ${message}` });
  });
}
