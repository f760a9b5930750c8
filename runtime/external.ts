/** Modules whose weights are in a file beside them: `nacre/runtime` with what reads that file. */
import { InputError, ModuleError } from './errors.js';
import { named } from './feed.js';
import { instantiate as open, instantiateSync as openSync } from './index.js';
import type { Manifest, ManifestTensor, ManifestWeights } from './manifest.js';
import type { Model } from './model.js';
import { load, requireSuccess } from './load.js';
import type { Exports } from './open.js';
import { Sha256 } from './sha256.js';
import type { ForwardModel, Signature, Source, Sourced } from './types.js';
import type { SessionOptions } from './variables.js';

export * from './index.js';

/** The bytes of a weights file: all of them, or as they come. */
export type WeightBytes = Uint8Array | ArrayBuffer;
export type WeightSource = WeightBytes | Response | ReadableStream<Uint8Array>;

export interface ExternalOptions<W = WeightSource | Promise<WeightSource>> extends SessionOptions {
  /** The file that was compiled with the module; by default the `weights` beside the module's `binary`. */
  readonly weights?: W;
}

interface Session {
  readonly manifest: Manifest;
  readonly exports: Exports & { decodeParameter(index: number): number };
}

const fail = (code: string, what: string): never => {
  throw new ModuleError(code, 'weights', what);
};

/** Puts a file into the variables of an instance as its bytes come. */
class Loader {
  readonly #session: Session;
  readonly #weights: ManifestWeights;
  readonly #hash = new Sha256();
  readonly #indices: ReadonlyMap<string, number>;
  readonly #loaded: number[] = [];
  #at = 0;
  #next = 0;
  /** Where the scales and the values of the tensor that is coming belong. */
  #places: readonly [scales: number, values: number] = [0, 0];

  constructor(session: Session) {
    const { weights, variables } = session.manifest;
    this.#weights = weights ?? fail('embedded', 'the module has its weights itself; leave them out');
    this.#session = session;
    this.#indices = new Map(variables.map(({ name }, index) => [name, index]));
  }

  push(bytes: Uint8Array): void {
    const { bytes: total, tensors } = this.#weights;
    const end = this.#at + bytes.length;
    if (end > total) {
      fail('length', `expects ${total} bytes, got more; pass the file that was compiled with the module`);
    }
    this.#hash.update(bytes);
    for (let tensor = tensors[this.#next]; tensor && tensor.begin < end; tensor = tensors[this.#next]) {
      if (tensor.begin >= this.#at) this.#places = this.#placesOf(tensor);
      const { begin, scales = 0 } = tensor;
      this.#copy(bytes, begin, begin + scales, this.#places[0]);
      this.#copy(bytes, begin + scales, tensor.end, this.#places[1]);
      if (tensor.end > end) break;
      this.#finishTensor(tensor);
    }
    this.#at = end;
  }

  /** Copies what of bytes `begin` to `end` of the file has come to its place in memory. */
  #copy(bytes: Uint8Array, begin: number, end: number, place: number): void {
    const from = Math.max(begin, this.#at);
    const to = Math.min(end, this.#at + bytes.length);
    if (from >= to) return;
    const part = bytes.subarray(from - this.#at, to - this.#at);
    new Uint8Array(this.#session.exports.memory.buffer).set(part, place + from - begin);
  }

  /** Values are decoded where they come to stand, so that they begin at the end of the place of the decoded ones. */
  #placesOf({ name, begin, end, scales = 0, count }: ManifestTensor): [scales: number, values: number] {
    const { exports, manifest } = this.#session;
    exports.readParameter(this.#indices.get(name)!);
    const words = new Uint32Array(exports.memory.buffer, manifest.table);
    const values = words[manifest.parameter / 4]! + 4 * count - (end - begin - scales);
    return [words[manifest.arguments / 4]!, values];
  }

  #finishTensor({ name }: ManifestTensor): void {
    const index = this.#indices.get(name)!;
    this.#session.exports.decodeParameter(index);
    this.#loaded.push(index);
    this.#next++;
  }

  finish(): void {
    const { bytes, sha256, tensors } = this.#weights;
    // Tensors without values have no byte that would announce them.
    for (let tensor = tensors[this.#next]; tensor && tensor.begin === tensor.end; tensor = tensors[this.#next]) {
      this.#finishTensor(tensor);
    }
    if (this.#at < bytes) fail('length', `expects ${bytes} bytes, got ${this.#at}; the file is cut off, load it again`);
    const got = this.#hash.digest();
    if (got === sha256) return;
    fail('hash', `expects SHA-256 ${sha256}, got ${got}; pass the file that was compiled with the module`);
  }

  /** Takes the values back: variables that were loaded count as uninitialized. */
  undo(): void {
    const { exports, manifest } = this.#session;
    const states = new Uint8Array(exports.memory.buffer, manifest.table + manifest.states);
    for (const index of this.#loaded) states[index] = 0;
  }
}

const refuse = (expected: string, weights: unknown): never => {
  throw new InputError('weights', 'weights', `expects ${expected}, got ${named(weights)}`);
};

const bytesOf = (weights: unknown): Uint8Array | undefined =>
  weights instanceof ArrayBuffer
    ? new Uint8Array(weights)
    : ArrayBuffer.isView(weights)
      ? new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength)
      : undefined;

/** The bytes of a file or of a part of it. */
const requireBytes = (weights: unknown): Uint8Array => bytesOf(weights) ?? refuse('bytes', weights);

/** The stream of a response or a stream itself: both are told by what they have, since hosts differ in their classes. */
function streamOf(weights: unknown): ReadableStream<Uint8Array> {
  requireSuccess(weights, 'weights');
  const stream = (Object(weights) as Partial<Response>).body ?? (weights as ReadableStream<Uint8Array>);
  if (typeof (stream as Partial<ReadableStream> | undefined)?.getReader !== 'function') {
    refuse('bytes, a Response or a ReadableStream', weights);
  }
  if (stream.locked) throw new InputError('locked', 'weights', 'the stream was taken already; pass a fresh one');
  return stream;
}

const missing = ({ bytes }: ManifestWeights): never =>
  fail('missing', `the module's weights are in a file of ${bytes} bytes; pass it as weights`);

/**
 * Fills the variables of a model from the weights file of its module, one after the other as its bytes come. It suits the
 * models of `nacre/runtime` and `nacre/runtime/forward`. When it fails the variables have no values.
 *
 * @throws ModuleError for a file that is cut off or another one · InputError for what is no file
 */
export async function loadWeights(model: ForwardModel<never>, weights: WeightSource): Promise<void> {
  const bytes = bytesOf(weights);
  if (bytes) {
    loadWeightsSync(model, bytes);
    return;
  }
  const loader = new Loader(model as unknown as Session);
  const reader = streamOf(weights).getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) loader.push(requireBytes(part.value));
    loader.finish();
  } catch (error) {
    loader.undo();
    reader.cancel(error).catch(() => undefined);
    throw error;
  }
}

/** The same at once, from all bytes of the file. */
export function loadWeightsSync(model: ForwardModel<never>, weights: WeightBytes): void {
  const bytes = requireBytes(weights);
  const loader = new Loader(model as unknown as Session);
  try {
    loader.push(bytes);
    loader.finish();
  } catch (error) {
    loader.undo();
    throw error;
  }
}

const beside = <W>(source: unknown, weights: W | undefined): W | undefined =>
  weights ?? (source as { readonly weights?: W }).weights;

/**
 * Instantiates a module and fills its variables from its weights file.
 *
 * @throws what `instantiate` of `nacre/runtime` and `loadWeights` do · ModuleError where the weights are missing
 */
export async function instantiate<S extends Signature = Signature>(
  source: Sourced<S>,
  { weights: given, ...options }: ExternalOptions = {},
): Promise<Model<S>> {
  const loaded = await load(source);
  const model = await open(loaded, options);
  const weights = beside(loaded, given);
  const { weights: needed } = model.manifest;
  if (weights !== undefined) await loadWeights(model as never, await weights);
  else if (needed) missing(needed);
  return model;
}

/** The same at once, for hosts where a start-up must not wait. */
export function instantiateSync<S extends Signature = Signature>(
  source: Source<S>,
  { weights: given, ...options }: ExternalOptions<WeightBytes> = {},
): Model<S> {
  const model = openSync(source, options);
  const weights = beside(source, given);
  const { weights: needed } = model.manifest;
  if (weights !== undefined) loadWeightsSync(model as never, weights);
  else if (needed) missing(needed);
  return model;
}
