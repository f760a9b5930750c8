import type { LayerDefinition } from '../layers/define.js';
import { show } from '../show.js';
import { didYouMean } from '../suggest.js';
import { splitReference } from './definitions.js';
import type { Fields, Place } from './issues.js';

/** What a name above stands for. */
export type Source =
  | { readonly kind: 'input' }
  | { readonly kind: 'layer'; readonly definition: LayerDefinition; readonly outputs: readonly string[] }
  /** At fault itself, so that nothing more is said of its users. */
  | { readonly kind: 'unknown' };

export interface Sources {
  /** Inputs, and the layers above. */
  readonly above: ReadonlyMap<string, Source>;
  /** Places of layers by name, wherever they stand. */
  readonly layers: ReadonlyMap<string, string>;
}

/** `from` as a list of references by position; undefined where it is at fault or cannot be known. */
export function parseFrom(
  fields: Fields,
  place: Place,
  sources: Sources,
  implied: readonly string[] | undefined,
): readonly (string | null)[] | undefined {
  const value = fields['from'];
  const at = place.at('from');
  if (value === undefined) return implied;
  if (typeof value === 'string') return onlySound([parseReference(value, at, sources)]);
  if (Array.isArray(value) && value.every((item) => item === null || typeof item === 'string')) {
    return onlySound(
      value.map((item: string | null, index) => (item === null ? null : parseReference(item, at.at(index), sources))),
    );
  }
  at.report('edge', `from must be a name, or a list of names and nulls, got ${show(value)}`);
  return undefined;
}

const onlySound = <T>(items: readonly (T | undefined)[]): readonly T[] | undefined =>
  items.includes(undefined) ? undefined : (items as readonly T[]);

/** A reference to an input or a layer above, without the name of a first output. */
export function parseReference(reference: string, place: Place, sources: Sources): string | undefined {
  const { name, output } = splitReference(reference);
  const source = sources.above.get(name);
  if (source === undefined) {
    const standing = sources.layers.get(name);
    const hint =
      standing === undefined
        ? didYouMean(name, [...sources.above.keys()])
        : `; ${standing} of that name is not above it`;
    place.report('edge', `from '${reference}' names no input and no layer above it${hint}`);
    return undefined;
  }
  if (output === undefined || source.kind === 'unknown') return reference;
  const outputs = source.kind === 'input' ? [] : source.outputs;
  const index = outputs.indexOf(output);
  if (index >= 0) return index === 0 ? name : reference;
  const has = outputs.length === 0 ? 'an input' : `its outputs are ${outputs.join(', ')}`;
  place.report(
    'edge',
    `from '${reference}' names no output of ${name}; ${outputs.length === 0 ? `it is ${has}` : has}`,
  );
  return undefined;
}

/** Checks how many inputs a layer has, and drops absent ones at the end. */
export function checkInputs(
  definition: LayerDefinition,
  from: readonly (string | null)[],
  place: Place,
): readonly (string | null)[] {
  const { inputs } = definition;
  const given = from.slice(0, from.findLastIndex((reference) => reference !== null) + 1);
  const least = inputs === 'list' ? 1 : inputs.filter((name) => !name.endsWith('?')).length;
  const most = inputs === 'list' ? Infinity : inputs.length;
  if (from.length < least || from.length > most) {
    const names = from.length === 0 ? '' : ` (${from.map(String).join(', ')})`;
    const hint = most === 1 && from.length > 1 ? '; join them with concatenate() or add()' : '';
    place.at('from').report('inputs', `takes ${countText(least, most)}, got ${from.length}${names}${hint}`);
    return given;
  }
  from.forEach((reference, index) => {
    const name = inputs === 'list' ? String(index) : inputs[index]!;
    if (reference === null && !name.endsWith('?'))
      place.at('from').at(index).report('inputs', `input '${name}' must not be null`);
  });
  return given;
}

function countText(least: number, most: number): string {
  if (least === most) return `${least} input${least === 1 ? '' : 's'}`;
  return most === Infinity ? `at least ${least} input${least === 1 ? '' : 's'}` : `${least} to ${most} inputs`;
}
