/** From a model's file to what a build needs of it. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { compilePipeline, type CompiledModule, type CompileOptions } from '../compile.js';
import { InternalError, OptionError } from '../errors.js';
import { readManifest } from '../files/manifest.js';
import { loadModel, type LoadedModel } from '../files/model.js';
import type { LoadOptions } from '../files/reading.js';
import { exists, weightsBeside } from '../files/weights.js';
import { memoryFigures, printMemory } from '../memory.js';
import { Pipeline } from '../pipeline.js';
import type { ModelOptions } from './options.js';
import type { Compiled } from './parts.js';

function bindings(options: ModelOptions, folder: string): readonly string[] {
  return Object.entries(options.bind ?? {}).map(([name, value]) => {
    const text = typeof value === 'string' ? resolve(folder, value) : JSON.stringify(value);
    return `${name}=${text}`;
  });
}

/**
 * Reads a model.
 *
 * @param onRead sees the files that it is made of
 * @param importDefault gives the default export of a .js, .mjs or .ts file
 */
export function readModel(
  path: string,
  options: ModelOptions,
  { onRead, importDefault }: Pick<LoadOptions, 'onRead' | 'importDefault'>,
): Promise<LoadedModel> {
  const folder = dirname(path);
  return loadModel(path, {
    bind: bindings(options, folder),
    tensors: options.tensors === undefined ? undefined : resolve(folder, options.tensors),
    names: { bind: 'bind', tensors: 'tensors' },
    ...(onRead && { onRead }),
    ...(importDefault && { importDefault }),
  });
}

/** The part of `model.d.wasm.ts` that declares the signature. */
const signatureIn = (types: string): string | undefined => /export (interface Signature \{.*?^\})$/ms.exec(types)?.[1];

/** @throws what `compile` does */
export async function compileModel(path: string, loaded: LoadedModel, options: ModelOptions): Promise<Compiled> {
  if (loaded.kind === 'module') return openCompiled(path, loaded.binary, options);
  const { target = 'baseline', bind: _, inline: __, runtime: ___, tensors: ____, ...rest } = options;
  const settings = { ...rest, tensors: loaded.tensors };
  const pipeline = new Pipeline(loaded.model, settings);
  const compileFor = (wanted: NonNullable<CompileOptions['target']>): Promise<CompiledModule> =>
    compilePipeline(pipeline, { ...settings, target: wanted });
  const module = await compileFor(target === 'both' ? 'baseline' : target);
  const relaxed = target === 'both' ? await compileFor('relaxed') : undefined;
  const { manifest, weights } = module;
  if (relaxed && relaxed.manifest.weights?.sha256 !== manifest.weights?.sha256) {
    throw new InternalError(`${path}: both targets must share their weights`);
  }
  const functions = Object.keys(module.functions);
  const remark = `${functions.join(', ')} run on the host; give them to load({ functions })`;
  return {
    parts: {
      module: module.binary,
      ...(relaxed && { relaxed: relaxed.binary }),
      ...(weights && { weights }),
    },
    manifest,
    signature: signatureIn(module.types),
    memory: printMemory(memoryFigures(pipeline.plan())),
    notes: functions.length === 0 ? module.notes : [...module.notes, remark],
  };
}

const loadingOptions: readonly string[] = ['inline', 'runtime'];

async function openCompiled(path: string, binary: Uint8Array, options: ModelOptions): Promise<Compiled> {
  const [option] = Object.keys(options).filter((name) => !loadingOptions.includes(name));
  if (option !== undefined) throw new OptionError('option', option, 'the module is compiled already; leave it out');
  const manifest = readManifest(binary, path);
  const types = path.replace(/\.wasm$/, '.d.wasm.ts');
  const weights = weightsBeside(path);
  if (manifest.weights && !(await exists(weights))) {
    throw new OptionError(
      'file',
      weights,
      `is missing; ${basename(path)} has its weights there, keep them beside each other`,
    );
  }
  return {
    parts: { module: binary, ...(manifest.weights && { weights: await readFile(weights) }) },
    manifest,
    signature: existsSync(types) ? signatureIn(await readFile(types, 'utf8')) : undefined,
    memory: undefined,
    notes: [],
  };
}
