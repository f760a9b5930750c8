import { ImportError } from '../errors.js';
import { parseHeader } from './safetensors-header.js';
import { arrayTypes, elementCount, elementTypes, type DtypeArrays, type StoredDtype } from './stored-dtypes.js';

/** A tensor as a file stores it, row-major; `float16` and `bfloat16` are raw bits, `bool` is 0 or 1. */
export type StoredTensor = {
  [D in StoredDtype]: { readonly dtype: D; readonly shape: readonly number[]; readonly data: DtypeArrays[D] };
}[StoredDtype];

export type { StoredDtype };

/**
 * Reads a safetensors file.
 *
 * Each tensor's data is copied to a buffer of its own, so it is aligned and outlives `bytes`. The result has no
 * prototype: every key is a tensor's name. Metadata is checked and left out. Nothing is allocated for a tensor before
 * the whole header has been checked against the length of the file.
 *
 * @throws {ImportError} the file is truncated or malformed, its tensors overlap or leave gaps, or a dtype is not one
 * of F32, F64, F16, BF16, I64, I32, U8, I8, BOOL
 * @see https://github.com/huggingface/safetensors#format
 */
export function readSafetensors(bytes: Uint8Array): Record<string, StoredTensor> {
  const { entries, dataStart } = parseHeader(bytes);
  const tensors = Object.create(null) as Record<string, StoredTensor>;
  for (const { name, dtype, shape, begin, end } of entries) {
    const copy = new Uint8Array(bytes.subarray(dataStart + begin, dataStart + end));
    const data = new arrayTypes[dtype](copy.buffer);
    if (dtype === 'bool') checkBooleans(name, data as Uint8Array);
    tensors[name] = { dtype, shape, data } as StoredTensor;
  }
  return tensors;
}

/**
 * Writes a safetensors file. The bytes depend on the content alone: tensors and metadata are sorted by name (UTF-16
 * code units), data is contiguous in that order, and the header is padded with spaces to a multiple of 8 bytes.
 *
 * @param metadata stored under `__metadata__`; left out when empty
 * @throws {ImportError} a tensor is named `__metadata__`, has an invalid shape, or its data does not fit its dtype and
 * shape
 * @see https://github.com/huggingface/safetensors#format
 */
export function writeSafetensors(
  tensors: Readonly<Record<string, StoredTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const sorted = Object.keys(tensors)
    .sort()
    .map((name): NamedTensor => ({ name, ...tensors[name]! }));
  return writeOrdered(sorted, metadata).file;
}

export type NamedTensor = StoredTensor & { readonly name: string };

/** The same with the tensors in the order in which they are given, and where the data of the first begins. */
export function writeOrdered(
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>>,
): { readonly file: Uint8Array<ArrayBuffer>; readonly dataStart: number } {
  const members: string[] = [];
  const metadataKeys = Object.keys(metadata).sort();
  if (metadataKeys.length > 0) {
    members.push(`"__metadata__":{${metadataKeys.map((key) => member(key, metadata[key])).join()}}`);
  }
  let size = 0;
  for (const { name, dtype, shape, data } of tensors) {
    checkTensor(name, dtype, shape, data);
    const end = size + data.byteLength;
    members.push(member(name, { dtype: elementTypes[dtype], shape, data_offsets: [size, end] }));
    size = end;
  }
  const header = new TextEncoder().encode(`{${members.join()}}`);
  const dataStart = 8 + Math.ceil(header.length / 8) * 8;
  const file = new Uint8Array(dataStart + size).fill(0x20, 8, dataStart);
  new DataView(file.buffer).setBigUint64(0, BigInt(dataStart - 8), true);
  file.set(header, 8);
  let offset = dataStart;
  for (const { data } of tensors) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return { file, dataStart };
}

// JSON.stringify on one whole object would move integer-like names to the front.
function member(name: string, value: unknown): string {
  return `${JSON.stringify(name)}:${JSON.stringify(value)}`;
}

function checkTensor(name: string, dtype: StoredDtype, shape: readonly number[], data: ArrayBufferView): void {
  if (name === '__metadata__') throw new ImportError('name', name, 'is reserved for metadata');
  const type = Object.hasOwn(arrayTypes, dtype) && arrayTypes[dtype];
  if (!type)
    throw new ImportError('dtype', name, `dtype '${dtype}' is not one of ${Object.keys(arrayTypes).join(', ')}`);
  if (!(data instanceof type)) throw new ImportError('dtype', name, `${dtype} data must be of ${type.name}`);
  const count = elementCount(name, shape);
  if (data.length !== count) {
    throw new ImportError('byteCount', name, `shape (${shape.join(', ')}) has ${count} elements, got ${data.length}`);
  }
  if (dtype === 'bool') checkBooleans(name, data as Uint8Array);
}

function checkBooleans(name: string, data: Uint8Array): void {
  const wrong = data.find((value) => value > 1);
  if (wrong !== undefined) throw new ImportError('value', name, `bool values must be 0 or 1, got ${wrong}`);
}
