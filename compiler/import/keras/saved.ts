import { ImportError } from '../../errors.js';
import type { ManifestValues } from '../weights-manifest.js';
import { isFields, own } from './config.js';
import { withHdf5 } from './hdf5.js';
import { hasWeights, readSavedWeights } from './saved-weights.js';
import { readModelFile, type ModelFile } from './model-file.js';
import { readLayer } from './topology.js';
import type { Group } from './tree.js';
import { readZip } from './zip.js';

/** A model as Keras saves it in one file. */
export interface SavedModel {
  readonly file: ModelFile;
  readonly weights: ReadonlyMap<string, ManifestValues>;
}

const CONFIG = 'config.json';
const METADATA = 'metadata.json';
const WEIGHTS = 'model.weights.h5';

const startsWith = (bytes: Uint8Array, signature: readonly number[]): boolean =>
  signature.every((byte, at) => bytes[at] === byte);

/** The signature of HDF5 stands at the start, or behind a block of a user's of 512 bytes, 1024, 2048, …. */
function isHdf5(bytes: Uint8Array): boolean {
  const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
  if (startsWith(bytes, signature)) return true;
  for (let at = 512; at + 8 <= bytes.length; at *= 2)
    if (startsWith(bytes.subarray(at, at + 8), signature)) return true;
  return false;
}

/**
 * Reads a file of Keras: an archive of Keras 3, or HDF5.
 *
 * @param topology for a file that has weights alone
 * @param load imports h5wasm
 * @throws ImportError for what is neither, and for files that are damaged · OptionError where h5wasm is not installed
 */
export async function readSaved(
  bytes: Uint8Array,
  topology: string | object | undefined,
  load: (() => Promise<unknown>) | undefined,
): Promise<SavedModel> {
  if (startsWith(bytes, [0x50, 0x4b])) {
    const { model, weights } = readArchive(bytes);
    return withHdf5(weights, WEIGHTS, (root) => join(model, root), load);
  }
  if (isHdf5(bytes)) return withHdf5(bytes, 'model', (root) => readHdf5(root, topology), load);
  throw new ImportError('format', 'model', 'is no file of Keras: neither a zip archive nor HDF5');
}

function readArchive(bytes: Uint8Array): { readonly model: object; readonly weights: Uint8Array } {
  const files = readZip(bytes, [CONFIG, METADATA, WEIGHTS], 'model');
  const part = (name: string): Uint8Array => {
    const content = files.get(name);
    if (content) return content;
    throw new ImportError('zip', name, 'is not in the archive');
  };
  const text = (name: string): string => new TextDecoder().decode(part(name));
  let metadata: unknown;
  try {
    metadata = files.has(METADATA) ? JSON.parse(text(METADATA)) : undefined;
  } catch (error) {
    throw new ImportError('json', METADATA, `is no JSON: ${(error as Error).message}`);
  }
  const version = isFields(metadata) ? own(metadata, 'keras_version') : undefined;
  return { model: { model_config: text(CONFIG), keras_version: version }, weights: part(WEIGHTS) };
}

/** A whole model, or weights alone; what the file has itself comes first. */
export function readHdf5(root: Group, topology: string | object | undefined): SavedModel {
  const config = root.attribute('model_config');
  const whole =
    config === undefined ? undefined : { model_config: config, keras_version: root.attribute('keras_version') };
  const group = root.group('model_weights') ?? root;
  const model = whole ?? topology;
  if (model !== undefined) return join(model, group);
  if (!hasWeights(group)) throw new ImportError('hdf5', 'model', 'is no file of Keras: it has no model_config');
  const what = 'the file has weights alone; give what model.to_json() gives as the option topology';
  throw new ImportError('topology', 'model', what);
}

/** @throws ImportError where the file has no weights */
function join(model: string | object, root: Group): SavedModel {
  const file = readModelFile(model);
  return { file, weights: readSavedWeights(root, readLayer(file.topology, 'model')) };
}
