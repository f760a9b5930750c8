import { ImportError } from '../errors.js';
import { show } from '../show.js';
import { type QuantizedValues, type StoredValues } from '../stored.js';
import { allocate, bytesPerElement, type DType, type Tensor } from '../tensor.js';
import { elementCount } from './stored-dtypes.js';

/** A weight as its manifest keeps it: floats as they are stored, whatever else as a tensor. */
export type ManifestValues = StoredValues | Tensor;

/** Bytes of the shards: by path, all in the order of the manifest in one, or a function that reads one. */
export type WeightShards = Uint8Array | Readonly<Record<string, Uint8Array>> | ((path: string) => Uint8Array);

const dtypes: readonly DType[] = ['float32', 'int32', 'bool', 'uint8', 'int8', 'int64'];
const shortened = { uint8: 1, uint16: 2, float16: 2 } as const;

interface Quantization {
  readonly dtype: keyof typeof shortened;
  readonly scale: number;
  readonly offset: number;
}

interface Entry {
  readonly name: string;
  /** Undefined for strings, which are left out. */
  readonly dtype: DType | undefined;
  readonly shape: readonly number[];
  readonly count: number;
  readonly quantization: Quantization | undefined;
}

interface Part {
  readonly entry: Entry;
  readonly group: GroupBytes;
  readonly start: number;
  readonly length: number;
}

/**
 * Reads the weights of a tfjs `model.json`: quantized floats stay as they are stored, quantized integers are decoded, and
 * strings are left out. Nothing is allocated before every weight is known to fit its shards, which they fill exactly.
 *
 * @param manifest the `weightsManifest`: groups of `paths` and `weights`
 * @throws ImportError for a manifest that is none, dtypes that nacre does not store, names that come twice, and shards that
 *   are missing, too short or too long
 * @see https://github.com/tensorflow/tfjs/blob/master/tfjs-core/src/io/types.ts
 */
export function readWeightsManifest(manifest: unknown, shards: WeightShards): Map<string, ManifestValues> {
  const groups = listOf(manifest, 'weightsManifest', 'groups').map(parseGroup);
  const names = new Set<string>();
  const paths = new Set<string>();
  for (const { entries, paths: own } of groups) {
    for (const { name } of entries) once(names, name, 'weights');
    for (const path of own) once(paths, path, 'paths');
  }
  const parts: Part[] = [];
  const whole = shards instanceof Uint8Array ? new GroupBytes(['weights'], [shards]) : undefined;
  let position = 0;
  for (const { paths: own, entries } of groups) {
    const group =
      whole ??
      new GroupBytes(
        own,
        own.map((path) => shardOf(shards, path)),
      );
    if (!whole) position = 0;
    for (const entry of entries) {
      const length = lengthOf(entry, group, position);
      group.require(entry, position, length);
      parts.push({ entry, group, start: position, length });
      position += length;
    }
    if (!whole) group.requireEnd(position);
  }
  whole?.requireEnd(position);
  const values = new Map<string, ManifestValues>();
  for (const { entry, group, start, length } of parts) {
    if (entry.dtype !== undefined) values.set(entry.name, valuesOf(entry, entry.dtype, group.copy(start, length)));
  }
  return values;
}

/** Shards that follow one another. */
class GroupBytes {
  readonly size: number;
  private readonly ends: readonly number[];

  constructor(
    private readonly paths: readonly string[],
    private readonly shards: readonly Uint8Array[],
  ) {
    let end = 0;
    this.ends = shards.map(({ length }) => (end += length));
    this.size = end;
  }

  require({ name, dtype, shape }: Entry, start: number, length: number): void {
    if (length <= this.size - start) return;
    const what = `${dtype ?? 'string'} of shape (${shape.join(', ')})`;
    const text = `${what} takes ${length} bytes, ${Math.max(0, this.size - start)} are left in ${this.names()}`;
    throw new ImportError('truncated', name, text);
  }

  requireEnd(end: number): void {
    if (end === this.size) return;
    throw new ImportError('trailing', this.names(), `weights take ${end} bytes, got ${this.size}`);
  }

  private names(): string {
    const shown = this.paths.slice(0, 3).join(', ');
    return this.paths.length > 3 ? `${shown}, …` : shown || 'weights';
  }

  copy(start: number, length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    let first = this.ends.findIndex((end) => end > start);
    for (let at = 0; at < length; first++) {
      const shard = this.shards[first]!;
      const from = start + at - (this.ends[first]! - shard.length);
      const piece = shard.subarray(from, from + length - at);
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  }
}

/** Bytes that a weight takes; strings say before each how long it is. */
function lengthOf(entry: Entry, group: GroupBytes, start: number): number {
  const { dtype, count, quantization } = entry;
  if (dtype !== undefined) return count * (quantization ? shortened[quantization.dtype] : bytesPerElement(dtype));
  let length = 4 * count;
  group.require(entry, start, length);
  length = 0;
  for (let at = 0; at < count; at++) {
    group.require(entry, start, length + 4);
    length += 4 + new DataView(group.copy(start + length, 4).buffer).getUint32(0, true);
  }
  return length;
}

function valuesOf({ name, shape, quantization }: Entry, dtype: DType, bytes: Uint8Array<ArrayBuffer>): ManifestValues {
  if (quantization) return dequantized(dtype, shape, quantization, bytes);
  if (dtype === 'bool') {
    const wrong = bytes.find((byte) => byte > 1);
    if (wrong !== undefined) throw new ImportError('boolean', name, `expected 0 or 1, got ${wrong}`);
  }
  const { constructor } = allocate(dtype, 0) as { constructor: unknown };
  const data = new (constructor as new (buffer: ArrayBuffer) => Tensor['data'])(bytes.buffer);
  return { dtype, shape, data };
}

function dequantized(
  dtype: DType,
  shape: readonly number[],
  { dtype: stored, scale, offset }: Quantization,
  bytes: Uint8Array<ArrayBuffer>,
): ManifestValues {
  const data = stored === 'uint8' ? bytes : new Uint16Array(bytes.buffer);
  if (stored === 'float16') return { dtype: stored, shape, data: data as Uint16Array };
  const values: QuantizedValues = { dtype: stored, shape, data, scale: [scale], offset: [offset], axis: null };
  if (dtype === 'float32') return values;
  return { dtype: 'int32', shape, data: Int32Array.from(data, (value) => Math.round(value * scale + offset)) };
}

function shardOf(shards: WeightShards, path: string): Uint8Array {
  const own = Object.hasOwn(shards, path) ? (shards as Readonly<Record<string, unknown>>)[path] : undefined;
  const bytes: unknown = typeof shards === 'function' ? shards(path) : own;
  if (bytes instanceof Uint8Array) return bytes;
  const what = bytes === undefined ? 'is missing' : `must be a Uint8Array, got ${show(bytes)}`;
  throw new ImportError('shard', path, what);
}

function parseGroup(group: unknown): { readonly paths: readonly string[]; readonly entries: readonly Entry[] } {
  const { paths, weights } = recordOf(group, 'weightsManifest');
  const names = listOf(paths, 'weightsManifest', 'paths');
  const wrong = names.find((path) => typeof path !== 'string');
  if (wrong !== undefined)
    throw new ImportError('manifest', 'weightsManifest', `a path is a string, got ${show(wrong)}`);
  return { paths: names as readonly string[], entries: listOf(weights, 'weightsManifest', 'weights').map(parseEntry) };
}

function parseEntry(weight: unknown): Entry {
  const { name, shape, dtype, quantization } = recordOf(weight, 'weightsManifest');
  if (typeof name !== 'string') {
    throw new ImportError('manifest', 'weightsManifest', `a weight has a name, got ${show(name)}`);
  }
  const count = elementCount(name, shape);
  const entry = { name, shape: [...(shape as readonly number[])], count };
  if (dtype === 'string') return { ...entry, dtype: undefined, quantization: undefined };
  if (!dtypes.includes(dtype as DType)) {
    throw new ImportError('dtype', name, `dtype ${show(dtype)} is not one of ${[...dtypes, 'string'].join(', ')}`);
  }
  const isPlain = quantization === undefined || quantization === null;
  return {
    ...entry,
    dtype: dtype as DType,
    quantization: isPlain ? undefined : parseQuantization(name, dtype, quantization),
  };
}

function parseQuantization(name: string, original: unknown, quantization: unknown): Quantization {
  const fail = (what: string): never => {
    throw new ImportError('quantization', name, what);
  };
  const { dtype, scale, min } = recordOf(quantization, name);
  if (typeof dtype !== 'string' || !Object.hasOwn(shortened, dtype)) {
    return fail(`quantized as ${show(dtype)}, which is not one of ${Object.keys(shortened).join(', ')}`);
  }
  if (original !== 'float32' && (original !== 'int32' || dtype === 'float16')) {
    return fail(`${dtype} cannot stand for ${show(original)}`);
  }
  if (dtype === 'float16') return { dtype, scale: 1, offset: 0 };
  const number = (label: string, value: unknown): number =>
    typeof value === 'number' && Number.isFinite(value) ? value : fail(`${label} must be a number, got ${show(value)}`);
  return { dtype: dtype as 'uint8' | 'uint16', scale: number('scale', scale), offset: number('min', min) };
}

function once(names: Set<string>, name: string, where: string): void {
  if (names.has(name)) throw new ImportError('duplicate', name, `stands twice in the ${where} of the manifest`);
  names.add(name);
}

function listOf(value: unknown, subject: string, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new ImportError('manifest', subject, `${what} must be a list, got ${show(value)}`);
}

function recordOf(value: unknown, subject: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ImportError('manifest', subject, `expected an object, got ${show(value)}`);
}
