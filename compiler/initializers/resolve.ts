import type { OpOf } from '../ir.js';
import type { InitializerDefinition } from './define.js';
import * as table from './table.js';
import type { InitializerDeclaration, InitializerKind } from './values.js';

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

/** The op that fills a variable, with the variable's own seed if it has one. */
export function expandInitializer({ seed, ...initializer }: InitializerDeclaration): OpOf<'initializer'> {
  const recipe = initializerDefinitions[initializer.kind].expand(initializer);
  return { kind: 'initializer', recipe, ...(seed === undefined ? {} : { seed: BigInt(seed) }) };
}

/** As listings show it: `uniform(-0.05, 0.05)`, `heUniform`, `normal(0, 0.05, seed 7)`. */
export function describeInitializer(initializer: InitializerDeclaration): string {
  const options = Object.keys(initializerDefinitions[initializer.kind].options).map((name) =>
    String(initializer[name]),
  );
  const parts = initializer.seed === undefined ? options : [...options, `seed ${initializer.seed}`];
  return parts.length === 0 ? initializer.kind : `${initializer.kind}(${parts.join(', ')})`;
}
