import { OptionError } from '../errors.js';
import type { BoundInput } from '../import/bind.js';
import { show } from '../show.js';
import { readBytes, readText } from './disk.js';
import { readNpy } from '../npy.js';
import { readAssignment } from './values.js';

/** A value for an input of an ONNX model: a number, a nested list in JSON, or a file in .npy or .json. */
async function readBound(text: string, option: string, onRead: (path: string) => void): Promise<BoundInput> {
  if (/\.(npy|json)$/.test(text)) onRead(text);
  if (text.endsWith('.npy')) return readNpy(await readBytes(text), text).tensor;
  const json = text.endsWith('.json') ? await readText(text) : text;
  try {
    return JSON.parse(json) as BoundInput;
  } catch {
    throw new OptionError('arguments', option, `${show(text)} is no number, nested list or .npy or .json file`);
  }
}

/**
 * The values of `--bind` options, by input.
 *
 * @param option what errors call the option
 * @param onRead sees the files that values are in, before they are read
 */
export async function readBindings(
  bind: readonly string[],
  option = '--bind',
  onRead: (path: string) => void = () => undefined,
): Promise<Readonly<Record<string, BoundInput>>> {
  const bound: Record<string, BoundInput> = {};
  for (const [name, text] of bind.map((each) => readAssignment(option, each, 'VALUE'))) {
    bound[name] = await readBound(text, option, onRead);
  }
  return bound;
}
