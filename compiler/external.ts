import type { ManifestTensor, ManifestWeights } from '../runtime/manifest.js';
import { Sha256 } from '../runtime/sha256.js';
import { writeOrdered, type NamedTensor } from './import/safetensors.js';
import { bytesOf, isWide } from './plan/stored.js';
import type { KernelPlan } from './plan/types.js';
import type { StoredValues } from './stored.js';

export interface External {
  readonly plan: KernelPlan;
  /** The safetensors file. */
  readonly file: Uint8Array;
  readonly weights: ManifestWeights;
}

/** Marks files that `weights: 'external'` has written. */
export const externalMetadata = { nacre: 'weights' } as const;

/** The tensors of a variable: scales and offsets, which broadcast against the values, before them. */
function tensorsOf(name: string, values: StoredValues, isFree: (name: string) => boolean): NamedTensor[] {
  const own = { name, ...values } as NamedTensor;
  if (!('scale' in values)) return [own];
  const { shape, axis, scale, offset } = values;
  const along = axis === null ? [] : shape.map((size, at) => (at === axis ? size : 1));
  const called = (part: string): string => {
    let unique = `${name}.${part}`;
    while (!isFree(unique)) unique += '_';
    return unique;
  };
  const { dtype, data } = values;
  const plain = { name, dtype, shape, data } as NamedTensor;
  if (!isWide(values)) {
    return [{ name: called('scale'), dtype: 'float32', shape: along, data: Float32Array.from(scale) }, plain];
  }
  return [
    { name: called('scale'), dtype: 'float64', shape: along, data: Float64Array.from(scale) },
    { name: called('offset'), dtype: 'float64', shape: along, data: Float64Array.from(offset) },
    plain,
  ];
}

/** Moves the values of a plan's variables into a file, and says where they stand in it. */
export function writeExternal(plan: KernelPlan): External {
  const names = new Set(plan.variables.map(({ variable }) => variable.name));
  const groups = plan.variables.flatMap(({ variable: { name }, filling }) =>
    filling.kind === 'values'
      ? [{ name, values: filling.values, tensors: tensorsOf(name, filling.values, (free) => !names.has(free)) }]
      : [],
  );
  const { file, dataStart } = writeOrdered(
    groups.flatMap(({ tensors }) => tensors),
    externalMetadata,
  );
  let at = dataStart;
  const tensors = groups.map(({ name, values, tensors: parts }): ManifestTensor => {
    const begin = at;
    for (const { data } of parts) at += bytesOf(data).length;
    const scales = at - begin - bytesOf(values.data).length;
    const entry = { name, dtype: values.dtype, count: values.data.length, begin, end: at };
    return scales === 0 ? entry : { ...entry, scales };
  });
  const hash = new Sha256();
  hash.update(file);
  const variables = plan.variables.map((planned) => {
    const { filling } = planned;
    return filling.kind === 'values' ? { ...planned, filling: { ...filling, external: true } } : planned;
  });
  return { plan: { ...plan, variables }, file, weights: { bytes: file.length, sha256: hash.digest(), tensors } };
}
