import { ImportError } from '../../errors.js';
import { allocate, type DType, type Tensor } from '../../tensor.js';
import type { ManifestValues } from '../weights-manifest.js';
import { isFields, own, snakeCase } from './config.js';
import { isModel, readLayer, readModel, type KerasLayer } from './topology.js';
import type { Group, StoredArray } from './tree.js';
import { isTrainingState } from './weights.js';

const MOST_LEVELS = 64;

/**
 * The weights of a file of HDF5 by name, in the form in which `assignWeights` finds them.
 *
 * @param root the group that holds the layers: of Keras 2 `model_weights`, or the whole file
 * @throws ImportError for weights of types that nacre does not store, and weights that the file lists and does not have
 */
export function readSavedWeights(root: Group, model: KerasLayer): Map<string, ManifestValues> {
  const weights = new SavedWeights();
  if (namesOf(root, 'layer_names')) weights.addLayers(root);
  else weights.addModel(model, root, []);
  return weights.values;
}

/** Whether a group has weights as Keras writes them. */
export const hasWeights = (root: Group): boolean =>
  namesOf(root, 'layer_names') !== undefined || containerOf(root) !== undefined;

/** Models of Keras 2.12 have another name for the container of their layers. */
const containerOf = (group: Group): Group | undefined =>
  group.group('layers') ?? group.group('_layer_checkpoint_dependencies');

/** A list of names in an attribute; Keras writes long ones in parts, as `name0`, `name1`, …. */
function namesOf(group: Group, attribute: string): readonly string[] | undefined {
  const whole = group.attribute(attribute);
  if (whole !== undefined) return textsOf(whole, attribute);
  const parts: string[] = [];
  for (let part = 0; ; part++) {
    const value = group.attribute(`${attribute}${part}`);
    if (value === undefined) return part === 0 ? undefined : parts;
    parts.push(...textsOf(value, attribute));
  }
}

function textsOf(value: unknown, attribute: string): readonly string[] {
  const list: readonly unknown[] | undefined = Array.isArray(value) ? value : undefined;
  if (list?.every((item) => typeof item === 'string')) return list;
  // An empty list has the type of numbers.
  if (ArrayBuffer.isView(value) && value.byteLength === 0) return [];
  throw new ImportError('weights', attribute, 'must be a list of names');
}

class SavedWeights {
  readonly values = new Map<string, ManifestValues>();

  /** Keras 2, and Keras 3 in its form: a group a layer, which lists its weights. */
  addLayers(root: Group): void {
    for (const layer of namesOf(root, 'layer_names') ?? []) {
      const group = root.group(layer);
      if (!group) throw new ImportError('weights', layer, 'is listed in layer_names, and has no group');
      for (const name of namesOf(group, 'weight_names') ?? []) {
        const array = group.array(name);
        if (!array) throw new ImportError('weights', `${layer}/${name}`, 'is listed in weight_names, and is not there');
        this.add(`${layer}/${name}`, array);
      }
    }
  }

  /** Keras 3: layers are called by their classes, in the order of the topology. */
  addModel(model: KerasLayer, group: Group, path: readonly string[]): void {
    const container = containerOf(group);
    if (!container) return;
    const { layers } = readModel(model);
    const names = namesByClass(layers.map(({ className }) => className));
    layers.forEach((layer, at) => {
      const own = container.group(names[at]!);
      if (own) this.addLayer(layer, own, [...path, layer.name]);
    });
  }

  private addLayer(layer: KerasLayer | undefined, group: Group, path: readonly string[], isEinsum = false): void {
    if (path.length > MOST_LEVELS) throw new ImportError('weights', path.join('/').slice(0, 80), 'is nested too deep');
    if (layer && isModel(layer)) {
      this.addModel(layer, group, path);
      return;
    }
    this.addVariables(layer, group, path, isEinsum);
    for (const child of group.names()) {
      const inner = child === 'vars' ? undefined : group.group(child);
      if (!inner) continue;
      const cells = layer?.className === 'RNN' && child === 'cell' ? stackedCells(layer) : undefined;
      const projection =
        layer?.className.endsWith('QueryAttention') || layer?.className === 'MultiHeadAttention'
          ? projections[child.replace(/^_/, '')]
          : undefined;
      if (cells) this.addCells(cells, inner, path);
      else this.addLayer(held(layer, child), inner, [...path, projection ?? child], projection !== undefined);
    }
  }

  private addVariables(layer: KerasLayer | undefined, group: Group, path: readonly string[], isEinsum: boolean): void {
    const variables = group.group('vars');
    if (!variables) return;
    const names = variables.names().filter((name) => /^\d+$/.test(name));
    names.sort((a, b) => Number(a) - Number(b));
    // The third variable of a Normalization counts what its statistics were taken of.
    if (layer?.className === 'Normalization') names.splice(2);
    for (const name of names) {
      const leaf = isEinsum ? (['kernel', 'bias'][Number(name)] ?? name) : `vars/${name}`;
      const array = variables.array(name);
      if (array) this.add([...path, leaf].join('/'), array);
    }
  }

  private addCells(classes: readonly string[], group: Group, path: readonly string[]): void {
    const names = namesByClass(classes);
    names.forEach((name, at) => {
      const cell = group.group('cells')?.group(name);
      if (cell) this.addLayer(undefined, cell, [...path, `cell_${at}`]);
    });
  }

  private add(name: string, array: StoredArray): void {
    if (isTrainingState(name)) return;
    if (this.values.has(name)) throw new ImportError('duplicate', name, 'stands twice in the file');
    this.values.set(name, valuesOf(name, array));
  }
}

/** Parts of attention layers, without the underscore that some versions have. */
const projections: Readonly<Record<string, string>> = {
  query_dense: 'query',
  key_dense: 'key',
  value_dense: 'value',
  output_dense: 'attention_output',
};

/** `dense`, `dense_1`, …: as Keras calls what it saves from a list. */
function namesByClass(classes: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  return classes.map((className) => {
    const name = snakeCase(className);
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  });
}

/** The layer that a wrapper holds under the name of an attribute. */
function held(layer: KerasLayer | undefined, child: string): KerasLayer | undefined {
  const field = child === 'backward_layer' && layer && isFields(own(layer.config, child)) ? child : 'layer';
  const inner = layer && ['layer', 'forward_layer', 'backward_layer'].includes(child) && own(layer.config, field);
  return layer && isFields(inner) ? readLayer(inner, layer.name) : undefined;
}

function stackedCells({ config, name }: KerasLayer): readonly string[] | undefined {
  const cell = own(config, 'cell');
  const cells = isFields(cell) ? own(readLayer(cell, name).config, 'cells') : undefined;
  return Array.isArray(cells) ? cells.map((each: unknown) => readLayer(each, name).className) : undefined;
}

const tensorTypes: readonly string[] = ['float32', 'int32', 'bool', 'uint8', 'int8', 'int64'];

function valuesOf(name: string, { dtype, shape, read }: StoredArray): ManifestValues {
  if (dtype === 'float16' || dtype === 'bfloat16') {
    return { dtype, shape, data: new Uint16Array(read().buffer) };
  }
  if (dtype === undefined || !tensorTypes.includes(dtype)) {
    const what = dtype === undefined ? 'has a type that is not read' : `is ${dtype}, which is not read`;
    throw new ImportError('dtype', name, `${what}; weights are float32, float16 or bfloat16`);
  }
  const { constructor } = allocate(dtype as DType, 0) as { constructor: unknown };
  const data = new (constructor as new (buffer: ArrayBuffer) => Tensor['data'])(read().buffer);
  return { dtype: dtype as DType, shape, data };
}
