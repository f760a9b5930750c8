import { dirname } from 'node:path';
import { readBeside } from '../import/beside.js';
import { kindOfJson } from '../import/kind.js';
import { importKeras, type NamedWeights } from '../import/keras/index.js';
import { importGraphModel } from '../import/tfjs/index.js';
import type { GivenTensors, ModelSource } from '../pipeline.js';
import { readBindings } from './bindings.js';
import { OptionError } from '../errors.js';

type Fields = Readonly<Record<string, unknown>>;

/** A `model.json` of tfjs, with what it keeps beside it. */
export interface TfjsFile {
  readonly json: Fields;
  /** The bytes of a file that its manifest names. */
  readonly read: (path: string) => Uint8Array;
}

export interface OpenedJson {
  readonly model: ModelSource;
  /** Undefined for a topology without a manifest. */
  readonly file: TfjsFile | undefined;
}

/** A layers-model or graph-model of tfjs or a topology of Keras; undefined for the text of anything else. */
export async function openTfjs(
  path: string,
  text: string,
  bind: readonly string[],
  tensors: () => Promise<GivenTensors>,
): Promise<OpenedJson | undefined> {
  let json: Fields;
  try {
    json = JSON.parse(text) as Fields;
  } catch {
    return undefined;
  }
  const kind = kindOfJson(json);
  if (kind === 'other') return undefined;
  const file: TfjsFile = {
    json,
    read: (location) => readBeside(dirname(path), location, { what: 'a file of weights' }),
  };
  if (kind === 'graph-model')
    return { model: importGraphModel(json, file.read, { bind: await readBindings(bind) }), file };
  if (bind.length > 0) throw new OptionError('arguments', '--bind', 'inputs of layers-models cannot be bound');
  if ('weightsManifest' in json) return { model: importKeras(json, file.read), file };
  const given = (await tensors()) as NamedWeights;
  const weights = Object.keys(given).length > 0 ? [given] : [];
  return { model: importKeras(json, ...weights), file: undefined };
}
