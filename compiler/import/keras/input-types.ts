import type { DimSource, InputDType } from '../../declaration/types.js';
import { ImportError } from '../../errors.js';

interface Input {
  readonly name: string;
  readonly shape: readonly DimSource[];
  readonly dtype: unknown;
}

interface Layer {
  readonly name: string;
  readonly kind?: string;
  readonly use?: string;
  readonly from: readonly (string | null)[];
}

/** Kinds that move elements of any type. */
const moving = new Set(
  (
    'alphaDropout dropout flatten flip gaussianDropout gaussianNoise identity mergeTime permute repeatVector reshape ' +
    'spatialDropout1d spatialDropout2d spatialDropout3d splitTime concatenate cropping1d cropping2d cropping3d'
  ).split(' '),
);

/** The inputs of kinds that are masks, which may be of any type. */
const masks: Readonly<Record<string, readonly number[]>> = {
  additiveAttention: [3, 4],
  attention: [3, 4],
  globalAveragePooling1d: [1],
  groupedQueryAttention: [3, 4, 5, 6],
  gru: [2],
  lstm: [3],
  multiHeadAttention: [3, 4, 5, 6],
  simpleRnn: [2],
};

const isInteger = (dtype: unknown): boolean => typeof dtype === 'string' && /^u?int/.test(dtype);

/**
 * The inputs with their types: int32 for what is looked up in embeddings, float32 for what is computed with, whatever type
 * the file says, since Keras converts both.
 *
 * @throws ImportError for an input that is used as both
 */
export function typeInputs(
  inputs: readonly Input[],
  layers: readonly Layer[],
): readonly { readonly name: string; readonly shape: readonly DimSource[]; readonly dtype: InputDType }[] {
  const kinds = new Map<string, string>();
  /** The inputs whose elements a value holds, by layer. */
  const sources = new Map<string, ReadonlySet<string>>(inputs.map(({ name }) => [name, new Set([name])]));
  const indices = new Set<string>();
  const numbers = new Set<string>();
  for (const layer of layers) {
    const kind = layer.kind ?? kinds.get(layer.use ?? '') ?? '';
    kinds.set(layer.name, kind);
    const from = layer.from.filter((reference, at) => reference !== null && !masks[kind]?.includes(at));
    const held = from.map((reference) => sources.get(reference!.split(':')[0]!) ?? new Set<string>());
    if (moving.has(kind)) sources.set(layer.name, new Set(held.flatMap((set) => [...set])));
    else if (kind === 'categoryEncoding') continue;
    else for (const name of held.flatMap((set) => [...set])) (kind === 'embedding' ? indices : numbers).add(name);
  }
  return inputs.map(({ name, shape, dtype }) => {
    if (indices.has(name) && numbers.has(name)) {
      throw new ImportError(
        'unsupported',
        name,
        'is looked up in an embedding and computed with; give it as two inputs',
      );
    }
    return { name, shape, dtype: indices.has(name) || (isInteger(dtype) && !numbers.has(name)) ? 'int32' : 'float32' };
  });
}
