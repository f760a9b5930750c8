import type { Model } from '../../runtime/index.js';
import type { ManifestPort } from '../../runtime/manifest.js';
import { ImportError, OptionError } from '../errors.js';
import { didYouMean } from '../suggest.js';
import { readBytes, readText } from './files.js';
import { readNpy } from '../npy.js';
import { readAssignment } from './values.js';

export type Feed = Parameters<Model['forward']>[0][string];

/**
 * Files by port, of the `NAME=FILE` values of an option.
 *
 * @throws OptionError for a port that the model does not have, or that is given twice
 */
export function assignments(
  option: string,
  texts: readonly string[],
  ports: readonly ManifestPort[],
): Map<string, string> {
  const names = ports.map(({ name }) => name);
  const files = new Map<string, string>();
  for (const [name, file] of texts.map((text) => readAssignment(option, text))) {
    if (!names.includes(name)) {
      const hint = didYouMean(name, names) || `; this model has ${names.join(', ')}`;
      throw new OptionError('arguments', option, `the model has no ${option.slice(2)} '${name}'${hint}`);
    }
    if (files.has(name)) throw new OptionError('arguments', option, `${name} is given twice`);
    files.set(name, file);
  }
  return files;
}

function parseJson(path: string, text: string): Feed {
  try {
    return JSON.parse(text) as Feed;
  } catch (error) {
    throw new OptionError('file', path, `is not valid JSON: ${(error as Error).message}`);
  }
}

/**
 * What a file holds, as the input takes it: other dtypes are converted where that loses nothing.
 *
 * @param notes receives what was converted
 */
export async function readInput(path: string, { name, dtype }: ManifestPort, notes: string[]): Promise<Feed> {
  if (path.endsWith('.json')) return parseJson(path, await readText(path));
  if (!path.endsWith('.npy')) throw new OptionError('file', path, 'is no input; the name must end in .npy or .json');
  const bytes = await readBytes(path);
  try {
    const { tensor, note } = readNpy(bytes, path);
    if (note !== undefined) notes.push(`${name}: ${note}`);
    const { shape, data } = tensor;
    if (tensor.dtype === dtype) return { data, shape };
    notes.push(`${name}: ${tensor.dtype} values were taken as ${dtype}`);
    return { data: Array.from<number | bigint, number>(data, Number), shape };
  } catch (error) {
    if (error instanceof ImportError) throw new OptionError(error.code, path, error.message.slice(path.length + 2));
    throw error;
  }
}
