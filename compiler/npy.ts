import { ImportError } from './errors.js';
import { volume, type DType, type Tensor } from './tensor.js';

const MAGIC = '\u0093NUMPY';

/** NumPy's words for element types, little-endian. */
const types: readonly (readonly [descr: string, dtype: DType])[] = [
  ['<f4', 'float32'],
  ['<i4', 'int32'],
  ['<i8', 'int64'],
  ['|u1', 'uint8'],
  ['|i1', 'int8'],
  ['|b1', 'bool'],
];
const DOUBLE = '<f8';

/** An array of a file; `note` says how it was changed to be one of nacre's. */
export interface NpyArray {
  readonly tensor: Tensor;
  readonly note?: string;
}

interface Header {
  readonly descr: string;
  readonly isFortran: boolean;
  readonly shape: readonly number[];
}

const fail = (code: string, name: string, what: string): never => {
  throw new ImportError(code, name, what);
};

/**
 * Reads a `.npy` file of format version 1, 2 or 3: little-endian float32, float64 (rounded to float32), int32 and int64,
 * uint8, int8 and bool, in C order.
 *
 * @param name the file's, for errors
 * @throws ImportError for a malformed file or another dtype or order
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function readNpy(bytes: Uint8Array, name: string): NpyArray {
  const [text, start] = headerText(bytes, name);
  const { descr, isFortran, shape } = parseHeader(text, name);
  if (descr.startsWith('>')) fail('byteOrder', name, `dtype '${descr}' is big-endian; save it as '<${descr.slice(1)}'`);
  const dtype = types.find(([word]) => word.slice(1) === descr.slice(1) && '<|='.includes(descr[0]!))?.[1];
  if (!dtype && descr !== DOUBLE) {
    const words = [...types.map(([word]) => word), DOUBLE].join(', ');
    fail('dtype', name, `dtype '${descr}' is not supported (${words}); save it as one of these`);
  }
  if (isFortran && shape.length > 1) {
    fail('order', name, 'is in Fortran order; save numpy.ascontiguousarray of it');
  }
  const data = new Uint8Array(bytes.subarray(start)).buffer;
  const width = Number(descr.slice(2));
  const needed = volume(shape) * width;
  if (needed !== data.byteLength) {
    const described = `'${descr}' of shape (${shape.join(', ')})`;
    fail('length', name, `${described} takes ${needed} bytes, the file holds ${data.byteLength}`);
  }
  if (!dtype) {
    const tensor = { dtype: 'float32', shape, data: Float32Array.from(new Float64Array(data)) } as const;
    return { tensor, note: 'float64 values were rounded to float32' };
  }
  return { tensor: { dtype, shape, data: arrayOf(dtype, data) } };
}

function arrayOf(dtype: DType, data: ArrayBuffer): Tensor['data'] {
  switch (dtype) {
    case 'float32':
      return new Float32Array(data);
    case 'int32':
      return new Int32Array(data);
    case 'int64':
      return new BigInt64Array(data);
    case 'int8':
      return new Int8Array(data);
    case 'uint8':
    case 'bool':
      return new Uint8Array(data);
  }
}

function headerText(bytes: Uint8Array, name: string): [text: string, end: number] {
  const magic = String.fromCharCode(...bytes.subarray(0, MAGIC.length));
  if (magic !== MAGIC || bytes.length < 12) return fail('magic', name, 'is no .npy file');
  const version = bytes[6]!;
  if (version < 1 || version > 3) fail('version', name, `.npy format version ${version} is not 1, 2 or 3`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [start, length] = version === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  const end = start + length;
  if (end > bytes.length) fail('truncated', name, `its header of ${length} bytes is cut off`);
  return [new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(start, end)), end];
}

/** The header is a Python dictionary of three entries, in any order. */
function parseHeader(text: string, name: string): Header {
  const entry = /\s*'(\w+)'\s*:\s*('[^']*'|True|False|\([^()]*\)|\[.*\])\s*(?:,|(?=\}))/y;
  const [, body] = /^\{(.*\})\s*$/s.exec(text) ?? [];
  if (body === undefined) return fail('header', name, 'its header is no dictionary');
  const fields = new Map<string, string>();
  for (let match = entry.exec(body); match; match = entry.exec(body)) fields.set(match[1]!, match[2]!);
  const [descr, order, shape] = ['descr', 'fortran_order', 'shape'].map((field) => fields.get(field));
  if (descr?.startsWith('[')) fail('dtype', name, 'its elements are records, which no input takes');
  const [, word] = /^'(.+)'$/.exec(descr ?? '') ?? [];
  const [, list] = /^\(([\d\sL,]*)\)$/.exec(shape ?? '') ?? [];
  if (word === undefined || list === undefined || (order !== 'True' && order !== 'False')) {
    return fail('header', name, 'its header lacks descr, fortran_order or shape');
  }
  const sizes = list.split(',').map((size) => size.trim().replace(/L$/, ''));
  const shown = sizes.filter((size) => size !== '');
  if (shown.some((size) => !/^\d+$/.test(size))) fail('header', name, `its shape (${list}) is malformed`);
  return { descr: word, isFortran: order === 'True', shape: shown.map(Number) };
}

/** Writes a `.npy` file of format version 1. */
export function writeNpy({ dtype, shape, data }: Tensor): Uint8Array {
  const [descr] = types.find(([, known]) => known === dtype)!;
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const start = Math.ceil((10 + header.length + 1) / 64) * 64;
  const file = new Uint8Array(start + data.byteLength);
  new TextEncoder().encodeInto(`${header.padEnd(start - 11)}\n`, file.subarray(10));
  file.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  new DataView(file.buffer).setUint16(8, start - 10, true);
  file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start);
  return file;
}
