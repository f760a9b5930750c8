import { InternalError } from '../errors.js';
import type { OpOf, Recipe } from '../ir.js';
import type { InitializerDefinition, Ranks } from './define.js';
import * as table from './table.js';
import type { InitializerDeclaration, InitializerEntry, InitializerKind } from './values.js';

/** The definitions, by kind. */
export const initializerDefinitions = Object.fromEntries(
  Object.entries(table).map(([kind, factory]) => [kind, factory.definition]),
) as unknown as Readonly<Record<InitializerKind, InitializerDefinition>>;

export const initializerKinds = Object.keys(initializerDefinitions) as readonly InitializerKind[];

/** `maxPooling1d` → `max_pooling1d` */
export const snakeCase = (word: string): string => word.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Every spelling of a kind. */
export const initializerNames = (kind: InitializerKind): readonly string[] => [
  ...new Set([kind, snakeCase(kind), ...initializerDefinitions[kind].aliases]),
];

const kindsByName = new Map<string, InitializerKind>(
  initializerKinds.flatMap((kind) => initializerNames(kind).map((name) => [name, kind] as const)),
);

/** The kind that a name in any of its spellings stands for. */
export const initializerKindOf = (name: unknown): InitializerKind | undefined =>
  typeof name === 'string' ? kindsByName.get(name) : undefined;

/** The definition of a built-in kind; undefined for a name of the declaration's own. */
export const builtIn = (kind: string): InitializerDefinition | undefined =>
  Object.hasOwn(initializerDefinitions, kind) ? initializerDefinitions[kind as InitializerKind] : undefined;

/**
 * The op that fills a variable, with the variable's own seed if it has one.
 *
 * @param entries of the declaration's `initializers`
 */
export function expandInitializer(
  { seed, ...initializer }: InitializerDeclaration,
  entries: readonly InitializerEntry[] = [],
): OpOf<'initializer'> {
  const recipe = builtIn(initializer.kind)?.expand(initializer) ?? ownRecipe(initializer, entries);
  return { kind: 'initializer', recipe, ...(seed === undefined ? {} : { seed: BigInt(seed) }) };
}

function ownRecipe(initializer: InitializerDeclaration, entries: readonly InitializerEntry[]): Recipe {
  const name = initializer.kind;
  const entry = entries.find((candidate) => candidate.name === name);
  if (!entry) throw new InternalError(`no initializer '${name}'`);
  if ('host' in entry) return { kind: 'host', name };
  return { kind: 'custom', name, options: Object.keys(entry.options).map((option) => initializer[option] as number) };
}

/** As listings show it: `uniform(-0.05, 0.05)`, `heUniform`, `normal(0, 0.05, seed 7)`. */
export function describeInitializer({ kind, seed, default: _, ...options }: InitializerDeclaration): string {
  const parts = Object.values(options).map(String);
  if (seed !== undefined) parts.push(`seed ${seed}`);
  return parts.length === 0 ? kind : `${kind}(${parts.join(', ')})`;
}

/** How many axes: `2 axes`, `3 to 5 axes`, `at least 2 axes`. */
export function printRanks([least, most]: Ranks): string {
  if (least === most) return `${least} ${least === 1 ? 'axis' : 'axes'}`;
  return most === Infinity ? `at least ${least} axes` : `${least} to ${most} axes`;
}
