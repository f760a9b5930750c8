import { ImportError } from '../errors.js';
import { arrayTypes, elementCount, elementTypes, type StoredDtype, type StoredTensor } from './stored-dtypes.js';

export type NamedTensor = StoredTensor & { readonly name: string };

/** A safetensors file with the tensors in the order in which they are given, and where the data of the first begins. */
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

/** Requires that the values of a tensor are 0 or 1. */
export function checkBooleans(name: string, data: Uint8Array): void {
  const wrong = data.find((value) => value > 1);
  if (wrong !== undefined) throw new ImportError('value', name, `bool values must be 0 or 1, got ${wrong}`);
}
