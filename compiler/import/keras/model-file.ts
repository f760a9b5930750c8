import { ImportError } from '../../errors.js';
import { show } from '../../show.js';
import { isFields, own, type Fields } from './config.js';

/** What a model file says of its topology and its weights. */
export interface ModelFile {
  readonly topology: Fields;
  readonly manifest: unknown;
}

/** @throws ImportError for what is no JSON of Keras or tfjs */
export function readModelFile(model: string | object): ModelFile {
  let value: unknown = model;
  if (typeof model === 'string') {
    try {
      value = JSON.parse(model);
    } catch (error) {
      throw new ImportError('json', 'model', `is no JSON: ${(error as Error).message}`);
    }
  }
  if (!isFields(value)) throw new ImportError('topology', 'model', `must be an object, got ${show(value)}`);
  if (own(value, 'format') === 'graph-model') {
    throw new ImportError('format', 'model', 'is a graph-model of tfjs, no layers-model');
  }
  let topology: unknown = own(value, 'modelTopology') ?? value;
  // tfjs writes topologies of Keras as they are, some as text.
  if (typeof topology === 'string') topology = parse(topology);
  const config = isFields(topology) ? own(topology, 'model_config') : undefined;
  const outer = isFields(topology) ? topology : {};
  if (config !== undefined) topology = typeof config === 'string' ? parse(config) : config;
  if (!isFields(topology) || typeof own(topology, 'class_name') !== 'string') {
    throw new ImportError('topology', 'model', 'has no class_name; expected a model.json of tfjs or the JSON of Keras');
  }
  const version = own(topology, 'keras_version') ?? own(outer, 'keras_version');
  return {
    topology: version === undefined ? topology : { ...topology, keras_version: version },
    manifest: own(value, 'weightsManifest'),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ImportError('json', 'model', `its topology is no JSON: ${(error as Error).message}`);
  }
}
