import type { Model } from '../../runtime/index.js';
import type { ManifestPort } from '../../runtime/manifest.js';
import { ImportError, OptionError } from '../errors.js';
import { didYouMean } from '../suggest.js';
import { readBytes, readText } from './files.js';
import { readNpy } from '../npy.js';
import type { Streams } from './command.js';
import { readAssignment } from './values.js';

/** What is asked of an input or output of a model. */
export type Port = Pick<ManifestPort, 'name' | 'dtype'>;

export type Feed = Parameters<Model['forward']>[0][string];

/**
 * Files by port, of the `NAME=FILE` values of an option.
 *
 * @throws OptionError for a port that the model does not have, or that is given twice
 */
export function assignments(option: string, texts: readonly string[], ports: readonly Port[]): Map<string, string> {
  const names = ports.map(({ name }) => name);
  const files = new Map<string, string>();
  for (const [name, file] of texts.map((text) => readAssignment(option, text))) {
    if (!names.includes(name)) {
      const hint = didYouMean(name, names) || `; this model has ${names.join(', ')}`;
      const kind = option === '--output' ? 'output' : 'input';
      throw new OptionError('arguments', option, `the model has no ${kind} '${name}'${hint}`);
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
export async function readInput(path: string, { name, dtype }: Port, notes: string[]): Promise<Feed> {
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

/**
 * The values of all inputs, of the `NAME=FILE` values of an option. Notes of what was converted go to `stderr`.
 *
 * @throws OptionError for an input that is missing, and as `assignments` and `readInput` do
 */
export async function readInputs(
  option: string,
  texts: readonly string[],
  inputs: readonly Port[],
  { stderr }: Pick<Streams, 'stderr'>,
): Promise<Record<string, Feed>> {
  const files = assignments(option, texts, inputs);
  const missing = inputs.filter(({ name }) => !files.has(name)).map(({ name }) => name);
  if (missing.length > 0) {
    const takes = inputs.map(({ name }) => name).join(', ');
    const what = `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing; this model takes ${takes}`;
    throw new OptionError('arguments', option, what);
  }
  const notes: string[] = [];
  const feeds: Record<string, Feed> = {};
  for (const port of inputs) feeds[port.name] = await readInput(files.get(port.name)!, port, notes);
  for (const note of notes) stderr.write(`note: ${note}\n`);
  return feeds;
}
