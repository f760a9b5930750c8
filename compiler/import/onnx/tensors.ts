import { ImportError } from '../../errors.js';
import { allocate, bytesPerElement, volume, type DType, type Tensor } from '../../tensor.js';
import type { OnnxTensor } from './model.js';
import type { FieldReader } from './wire.js';

/** Element types by their numbers in TensorProto.DataType. */
const typeNames = [
  'undefined',
  'float',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'double',
  'uint32',
  'uint64',
  'complex64',
  'complex128',
  'bfloat16',
  'float8e4m3fn',
  'float8e4m3fnuz',
  'float8e5m2',
  'float8e5m2fnuz',
  'uint4',
  'int4',
  'float4e2m1',
  'float8e8m0',
];

const dtypes: Readonly<Record<string, DType>> = {
  float: 'float32',
  uint8: 'uint8',
  int8: 'int8',
  int32: 'int32',
  int64: 'int64',
  bool: 'bool',
};

export const typeName = (type: number): string => typeNames[type] ?? `type ${type}`;

/** The dtype of an ONNX element type; undefined for those that nacre has not. */
export const dtypeOf = (type: string): DType | undefined => dtypes[type];

/** The bytes of a file beside the model, as a tensor names it. */
export type ReadExternal = (location: string, offset: number, length: number | undefined, tensor: string) => Uint8Array;

interface Draft {
  name: string;
  type: number;
  readonly dims: bigint[];
  raw: Uint8Array | undefined;
  readonly floats: number[];
  readonly ints: number[];
  readonly longs: bigint[];
  readonly external: Map<string, string>;
  isExternal: boolean;
}

/** Reads a TensorProto, whose values are decoded when they are asked for. */
export function readTensor(reader: FieldReader, what: string, readExternal: ReadExternal): OnnxTensor {
  const draft: Draft = {
    name: '',
    type: 0,
    dims: [],
    raw: undefined,
    floats: [],
    ints: [],
    longs: [],
    external: new Map(),
    isExternal: false,
  };
  reader.message(what, {
    1: (field) => field.int64s(draft.dims),
    2: (field) => (draft.type = field.whole()),
    4: (field) => field.floats(draft.floats),
    5: (field) => field.int32s(draft.ints),
    7: (field) => field.int64s(draft.longs),
    8: (field) => (draft.name = field.text()),
    9: (field) => (draft.raw = field.bytes()),
    13: (field) => {
      const entry = { key: '', value: '' };
      field.message('external_data', { 1: (f) => (entry.key = f.text()), 2: (f) => (entry.value = f.text()) });
      draft.external.set(entry.key, entry.value);
    },
    14: (field) => (draft.isExternal = field.whole() === 1),
  });
  const name = draft.name || what;
  const dims = draft.dims.map((size) => {
    if (size >= 0n && size <= 0xffffffffn) return Number(size);
    throw new ImportError('tensor', name, `a size of ${size} is out of range`);
  });
  let tensor: Tensor | undefined;
  const type = typeName(draft.type);
  return { name: draft.name, type, dims, read: () => (tensor ??= decode(draft, name, type, dims, readExternal)) };
}

function decode(draft: Draft, name: string, type: string, dims: readonly number[], readExternal: ReadExternal): Tensor {
  const dtype = dtypeOf(type);
  if (dtype === undefined) throw new ImportError('dtype', name, `holds ${type} elements, which nacre does not store`);
  const count = volume(dims);
  const bytes = count * bytesPerElement(dtype);
  const fail = (got: number, unit: string): never => {
    throw new ImportError(
      'tensor',
      name,
      `(${dims.join(', ')}) takes ${unit === 'bytes' ? bytes : count} ${unit}, got ${got}`,
    );
  };
  const raw = draft.isExternal ? external(draft, name, bytes, readExternal) : draft.raw;
  if (raw) {
    if (raw.length !== bytes) fail(raw.length, 'bytes');
    return { dtype, shape: dims, data: fromBytes(dtype, raw) };
  }
  const list = dtype === 'float32' ? draft.floats : dtype === 'int64' ? draft.longs : draft.ints;
  if (list.length !== count) fail(list.length, 'values');
  const data = allocate(dtype, count);
  (data as Float32Array).set(list as number[]);
  return { dtype, shape: dims, data };
}

function external({ external: entries }: Draft, name: string, bytes: number, readExternal: ReadExternal): Uint8Array {
  const whole = (key: string): number | undefined => {
    const text = entries.get(key);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
    throw new ImportError('external', name, `external data has ${key} '${text}'`);
  };
  const location = entries.get('location');
  if (location === undefined) throw new ImportError('external', name, 'external data has no location');
  const length = whole('length');
  if (length !== undefined && length !== bytes) {
    throw new ImportError('external', name, `external data has ${length} bytes, its dims take ${bytes}`);
  }
  return readExternal(location, whole('offset') ?? 0, bytes, name);
}

/** Elements of little-endian bytes, in memory of their own. */
function fromBytes(dtype: DType, bytes: Uint8Array): Tensor['data'] {
  const own = new Uint8Array(bytes).buffer;
  switch (dtype) {
    case 'float32':
      return new Float32Array(own);
    case 'int32':
      return new Int32Array(own);
    case 'int64':
      return new BigInt64Array(own);
    case 'int8':
      return new Int8Array(own);
    case 'uint8':
      return new Uint8Array(own);
    case 'bool':
      return new Uint8Array(own).map((value) => (value === 0 ? 0 : 1));
  }
}
