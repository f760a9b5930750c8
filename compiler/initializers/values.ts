import type { CustomInitializer } from '../ir.js';
import type { CustomValue } from './custom.js';
import type { InitializerOf, Seed } from './define.js';
import type { HostInitializer } from './host.js';
import type * as table from './table.js';

type Table = typeof table;
export type InitializerKind = keyof Table;

/** `maxPooling1d` → `max_pooling1d` */
export type Snake<S extends string> = S extends `${infer Head}${infer Tail}`
  ? `${Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`}${Snake<Tail>}`
  : S;

type Named<K extends InitializerKind> = K | Snake<K> | Table[K]['definition']['aliases'][number];

/** A kind in camel or snake case, or what another framework calls it. */
export type InitializerName = { [K in InitializerKind]: Named<K> }[InitializerKind];

/** An initializer with the options people gave. */
export type Initializer = { [K in InitializerKind]: InitializerOf<Table[K]['definition']> }[InitializerKind];

/** What a declaration's `initializers` defines: a function linked into the module, or one of the host's. */
export type InitializerEntry = CustomInitializer | HostEntry;

export interface HostEntry {
  readonly name: string;
  readonly host: true;
}

/** An initializer, frozen and complete: every option is written out. */
export interface InitializerDeclaration {
  /** An `InitializerKind`, or a name of the declaration's `initializers`. */
  readonly kind: string;
  /** Below 2^53 a number, above it decimal digits. */
  readonly seed?: number | string;
  /** The layer's default or the graph's, so that `initialize({ initializer })` may put another in its place. */
  readonly default?: true;
  readonly [option: string]: unknown;
}

/** Initializers by the variable's name: the first RegExp that is found in it decides. */
export interface Mixed<I = InitializerSource> {
  readonly kind: 'mixed';
  readonly rules: readonly (readonly [pattern: string, initializer: I])[];
}

/** The tensor that has the variable's name, else the fallback. */
export interface Load<I = InitializerSource> {
  readonly kind: 'load';
  readonly fallback?: I;
}

/** A kind that the declaration's `initializers` defines, with its options. */
export interface OwnKindSource {
  readonly kind: string;
  readonly seed?: Seed;
  readonly [option: string]: unknown;
}

/** How a declaration writes an initializer. A number is a constant, a name may be one of its own `initializers`. */
export type InitializerSource = InitializerName | (string & {}) | Initializer | OwnKindSource | Mixed | Load | number;

export type LoadValue = Load<InitializerValue>;

/** How builders take an initializer: as data, made by `custom`, or a function that the host runs. A number is a constant. */
export type InitializerValue =
  InitializerName | Initializer | Mixed<InitializerValue> | LoadValue | CustomValue | HostInitializer | number;
