import type { TensorSource } from '../../declaration/types.js';
import { ImportError } from '../../errors.js';
import type { ManifestValues } from '../weights-manifest.js';

/** A weight that a layer has: its name in Keras, and its sizes as far as the configuration tells them. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly (number | null)[];
}

/** The weights of one layer, in Keras's order. */
export interface Need {
  /** The layer, as messages name it. */
  readonly layer: string;
  /** Names that its weights may stand under, the likeliest first: each a path of layers. */
  readonly owners: readonly (readonly string[])[];
  /** Where the layer stands in the file. */
  readonly order: readonly number[];
  /** `key` is the name of the tensor in the declaration. */
  readonly weights: readonly (WeightSpec & { readonly key: string })[];
}

interface Entry {
  readonly name: string;
  readonly segments: readonly string[];
  readonly values: ManifestValues;
}

/** Variables of training and of random generators, which no layer's inference reads. */
const ignored =
  /(^|\/)(seed_generator(_\d+)?|optimizer|iterations?|learning_rate|vector_u|sn_u|total|count)(\/|$|:|_state)/;

/** Whether a variable is one of training or of a random generator. */
export const isTrainingState = (name: string): boolean => ignored.test(name);

/**
 * Finds the values of every weight: by name, as tfjs and Keras write them (`layer/kernel:0`, `outer/layer/kernel`), or by
 * order where no name is one of the model's.
 *
 * @returns tensors by the keys of the needs
 * @throws ImportError that lists all weights that are missing, left over, or of another shape or type
 */
export function assignWeights(
  needs: readonly Need[],
  given: ReadonlyMap<string, ManifestValues>,
): Record<string, TensorSource> {
  const wanted = needs.filter(({ weights }) => weights.length > 0);
  const entries = [...given].map(([name, values]): Entry => {
    return { name, segments: name.replace(/:\d+$/, '').split('/'), values };
  });
  const named = new ByName(entries);
  const found = wanted.map((need) => named.find(need));
  const isNamed = wanted.length === 0 || found.some((list) => list !== undefined);
  return isNamed ? settle(wanted, found, named.rest()) : settleByOrder(wanted, entries);
}

/** Each entry belongs to one weight. */
class ByName {
  private readonly taken = new Set<Entry>();
  private readonly bySegment = new Map<string, Entry[]>();

  constructor(private readonly entries: readonly Entry[]) {
    for (const entry of entries) {
      for (const segment of new Set(entry.segments)) {
        const list = this.bySegment.get(segment);
        if (list) list.push(entry);
        else this.bySegment.set(segment, [entry]);
      }
    }
  }

  /** Undefined where the file has nothing for the layer. */
  find({ owners, weights }: Need): readonly (Entry | undefined)[] | undefined {
    for (const names of owners) {
      const owner = names.flatMap((name) => name.split('/'));
      const group = (this.bySegment.get(owner[owner.length - 1]!) ?? []).filter((entry) => !this.taken.has(entry));
      for (const fits of [startsWith, includesInOrder]) {
        const own = group.filter(({ segments }) => fits(segments.slice(0, -1), owner));
        if (own.length === 0) continue;
        const found = this.byLeaf(own, weights) ?? inOrder(own, weights);
        if (!found) continue;
        for (const entry of found) if (entry) this.taken.add(entry);
        return found;
      }
    }
    return undefined;
  }

  rest(): readonly Entry[] {
    return this.entries.filter((entry) => !this.taken.has(entry));
  }

  private byLeaf(own: readonly Entry[], weights: readonly WeightSpec[]): readonly (Entry | undefined)[] | undefined {
    const rest = new Set(own);
    const found = weights.map(({ name }) => {
      const leaf = name.split('/');
      const entry =
        [...rest].find(({ segments }) => endsWith(segments, leaf)) ??
        [...rest].find(({ segments }) => endsWith(withoutCount(segments), leaf));
      if (entry) rest.delete(entry);
      return entry;
    });
    return found.some((entry) => entry !== undefined) ? found : undefined;
  }
}

/** Weights that have numbers for names stand in the order in which the layer made them. */
function inOrder(own: readonly Entry[], weights: readonly WeightSpec[]): readonly Entry[] | undefined {
  const list = own.filter(({ name }) => !isTrainingState(name));
  return list.length === weights.length && list.every(({ segments }) => /^\d+$/.test(segments[segments.length - 1]!))
    ? list
    : undefined;
}

const startsWith = (segments: readonly string[], owner: readonly string[]): boolean =>
  owner.every((name, at) => segments[at] === name);

/** The names in their order, with others between them. */
function includesInOrder(segments: readonly string[], owner: readonly string[]): boolean {
  let at = 0;
  for (const segment of segments) if (segment === owner[at]) at++;
  return at === owner.length;
}

const endsWith = (segments: readonly string[], leaf: readonly string[]): boolean =>
  leaf.every((name, at) => segments[segments.length - leaf.length + at] === name);

/** `kernel_1` is a second `kernel`, where names had to differ. */
const withoutCount = (segments: readonly string[]): readonly string[] =>
  segments.map((segment, at) => (at === segments.length - 1 ? segment.replace(/_\d+$/, '') : segment));

function compareOrder(a: Need, b: Need): number {
  for (let at = 0; at < Math.max(a.order.length, b.order.length); at++) {
    const difference = (a.order[at] ?? -1) - (b.order[at] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

function settleByOrder(needs: readonly Need[], entries: readonly Entry[]): Record<string, TensorSource> {
  const ordered = [...needs].sort(compareOrder);
  const list = entries.filter(({ name }) => !isTrainingState(name));
  const count = ordered.reduce((sum, { weights }) => sum + weights.length, 0);
  if (count !== list.length) {
    const what = `the layers have ${count} weights, got ${list.length}, whose names are not those of the layers`;
    throw new ImportError('weights', 'model', what);
  }
  let next = 0;
  return settle(
    ordered,
    ordered.map(({ weights }) => weights.map(() => list[next++])),
    [],
  );
}

const printShape = (shape: readonly (number | null)[]): string => `(${shape.map((size) => size ?? '?').join(', ')})`;

function settle(
  needs: readonly Need[],
  found: readonly (readonly (Entry | undefined)[] | undefined)[],
  rest: readonly Entry[],
): Record<string, TensorSource> {
  const tensors: Record<string, TensorSource> = {};
  const faults: string[] = [];
  needs.forEach(({ layer, weights }, index) => {
    const list = found[index];
    if (!list) {
      faults.push(`${layer}: expected ${weights.map(({ name }) => name).join(', ')}, got none`);
      return;
    }
    weights.forEach(({ name, shape, key }, at) => {
      const entry = list[at];
      const fault = entry ? mismatch(entry.values, shape) : `expected ${printShape(shape)}, got none`;
      if (fault !== undefined) faults.push(`${layer}/${name}: ${fault}`);
      else if (entry) tensors[key] = entry.values;
    });
  });
  for (const { name } of rest) if (!isTrainingState(name)) faults.push(`${name}: belongs to no layer`);
  if (faults.length === 0) return tensors;
  const shown = faults.slice(0, 20).map((fault) => `  ${fault}`);
  if (faults.length > shown.length) shown.push(`  and ${faults.length - shown.length} more`);
  const count = faults.length === 1 ? '1 weight does' : `${faults.length} weights do`;
  throw new ImportError('weights', 'model', `${count} not fit\n${shown.join('\n')}`);
}

function mismatch(values: ManifestValues, shape: readonly (number | null)[]): string | undefined {
  const isFloat = 'scale' in values || ['float32', 'float16', 'bfloat16'].includes(values.dtype);
  if (!isFloat) return `expected float32, got ${values.dtype}`;
  const fits =
    values.shape.length === shape.length && shape.every((size, at) => size === null || size === values.shape[at]);
  return fits ? undefined : `expected ${printShape(shape)}, got ${printShape(values.shape)}`;
}
