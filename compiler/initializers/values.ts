import type { InitializerOf } from './define.js';
import type * as table from './table.js';

type Table = typeof table;
export type InitializerKind = keyof Table;

type Snake<S extends string> = S extends `${infer Head}${infer Tail}`
  ? `${Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`}${Snake<Tail>}`
  : S;

type Named<K extends InitializerKind> = K | Snake<K> | Table[K]['definition']['aliases'][number];

/** A kind in camel or snake case, or what another framework calls it. */
export type InitializerName = { [K in InitializerKind]: Named<K> }[InitializerKind];

/** An initializer with the options people gave. */
export type Initializer = { [K in InitializerKind]: InitializerOf<Table[K]['definition']> }[InitializerKind];

/** An initializer, frozen and complete: every option is written out. */
export interface InitializerDeclaration {
  readonly kind: InitializerKind;
  /** Below 2^53 a number, above it decimal digits. */
  readonly seed?: number | string;
  /** The layer's default or the graph's, so that `initialize({ initializer })` may put another in its place. */
  readonly default?: true;
  readonly [option: string]: unknown;
}

/** Initializers by the variable's name: the first RegExp that is found in it decides. */
export interface Mixed {
  readonly kind: 'mixed';
  readonly rules: readonly (readonly [pattern: string, initializer: InitializerSource])[];
}

/** A number is a constant. */
export type InitializerSource = InitializerName | Initializer | Mixed | number;

/** Chooses an initializer by the variable's name; a name that no pattern is found in is an error. */
export const mixed = (rules: readonly (readonly [pattern: RegExp | string, initializer: InitializerSource])[]): Mixed =>
  Object.freeze({
    kind: 'mixed',
    rules: rules.map(([pattern, initializer]) => {
      if (typeof pattern === 'string') return [pattern, initializer] as const;
      if (pattern.flags !== '')
        throw new TypeError(`mixed: ${String(pattern)} has flags, which a declaration cannot carry`);
      return [pattern.source, initializer] as const;
    }),
  });
