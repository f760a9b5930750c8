import { extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ImportError, NacreError, OptionError } from '../errors.js';
import { openKeras } from '../import/keras/index.js';
import { openOnnx } from '../import/onnx/file.js';
import type { GivenTensors, ModelSource } from '../pipeline.js';
import { show } from '../show.js';
import { readBindings } from './bindings.js';
import { readBytes, readText } from './files.js';
import { openTfjs, type TfjsFile } from './tfjs.js';
import { exists, loadTensors, weightsBeside } from './weights.js';

/** The option of commands that take models whose inputs can be bound. */
export const bindOption = {
  value: 'NAME=VALUE',
  multiple: true,
  help: 'fixes an input of an ONNX model or a graph-model: a number, a nested list, or a .npy or .json file',
} as const;

/** The option of commands that plan kernels. */
export const errorBudgetOption = {
  value: 'ERROR',
  help: 'the largest relative error of an algorithm for convolutions, 1e-5 by default; 0 takes none but the direct one',
} as const;

/** What a MODEL argument names: something to compile, or a module that is compiled already. */
export type LoadedModel =
  | {
      readonly kind: 'source';
      readonly model: ModelSource;
      readonly tensors: GivenTensors;
      /** What tfjs can read too. */
      readonly file?: TfjsFile | undefined;
    }
  | { readonly kind: 'module'; readonly binary: Uint8Array };

export const modelDetails: readonly string[] = [
  'MODEL is a declaration in .json, with its tensors in the .safetensors of the same name beside it, or a',
  '.js, .mjs or .ts file whose default export is a graph or a declaration, an ONNX model in .onnx, or a model of Keras',
  'or tfjs: a model.json or the folder of one, .keras or .h5.',
];

/** The default export of a file, which is the user's code: what it throws is a fault of the model. */
async function importModel(path: string): Promise<ModelSource> {
  await readBytes(path);
  if (path.endsWith('.ts') && !(process.features as { readonly typescript?: unknown }).typescript) {
    const text = `Node ${process.version} does not run TypeScript; use 22.18 or later, or build the file to .js`;
    throw new OptionError('typescript', path, text);
  }
  let exported: unknown;
  try {
    const module = (await import(pathToFileURL(resolve(path)).href)) as { readonly default?: unknown };
    exported = await module.default;
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
async function namingFile<T>(path: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof ImportError && error.subject === 'model')) throw error;
    throw new ImportError(error.code, path, error.message.slice('model: '.length));
  }
}

/** Refuses tensors for a model that has its own. */
function requireNone(tensors: string | undefined): void {
  if (tensors === undefined) return;
  throw new OptionError('arguments', '--tensors', 'only declarations and graphs take tensors');
}

const notBindable = (): OptionError =>
  new OptionError('arguments', '--bind', 'only inputs of ONNX models and graph-models can be bound');

const openBoundOnnx = async (path: string, bind: readonly string[]): Promise<ModelSource> =>
  openOnnx(path, { bind: await readBindings(bind) });

const openKerasFile = async (path: string): Promise<ModelSource> =>
  openKeras(await readBytes(path), await besideKeras(path));

/** A topology in .json beside a file of Keras, for one that has weights alone: of the same name, with or without `.weights`. */
async function besideKeras(path: string): Promise<{ readonly topology?: string }> {
  if (extname(path) === '.keras') return {};
  const stem = path.slice(0, -extname(path).length);
  for (const name of [stem, stem.replace(/\.weights$/, '')]) {
    if (await exists(`${name}.json`)) return { topology: await readText(`${name}.json`) };
  }
  return {};
}

/**
 * Reads a model, whose kind the end of its name tells, and of a .json its content; of a folder its model.json.
 *
 * @param bind `name=value` for inputs of an ONNX model or a graph-model that are known
 * @param named a file with more tensors for a model that has none itself
 * @throws OptionError for a file that cannot be read · NacreError for one that is no model · ImportError for tensors
 */
export async function loadModel(path: string, bind: readonly string[] = [], named?: string): Promise<LoadedModel> {
  if (await exists(join(path, 'model.json'))) return loadModel(join(path, 'model.json'), bind, named);
  if (bind.length > 0 && !['.onnx', '.json'].includes(extname(path))) throw notBindable();
  if (['.onnx', '.wasm', '.keras', '.h5', '.hdf5'].includes(extname(path))) requireNone(named);
  switch (extname(path)) {
    case '.json': {
      const text = await readText(path);
      const tensors = (): Promise<GivenTensors> => loadTensors(weightsBeside(path), named);
      const opened = await openTfjs(path, text, bind, tensors);
      if (opened) {
        if (opened.file) requireNone(named);
        return { kind: 'source', ...opened, tensors: {} };
      }
      if (bind.length > 0) throw notBindable();
      return { kind: 'source', model: text, tensors: await tensors() };
    }
    case '.js':
    case '.mjs':
    case '.ts':
      return { kind: 'source', model: await importModel(path), tensors: await loadTensors(undefined, named) };
    case '.onnx':
      return { kind: 'source', model: await namingFile(path, () => openBoundOnnx(path, bind)), tensors: {} };
    case '.wasm':
      return { kind: 'module', binary: await readBytes(path) };
    case '.keras':
    case '.h5':
    case '.hdf5':
      return { kind: 'source', model: await namingFile(path, () => openKerasFile(path)), tensors: {} };
    default:
      throw new OptionError(
        'file',
        path,
        'is no model; the name must end in .json, .js, .mjs, .ts, .onnx, .keras, .h5 or .wasm',
      );
  }
}
