import { extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ImportError, NacreError, OptionError } from '../errors.js';
import { openKeras } from '../import/keras/index.js';
import { openOnnx } from '../import/onnx/file.js';
import type { GivenTensors, ModelSource } from '../pipeline.js';
import { show } from '../show.js';
import { readBindings } from './bindings.js';
import { readBytes, readText } from './disk.js';
import type { LoadOptions, Reading } from './reading.js';
import { openTfjs, type TfjsFile } from './tfjs.js';
import { exists, loadTensors, weightsBeside } from './weights.js';

/** What a model file gives: something to compile, or a module that is compiled already. */
export type LoadedModel =
  | {
      readonly kind: 'source';
      readonly model: ModelSource;
      readonly tensors: GivenTensors;
      /** What tfjs can read too. */
      readonly file?: TfjsFile | undefined;
    }
  | { readonly kind: 'module'; readonly binary: Uint8Array };

/**
 * What Node makes of a file.
 *
 * @param query behind its URL: Node imports what has another one anew
 */
export async function importWithNode(path: string, query = ''): Promise<unknown> {
  if (path.endsWith('.ts') && !(process.features as { readonly typescript?: unknown }).typescript) {
    const text = `Node ${process.version} does not run TypeScript; use 22.18 or later, or build the file to .js`;
    throw new OptionError('typescript', path, text);
  }
  return ((await import(pathToFileURL(resolve(path)).href + query)) as { readonly default?: unknown }).default;
}

/** The default export of a file, which is the user's code: what it throws is a fault of the model. */
async function importModel(path: string, { importDefault }: Reading): Promise<ModelSource> {
  await readBytes(path);
  let exported: unknown;
  try {
    exported = await importDefault(path);
  } catch (error) {
    if (error instanceof NacreError) throw error;
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new NacreError('model', path, `cannot be loaded: ${text}`);
  }
  if (typeof exported === 'string' || (typeof exported === 'object' && exported !== null))
    return exported as ModelSource;
  throw new NacreError('model', path, `its default export must be a graph or a declaration, got ${show(exported)}`);
}

/** Opens a file; what is wrong with the model as a whole is told of the file. */
async function namingFile(path: string, open: () => Promise<ModelSource>): Promise<LoadedModel> {
  try {
    return { kind: 'source', model: await open(), tensors: {} };
  } catch (error) {
    if (!(error instanceof ImportError && error.subject === 'model')) throw error;
    throw new ImportError(error.code, path, error.message.slice('model: '.length));
  }
}

/** Refuses tensors for a model that has its own. */
function requireNone({ tensors, names }: Reading): void {
  if (tensors === undefined) return;
  throw new OptionError('arguments', names.tensors, 'only declarations and graphs take tensors');
}

const notBindable = ({ names }: Reading): OptionError =>
  new OptionError('arguments', names.bind, 'only inputs of ONNX models and graph-models can be bound');

/** A topology in .json beside a file of Keras, for one that has weights alone: of the same name, with or without `.weights`. */
async function besideKeras(path: string, { onRead }: Reading): Promise<{ readonly topology?: string }> {
  if (extname(path) === '.keras') return {};
  const stem = path.slice(0, -extname(path).length);
  for (const name of [stem, stem.replace(/\.weights$/, '')]) {
    onRead(`${name}.json`);
    if (await exists(`${name}.json`)) return { topology: await readText(`${name}.json`) };
  }
  return {};
}

/**
 * Reads a model, whose kind the end of its name tells, and of a .json its content; of a folder its model.json.
 *
 * @throws OptionError for a file that cannot be read · NacreError for one that is no model · ImportError for tensors
 */
export async function loadModel(path: string, options: LoadOptions = {}): Promise<LoadedModel> {
  const inFolder = join(path, 'model.json');
  const {
    bind = [],
    tensors,
    onRead = () => undefined,
    importDefault = (file: string) => importWithNode(file),
    names = { bind: '--bind', tensors: '--tensors' },
  } = options;
  return load((await exists(inFolder)) ? inFolder : path, { bind, tensors, onRead, importDefault, names });
}

async function load(path: string, reading: Reading): Promise<LoadedModel> {
  const { bind, tensors: named, onRead, names } = reading;
  const kind = extname(path);
  if (bind.length > 0 && !['.onnx', '.json'].includes(kind)) throw notBindable(reading);
  if (['.onnx', '.wasm', '.keras', '.h5', '.hdf5'].includes(kind)) requireNone(reading);
  onRead(path);
  switch (kind) {
    case '.json': {
      const text = await readText(path);
      const tensors = (): Promise<GivenTensors> => loadTensors(weightsBeside(path), named, onRead);
      const opened = await openTfjs(path, text, reading, tensors);
      if (opened) {
        if (opened.file) requireNone(reading);
        return { kind: 'source', ...opened, tensors: {} };
      }
      if (bind.length > 0) throw notBindable(reading);
      return { kind: 'source', model: text, tensors: await tensors() };
    }
    case '.js':
    case '.mjs':
    case '.ts': {
      const model = await importModel(path, reading);
      return { kind: 'source', model, tensors: await loadTensors(undefined, named, onRead) };
    }
    case '.onnx': {
      const bound = await readBindings(bind, names.bind, onRead);
      return namingFile(path, () => openOnnx(path, { bind: bound, onRead }));
    }
    case '.wasm':
      return { kind: 'module', binary: await readBytes(path) };
    case '.keras':
    case '.h5':
    case '.hdf5':
      return namingFile(path, async () => openKeras(await readBytes(path), await besideKeras(path, reading)));
    default:
      throw new OptionError(
        'file',
        path,
        'is no model; the name must end in .json, .js, .mjs, .ts, .onnx, .keras, .h5 or .wasm',
      );
  }
}
