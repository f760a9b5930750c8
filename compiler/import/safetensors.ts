import { ImportError } from '../errors.js';
import { didYouMean } from '../suggest.js';
import { headerLength, parseHeader, readHeader, type HeaderEntry } from './safetensors-header.js';
import { checkBooleans, writeOrdered, type NamedTensor } from './safetensors-write.js';
import { arrayTypes, type StoredDtype, type StoredTensor } from './stored-dtypes.js';

export type { StoredDtype, StoredTensor };

/**
 * Reads a safetensors file.
 *
 * Each tensor's data is copied to a buffer of its own, so it is aligned and outlives `bytes`. The result has no
 * prototype: every key is a tensor's name. Metadata is checked and left out. Nothing is allocated for a tensor before
 * the whole header has been checked against the length of the file.
 *
 * @throws {ImportError} the file is truncated or malformed, its tensors overlap or leave gaps, or a dtype is not one
 * of F32, F64, F16, BF16, I64, U64, I32, U32, I16, U16, U8, I8, BOOL
 * @see https://github.com/huggingface/safetensors#format
 */
export function readSafetensors(bytes: Uint8Array): Record<string, StoredTensor> {
  const { entries, dataStart } = parseHeader(bytes);
  const tensors = Object.create(null) as Record<string, StoredTensor>;
  for (const entry of entries) {
    const { name, begin, end } = entry;
    tensors[name] = tensorOf(entry, new Uint8Array(bytes.subarray(dataStart + begin, dataStart + end)));
  }
  return tensors;
}

/** @param bytes the tensor's own, from the beginning of their buffer */
function tensorOf({ name, dtype, shape }: HeaderEntry, bytes: Uint8Array<ArrayBuffer>): StoredTensor {
  const data = new arrayTypes[dtype](bytes.buffer, 0, bytes.length / arrayTypes[dtype].BYTES_PER_ELEMENT);
  if (dtype === 'bool') checkBooleans(name, data as Uint8Array);
  return { dtype, shape, data } as StoredTensor;
}

/**
 * The metadata of a safetensors file; empty without any.
 *
 * @throws {ImportError} what `readSafetensors` does of the header
 */
export function readMetadata(bytes: Uint8Array): Readonly<Record<string, string>> {
  return parseHeader(bytes).metadata;
}

/** A file, of which any bytes can be read. */
export interface ByteSource {
  /** How many bytes there are. */
  readonly size: number;
  /** Bytes `begin` to before `end`, which are in the file. */
  read(begin: number, end: number): Promise<Uint8Array>;
}

/** What the header tells of a tensor. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: StoredDtype;
  readonly shape: readonly number[];
  readonly bytes: number;
}

/** A safetensors file of which only the header has been read. */
export interface OpenSafetensors {
  /** In the order of their data. */
  readonly tensors: readonly TensorInfo[];
  readonly metadata: Readonly<Record<string, string>>;
  /**
   * Reads one tensor.
   * @throws {ImportError} there is none of this name, or the file does not give its bytes
   */
  read(name: string): Promise<StoredTensor>;
  /** All tensors, one after the other in the order of their data, each read when it is asked for. */
  [Symbol.asyncIterator](): AsyncGenerator<readonly [name: string, tensor: StoredTensor], void, undefined>;
}

/**
 * Opens a safetensors file that is too large to be in memory: reads its header now, and tensors when they are asked for.
 *
 * @throws {ImportError} what `readSafetensors` does of the header
 */
export async function openSafetensors(source: ByteSource): Promise<OpenSafetensors> {
  const { size } = source;
  const bytesOf = async (subject: string, begin: number, end: number): Promise<Uint8Array<ArrayBuffer>> => {
    const bytes = await source.read(begin, end);
    if (bytes.length === end - begin) return new Uint8Array(bytes);
    throw new ImportError('truncated', subject, `bytes ${begin} to ${end} were asked for, got ${bytes.length} bytes`);
  };
  const length = headerLength(await bytesOf('safetensors', 0, Math.min(8, size)), size);
  const { entries, metadata, dataStart } = readHeader(await bytesOf('safetensors', 8, 8 + length), size);
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const load = async (entry: HeaderEntry): Promise<StoredTensor> =>
    tensorOf(entry, await bytesOf(entry.name, dataStart + entry.begin, dataStart + entry.end));
  return {
    tensors: entries.map(({ name, dtype, shape, begin, end }) => ({ name, dtype, shape, bytes: end - begin })),
    metadata,
    read: async (name) => {
      const entry = byName.get(name);
      if (entry) return load(entry);
      throw new ImportError('name', name, `the file has no tensor '${name}'${didYouMean(name, [...byName.keys()])}`);
    },
    async *[Symbol.asyncIterator]() {
      for (const entry of entries) yield [entry.name, await load(entry)];
    },
  };
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
