import { access } from 'node:fs/promises';
import { loadWeightsSync } from '../../runtime/external.js';
import { instantiateSync, type Model, type SessionOptions } from '../../runtime/index.js';
import { ModuleError } from '../../runtime/errors.js';
import { OptionError } from '../errors.js';
import { externalMetadata } from '../external.js';
import { readMetadata, readSafetensors } from '../import/safetensors.js';
import type { GivenTensors } from '../pipeline.js';
import { readBytes } from './files.js';

/** The option of commands that take the tensors of a model from a file. */
export const tensorsOption = {
  value: 'FILE',
  help: 'a .safetensors file whose tensors fill variables, by name or as the declaration refers to them',
} as const;

/** The file with the weights of a module, of the same name beside it. */
export const weightsBeside = (path: string): string => `${path.replace(/\.[^./\\]*$/, '')}.safetensors`;

/** Whether a path can be read. */
export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const isWritten = (bytes: Uint8Array): boolean =>
  Object.entries(externalMetadata).every(([key, value]) => readMetadata(bytes)[key] === value);

/**
 * The tensors of a model: of the file of its name beside it, unless that is what `compile` has written for a module, and
 * of those that are named.
 */
export async function loadTensors(beside: string | undefined, named?: string): Promise<GivenTensors> {
  const bytes = beside !== undefined && (await exists(beside)) ? await readBytes(beside) : undefined;
  return {
    ...(bytes && !isWritten(bytes) ? readSafetensors(bytes) : {}),
    ...(named === undefined ? {} : readSafetensors(await readBytes(named))),
  };
}

/**
 * Requires that a file of weights takes no other file's place.
 *
 * @throws OptionError for a file that `compile` has not written
 */
export async function requireOwn(path: string): Promise<void> {
  if (!(await exists(path))) return;
  let isOwn = false;
  try {
    isOwn = isWritten(await readBytes(path));
  } catch {
    // What is no safetensors file is somebody else's too.
  }
  if (isOwn) return;
  throw new OptionError('file', path, 'holds tensors that are not of a compiled module; choose another name for -o');
}

/** Does something with a module of a file; where the runtime refuses it or its weights, the error names the file. */
export function namingFiles<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    const { code, subject, message } = error;
    const file = { instantiate: path, weights: weightsBeside(path) }[subject];
    throw file === undefined ? error : new ModuleError(code, file, message.slice(`${subject}: `.length));
  }
}

/** An instance of a compiled module, with its weights from the file beside it if it has them there. */
export async function openModule(path: string, binary: Uint8Array, options: SessionOptions = {}): Promise<Model> {
  const model = namingFiles(path, () => instantiateSync(binary, options));
  if (!model.manifest.weights) return model;
  const file = weightsBeside(path);
  if (!(await exists(file))) {
    throw new OptionError('file', file, `is missing; ${path} has its weights there, keep them beside each other`);
  }
  const weights = await readBytes(file);
  namingFiles(path, () => {
    loadWeightsSync(model as never, weights);
  });
  return model;
}
