import {
  integer,
  optional,
  Refusal,
  type Attribute,
  type Attributes,
  type ResolvedOfAll,
  type SourcesOf,
} from '../attributes.js';
import type { Recipe, Rng } from '../ir.js';

/** Below 2^64. Above 2^53 − 1 a bigint, or its decimal digits, which JSON can carry. */
export type Seed = number | bigint | string;

const MAX_SEED = (1n << 64n) - 1n;

/** A variable's own seed, which comes before every other. Resolved to a safe integer, or else to decimal digits. */
export const seed = (): Attribute<Seed, number | string | undefined, false> => ({
  ...optional(integer(0)),
  schema: {
    anyOf: [
      { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
      { type: 'string', pattern: '^[0-9]{1,20}$' },
    ],
  },
  expects: 'an integer from 0 to 2^53 - 1, or a bigint below 2^64',
  read(value) {
    if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value + 0 : new Refusal();
    const isDigits = typeof value === 'string' && /^[0-9]{1,20}$/.test(value);
    if (typeof value !== 'bigint' && !isDigits) return new Refusal();
    const exact = BigInt(value);
    if (exact < 0n || exact > MAX_SEED) return new Refusal();
    return exact <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(exact) : String(exact);
  },
});

export interface InitializerDefinition<K extends string = string, O extends Attributes = Attributes> {
  readonly kind: K;
  readonly options: O;
  /** Names of the same thing elsewhere, accepted as written. */
  readonly aliases: readonly string[];
  /** The option that may be given alone: `constant(42)`. */
  readonly main: string | undefined;
  /** The fewest and the most axes of a variable it fills. */
  readonly ranks: Ranks;
  /** The generators that have it; undefined where all have. */
  readonly rngs: readonly Rng[] | undefined;
  /** What is wrong with options that are right one by one. */
  check?(options: ResolvedOfAll<O>): string | undefined;
  /** What it comes down to. */
  expand(options: ResolvedOfAll<O>): Recipe;
}

export type Ranks = readonly [least: number, most: number];

type Flat<T> = T extends infer U ? { [K in keyof U]: U[K] } : never;

/** An initializer as people write it, by kind. */
export type InitializerOf<D> =
  D extends InitializerDefinition<infer K, infer O>
    ? Flat<{ readonly kind: K } & SourcesOf<O> & { readonly seed?: Seed }>
    : never;

type OptionsOf<D> =
  D extends InitializerDefinition<string, infer O> ? Flat<SourcesOf<O> & { readonly seed?: Seed }> : never;

/** Makes an initializer: `normal({ std: 0.01 })`, and where there is a main option `constant(42)`. */
export interface InitializerFactory<
  K extends string,
  O extends Attributes,
  Aliases extends readonly string[],
  Main extends keyof SourcesOf<O>,
> {
  (
    ...options: object extends SourcesOf<O>
      ? [options?: OptionsOf<InitializerDefinition<K, O>> | ([Main] extends [never] ? never : SourcesOf<O>[Main])]
      : [options: OptionsOf<InitializerDefinition<K, O>>]
  ): InitializerOf<InitializerDefinition<K, O>>;
  readonly definition: InitializerDefinition<K, O> & { readonly aliases: Aliases };
}

/** Defines a kind of initializer; the export must be called as its kind. */
export function defineInitializer<
  const K extends string,
  const O extends Attributes,
  const Aliases extends readonly string[] = readonly [],
  const Main extends keyof SourcesOf<O> = never,
>(
  kind: K,
  rest: {
    readonly options: O;
    readonly aliases?: Aliases;
    readonly main?: Main;
    readonly ranks?: Ranks;
    readonly rngs?: readonly Rng[];
    check?(options: ResolvedOfAll<NoInfer<O>>): string | undefined;
    expand(options: ResolvedOfAll<NoInfer<O>>): Recipe;
  },
): InitializerFactory<K, O, Aliases, Main> {
  const { aliases = [], main, ranks = [0, Infinity], rngs } = rest;
  const definition = { ...rest, kind, aliases, main, ranks, rngs } as const;
  const make = (options: unknown = {}): unknown =>
    Object.freeze(typeof options === 'object' ? { kind, ...options } : { kind, [String(main)]: options });
  return Object.assign(make, { definition }) as never;
}
