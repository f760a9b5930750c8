/** `nacre/keras`: layers-models of tfjs, and models of Keras 2 and 3. */
import type { DimSource } from '../../declaration/types.js';
import { ImportError } from '../../errors.js';
import { fromDeclaration, type Graph } from '../../graph.js';
import { show } from '../../show.js';
import type { StoredValues } from '../../stored.js';
import { readWeightsManifest, type ManifestValues, type WeightShards } from '../weights-manifest.js';
import { isFields, own } from './config.js';
import { declare } from './declare.js';
import { readModelFile, type ModelFile } from './model-file.js';
import { readSaved } from './saved.js';
import { readLiveModel, type LiveModel } from './tfjs.js';

export type { LiveModel, LiveVariable } from './tfjs.js';

/** Values of a weight with their shape. */
export type NamedWeights = Readonly<
  Record<string, StoredValues | { readonly shape: readonly number[]; readonly data: Float32Array }>
>;

/** What a model's weights are read from; see `importKeras`. */
export type KerasWeights =
  WeightShards | ArrayBuffer | Readonly<Record<string, Uint8Array | ArrayBuffer>> | NamedWeights;

export interface KerasOptions {
  /** Shapes of inputs, by name, batch included, in the place of those that the model has. */
  readonly inputs?: Readonly<Record<string, readonly DimSource[]>>;
}

export interface OpenKerasOptions extends KerasOptions {
  /** What `model.to_json()` gives, for a file that has weights alone. */
  readonly topology?: string | object;
  /** Imports h5wasm where `import('h5wasm')` does not find it, such as in a bundle: `() => import('h5wasm')`. */
  readonly h5wasm?: () => Promise<unknown>;
}

/**
 * Reads a layers-model of tfjs or a model of Keras.
 *
 * @param model `model.json` of tfjs, or what `model.to_json()` gives, as an object or as text
 * @param weights the bytes of the files that `weightsManifest` names: by path, all in one in that order, or a function that
 *   gives one; or values by name for a model without a manifest. Left out, initializers fill what the model has
 * @returns a graph whose inputs and outputs are called as Keras calls them; sizes are as in the file, a batch of null is
 *   the free size `batch`
 * @throws ImportError for what is no such model, layers that nacre does not have, all of them at once, and weights that do
 *   not fit · DeclarationError for values that layers do not take
 */
export function importKeras(model: string | object, weights?: KerasWeights, options: KerasOptions = {}): Graph {
  const file = readModelFile(model);
  return assemble(file, weights === undefined ? undefined : readWeights(file, weights), options);
}

/**
 * Reads a model as `importKeras` does, its files one after the other by a function that may take its time.
 *
 * @param read gives the bytes of a file that `weightsManifest` names
 */
export async function loadKeras(
  model: string | object,
  read: (path: string) => Uint8Array | ArrayBuffer | Promise<Uint8Array | ArrayBuffer>,
  options: KerasOptions = {},
): Promise<Graph> {
  const file = readModelFile(model);
  const shards: Record<string, Uint8Array> = {};
  for (const path of pathsOf(file.manifest)) shards[path] = bytesOf(await read(path), path);
  return assemble(file, file.manifest === undefined ? undefined : readWeightsManifest(file.manifest, shards), options);
}

/**
 * Reads a model that Keras saved in one file: `.keras` of Keras 3, or HDF5 of Keras 2 or 3 (`.h5`, `.weights.h5`). It needs
 * h5wasm installed.
 *
 * @param bytes the file, which tells itself which of both it is
 * @throws what `importKeras` does · OptionError where h5wasm is not installed
 */
export async function openKeras(bytes: Uint8Array, options: OpenKerasOptions = {}): Promise<Graph> {
  const { file, weights } = await readSaved(bytes, options.topology, options.h5wasm);
  return assemble(file, weights, options);
}

/**
 * Reads a model that is loaded in tfjs, with the values that its weights have now.
 *
 * @throws what `importKeras` does
 */
export function fromTfjs(model: LiveModel, options: KerasOptions = {}): Graph {
  const { topology, weights } = readLiveModel(model);
  return assemble(readModelFile(topology), weights, options);
}

function assemble(
  { topology }: ModelFile,
  weights: ReadonlyMap<string, ManifestValues> | undefined,
  { inputs = {} }: KerasOptions,
): Graph {
  const { declaration, tensors } = declare(topology, weights, inputs);
  return fromDeclaration(declaration, tensors);
}

const isBytes = (value: unknown): value is Uint8Array | ArrayBuffer =>
  value instanceof Uint8Array || value instanceof ArrayBuffer;

function bytesOf(value: unknown, path: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  throw new ImportError('shard', path, value === undefined ? 'is missing' : `must be bytes, got ${show(value)}`);
}

function readWeights({ manifest }: ModelFile, weights: KerasWeights): ReadonlyMap<string, ManifestValues> {
  if (manifest !== undefined) {
    if (typeof weights === 'function') return readWeightsManifest(manifest, (path) => bytesOf(weights(path), path));
    if (isBytes(weights)) return readWeightsManifest(manifest, bytesOf(weights, 'weights'));
    const shards = Object.entries(weights).map(([path, bytes]) => [path, bytesOf(bytes, path)] as const);
    return readWeightsManifest(manifest, Object.fromEntries(shards));
  }
  if (typeof weights === 'function' || isBytes(weights)) {
    throw new ImportError('manifest', 'model', 'has no weightsManifest; give its weights by name');
  }
  return new Map(Object.entries(weights).map(([name, values]) => [name, namedValues(name, values)]));
}

function namedValues(name: string, values: unknown): ManifestValues {
  if (isFields(values) && Array.isArray(own(values, 'shape')) && ArrayBuffer.isView(own(values, 'data'))) {
    const { shape, data, dtype } = values as { shape: number[]; data: ArrayBufferView; dtype?: unknown };
    if (dtype !== undefined) return values as unknown as ManifestValues;
    if (data instanceof Float32Array) return { dtype: 'float32', shape, data };
  }
  throw new ImportError('weights', name, `must be { shape, data } with float32 data, got ${show(values)}`);
}

/** The files that a manifest names, each once. */
function pathsOf(manifest: unknown): readonly string[] {
  const groups: readonly unknown[] = Array.isArray(manifest) ? manifest : [];
  const paths = groups.flatMap((group) => (isFields(group) ? own(group, 'paths') : []));
  return [...new Set(paths.filter((path) => typeof path === 'string'))];
}
