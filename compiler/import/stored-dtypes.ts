import { ImportError } from '../errors.js';

/** The array type of each stored dtype; the 16-bit floats stay raw bits. */
export const arrayTypes = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int16: Int16Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
  int8: Int8Array,
  bool: Uint8Array,
} as const;

export type StoredDtype = keyof typeof arrayTypes;

export type DtypeArrays = { [D in StoredDtype]: InstanceType<(typeof arrayTypes)[D]> };

/** The safetensors word for each dtype. */
export const elementTypes: Readonly<Record<StoredDtype, string>> = {
  float32: 'F32',
  float64: 'F64',
  float16: 'F16',
  bfloat16: 'BF16',
  int64: 'I64',
  uint64: 'U64',
  int32: 'I32',
  uint32: 'U32',
  int16: 'I16',
  uint16: 'U16',
  uint8: 'U8',
  int8: 'I8',
  bool: 'BOOL',
};

/** The number of elements of a shape; `name` is the tensor's, for the error. */
export function elementCount(name: string, shape: unknown): number {
  if (!Array.isArray(shape)) throw new ImportError('shape', name, 'shape must be a list of dimensions');
  let count = 1;
  for (const dim of shape) {
    if (!Number.isSafeInteger(dim) || dim < 0) {
      throw new ImportError('shape', name, `dimensions must be integers of at least 0, got ${quote(dim)}`);
    }
    count *= dim;
    if (!Number.isSafeInteger(count))
      throw new ImportError('shape', name, 'shape has more elements than can be counted');
  }
  return count;
}

/** A value as JSON for an error message, cut to a bounded length. */
export function quote(value: unknown): string {
  // What JSON does not have gives undefined.
  const text = String(JSON.stringify(value));
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
