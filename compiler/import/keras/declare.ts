import type { DimSource, GraphSource, TensorSource } from '../../declaration/types.js';
import { ImportError } from '../../errors.js';
import { show } from '../../show.js';
import type { ManifestValues } from '../weights-manifest.js';
import { own, type Fields } from './config.js';
import { Expansion, isOfTfjs, versionOf } from './expansion.js';
import { typeInputs } from './input-types.js';
import { inputShapeOf, readLayer, readModel, type KerasLayer } from './topology.js';
import { assignWeights } from './weights.js';

/** The declaration that a topology comes down to, with the tensors it refers to. */
export function declare(
  topology: Fields,
  weights: ReadonlyMap<string, ManifestValues> | undefined,
  shapes: Readonly<Record<string, readonly DimSource[]>>,
): { readonly declaration: GraphSource; readonly tensors: Readonly<Record<string, TensorSource>> } {
  const model = readModel(readLayer(topology, 'model'));
  const byName = new Map(model.layers.map((layer) => [layer.name, layer]));
  const expansion = new Expansion(versionOf(topology), weights !== undefined, !isOfTfjs(topology));
  const inputs = model.inputs.map((reference) => {
    const layer = byName.get(reference.layer);
    if (!layer) throw new ImportError('topology', 'model', `has no layer ${show(reference.layer)}, which is an input`);
    const name = expansion.names.take(expansion.names.sanitize(layer.name));
    return { name, shape: shapes[name] ?? inputShape(layer), dtype: own(layer.config, 'dtype') };
  });
  const values = inputs.map(({ name, shape }) => ({ from: name, rank: shape.length }));
  const outputs = expansion.expand(model, values);
  expansion.requireSupported();
  const computed = outputs.findIndex(({ unequal }) => unequal !== undefined);
  if (computed >= 0) {
    throw new ImportError('unsupported', model.outputs[computed]!.layer, 'operations outside of layers are not read');
  }
  const names = new Set<string>();
  const named = outputs.map(({ from }, at) => {
    const name = outputName(expansion.names.sanitize(model.outputs[at]!.layer), names);
    return { name, from };
  });
  const tensors = weights === undefined ? {} : assignWeights(expansion.needs, weights);
  return {
    declaration: {
      nacre: 1,
      name: expansion.names.sanitize(model.name),
      inputs: typeInputs(inputs, expansion.layers),
      layers: expansion.layers,
      outputs: named,
    } as unknown as GraphSource,
    tensors,
  };
}

function outputName(name: string, taken: Set<string>): string {
  let free = name;
  for (let count = 1; taken.has(free); count++) free = `${name}_${count}`;
  taken.add(free);
  return free;
}

/** The shape of an input: a batch of null is free. */
function inputShape({ name, config }: KerasLayer): readonly DimSource[] {
  const shape = inputShapeOf(config);
  if (shape === undefined) {
    throw new ImportError(
      'shape',
      name,
      `the file does not tell its shape; give it as inputs: { ${JSON.stringify(name)}: ['batch', …] }`,
    );
  }
  const isSize = (size: unknown): boolean => size === null || (Number.isSafeInteger(size) && (size as number) >= 0);
  if (!Array.isArray(shape) || !shape.every(isSize)) {
    throw new ImportError('shape', name, `its shape must be a list of sizes and nulls, got ${show(shape)}`);
  }
  return shape.map((size: number | null, axis) => (axis === 0 && size === null ? 'batch' : size));
}
