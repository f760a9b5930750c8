import { OptionError } from '../errors.js';
import type { BoundInput } from '../import/bind.js';
import { show } from '../show.js';
import { readBytes, readText } from './files.js';
import { readNpy } from '../npy.js';
import { readAssignment } from './values.js';

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
