import { access } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { NacreError, OptionError } from '../errors.js';
import type { BoundInput } from '../import/onnx/index.js';
import { openOnnx } from '../import/onnx/file.js';
import { readSafetensors } from '../import/safetensors.js';
import type { GivenTensors, ModelSource } from '../pipeline.js';
import { show } from '../show.js';
import { readBytes, readText } from './files.js';
import { readNpy } from './npy.js';
import { readAssignment } from './values.js';

/** The option of commands that take models whose inputs can be bound. */
export const bindOption = {
  value: 'NAME=VALUE',
  multiple: true,
  help: 'fixes an input of an ONNX model: a number, a nested list, or a .npy or .json file',
} as const;

/** What a MODEL argument names: something to compile, or a module that is compiled already. */
export type LoadedModel =
  | { readonly kind: 'source'; readonly model: ModelSource; readonly tensors: GivenTensors }
  | { readonly kind: 'module'; readonly binary: Uint8Array };

export const modelDetails: readonly string[] = [
  'MODEL is a declaration in .json, with its tensors in the .safetensors of the same name beside it, or a',
  '.js, .mjs or .ts file whose default export is a graph or a declaration, or an ONNX model in .onnx.',
];

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

async function loadTensors(path: string): Promise<GivenTensors> {
  if (!(await exists(path))) return {};
  return readSafetensors(await readBytes(path));
}

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

/** A value for an input of an ONNX model: a number, a nested list in JSON, or a file in .npy or .json. */
async function readBound(text: string): Promise<BoundInput> {
  if (text.endsWith('.npy')) return readNpy(await readBytes(text), text).tensor;
  const json = text.endsWith('.json') ? await readText(text) : text;
  try {
    return JSON.parse(json) as BoundInput;
  } catch {
    throw new OptionError('arguments', '--bind', `${show(text)} is no number, nested list or .npy or .json file`);
  }
}

/** The values of `--bind` options, by input. */
export async function readBindings(bind: readonly string[]): Promise<Readonly<Record<string, BoundInput>>> {
  const bound: Record<string, BoundInput> = {};
  for (const [name, text] of bind.map((each) => readAssignment('--bind', each))) bound[name] = await readBound(text);
  return bound;
}

/**
 * Reads a model, whose kind the end of its name tells.
 *
 * @param bind `name=value` for inputs of an ONNX model that are known
 * @throws OptionError for a file that cannot be read · NacreError for one that is no model · ImportError for tensors
 */
export async function loadModel(path: string, bind: readonly string[] = []): Promise<LoadedModel> {
  if (bind.length > 0 && extname(path) !== '.onnx') {
    throw new OptionError('arguments', '--bind', 'only inputs of ONNX models can be bound');
  }
  switch (extname(path)) {
    case '.json': {
      const model = await readText(path);
      return { kind: 'source', model, tensors: await loadTensors(path.replace(/\.json$/, '.safetensors')) };
    }
    case '.js':
    case '.mjs':
    case '.ts':
      return { kind: 'source', model: await importModel(path), tensors: {} };
    case '.onnx':
      return { kind: 'source', model: await openOnnx(path, { bind: await readBindings(bind) }), tensors: {} };
    case '.wasm':
      return { kind: 'module', binary: await readBytes(path) };
    default:
      throw new OptionError('file', path, 'is no model; the name must end in .json, .js, .mjs, .ts, .onnx or .wasm');
  }
}
