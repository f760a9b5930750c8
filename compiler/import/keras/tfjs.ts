import { ImportError } from '../../errors.js';
import { show } from '../../show.js';
import type { ManifestValues } from '../weights-manifest.js';

/** The part of a `LayersModel` of tfjs that is read. */
export interface LiveModel {
  toJSON(unused?: unknown, returnString?: boolean): unknown;
  readonly weights: readonly LiveVariable[];
}

export interface LiveVariable {
  readonly name: string;
  readonly shape: readonly (number | null)[];
  read(): { readonly shape: readonly number[]; readonly dtype: string; dataSync(): ArrayLike<unknown> };
}

/** The topology and the values of a model that is loaded in tfjs. */
export function readLiveModel(model: LiveModel): {
  readonly topology: string | object;
  readonly weights: ReadonlyMap<string, ManifestValues>;
} {
  const list: unknown = model.weights;
  if (typeof model.toJSON !== 'function' || !Array.isArray(list)) {
    throw new ImportError('topology', 'model', `must be a LayersModel of tfjs, got ${show(model)}`);
  }
  const topology = model.toJSON(null, false);
  if (typeof topology !== 'string' && (typeof topology !== 'object' || topology === null)) {
    throw new ImportError('topology', 'model', `toJSON() gives ${show(topology)}`);
  }
  const weights = new Map<string, ManifestValues>();
  for (const variable of list as readonly LiveVariable[]) {
    const tensor = variable.read();
    const data = tensor.dataSync();
    if (!(data instanceof Float32Array)) {
      throw new ImportError('weights', variable.name, `expected float32, got ${tensor.dtype}`);
    }
    weights.set(variable.name, { dtype: 'float32', shape: [...tensor.shape], data: data.slice() });
  }
  return { topology, weights };
}
