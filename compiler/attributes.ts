/** Options of layers and initializers: each constructor carries the TypeScript type, the JSON schema and the check. */

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Why a value was refused; without `what`, because it is not what the attribute expects. */
export class Refusal {
  constructor(readonly what?: string) {}
}

/** `Source` is what people write, `Resolved` its canonical form, which `read` maps to itself. */
export interface Attribute<Source = unknown, Resolved = unknown, Required extends boolean = boolean> {
  readonly required: Required;
  /** What stands when it is left out. */
  readonly fallback?: Resolved;
  /** The field of the declaration's `defaults` that comes before `fallback`. */
  readonly inherits?: 'dataFormat';
  readonly schema: JsonSchema;
  /** As errors put it: `an integer of at least 1`. */
  readonly expects: string;
  /** Words a mistyped string may have meant. */
  readonly words?: readonly string[];
  read(value: unknown): Resolved | Refusal;
  readonly '~source'?: Source;
}

export type Attributes = Readonly<Record<string, Attribute>>;

type SourceOf<A> = A extends Attribute<infer Source> ? Source : never;
type ResolvedOf<A> = A extends Attribute<unknown, infer Resolved> ? Resolved : never;
type RequiredKeys<A> = { [K in keyof A]: A[K] extends { readonly required: true } ? K : never }[keyof A];

/** What people write for a table of attributes. */
export type SourcesOf<A> = { readonly [K in RequiredKeys<A>]: SourceOf<A[K]> } & {
  readonly [K in Exclude<keyof A, RequiredKeys<A>>]?: SourceOf<A[K]>;
};

/** What `read` made of it, with defaults filled in. */
export type ResolvedOfAll<A> = { readonly [K in keyof A]: ResolvedOf<A[K]> };

const REFUSED = new Refusal();

/** May be left out; `fallback` is written as people write it. */
export function optional<S, R>(attribute: Attribute<S, R, true>): Attribute<S, R | undefined, false>;
export function optional<S, R>(attribute: Attribute<S, R, true>, fallback: NoInfer<S>): Attribute<S, R, false>;
export function optional<S, R>(attribute: Attribute<S, R, true>, fallback?: S): Attribute<S, R | undefined, false> {
  if (fallback === undefined) return { ...attribute, required: false };
  const resolved = attribute.read(fallback);
  if (resolved instanceof Refusal) throw new TypeError(`default ${String(fallback)} is not ${attribute.expects}`);
  return { ...attribute, required: false, fallback: resolved };
}

/** A safe integer from `min` to `max`; both unlimited for an axis. */
export function integer(min = 1, max = Infinity): Attribute<number, number, true> {
  const fits = (value: unknown): value is number =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max;
  return {
    required: true,
    schema: { type: 'integer', ...limits(min, max) },
    expects: `an integer${range(min, max)}`,
    read: (value) => (fits(value) ? value + 0 : REFUSED),
  };
}

/** Counts from the end where negative. */
export const axis = (): Attribute<number, number, true> => integer(-Infinity);

export interface NumberLimits {
  readonly min?: number;
  readonly max?: number;
  /** The exclusive lower limit. */
  readonly above?: number;
  /** The exclusive upper limit. */
  readonly below?: number;
}

/** A finite number. */
export function number(within: NumberLimits = {}): Attribute<number, number, true> {
  const { min = -Infinity, max = Infinity, above = -Infinity, below = Infinity } = within;
  const phrases = [
    range(min, max),
    above > -Infinity ? ` above ${above}` : '',
    below < Infinity ? ` below ${below}` : '',
  ].filter((phrase) => phrase !== '');
  const fits = (value: unknown): value is number =>
    typeof value === 'number' &&
    Number.isFinite(value) &&
    value >= min &&
    value <= max &&
    value > above &&
    value < below;
  return {
    required: true,
    schema: {
      type: 'number',
      ...limits(min, max),
      ...(above > -Infinity && { exclusiveMinimum: above }),
      ...(below < Infinity && { exclusiveMaximum: below }),
    },
    expects: phrases.length === 0 ? 'a finite number' : `a number${phrases.join(' and')}`,
    read: (value) => (fits(value) ? value : REFUSED),
  };
}

export const boolean = (): Attribute<boolean, boolean, true> => ({
  required: true,
  schema: { type: 'boolean' },
  expects: 'true or false',
  read: (value) => (typeof value === 'boolean' ? value : REFUSED),
});

/** One of the words given. */
export function oneOf<const Words extends readonly string[]>(
  ...words: Words
): Attribute<Words[number], Words[number], true> {
  return {
    required: true,
    schema: { enum: words },
    expects: alternatives(words.map(quote)),
    words,
    read: (value) => (words.includes(value as string) ? (value as string) : REFUSED),
  };
}

export type PerAxis<N extends 1 | 2 | 3> = N extends 1
  ? readonly [number]
  : N extends 2
    ? readonly [number, number]
    : readonly [number, number, number];

/** An integer for all spatial axes, or a list with one for each; resolved to the list. */
export function perAxis<const N extends 1 | 2 | 3>(rank: N, min = 1): Attribute<number | PerAxis<N>, PerAxis<N>, true> {
  const one = integer(min);
  return {
    required: true,
    schema: { anyOf: [one.schema, { type: 'array', items: one.schema, minItems: rank, maxItems: rank }] },
    expects: rank === 1 ? one.expects : `${one.expects}, or a list of ${rank}`,
    read(value) {
      const list: readonly unknown[] = Array.isArray(value) ? value : new Array<unknown>(rank).fill(value);
      const fits = list.length === rank && list.every((item) => !(one.read(item) instanceof Refusal));
      return fits ? (Object.freeze([...list]) as unknown as PerAxis<N>) : REFUSED;
    },
  };
}

export interface ListLimits {
  readonly min?: number;
  readonly length?: number;
}

/** A list of integers, such as axes or sizes. */
export function integers({ min = -Infinity, length }: ListLimits = {}): Attribute<
  readonly number[],
  readonly number[],
  true
> {
  const one = integer(min);
  const count = length === undefined ? '' : `${length} `;
  return {
    required: true,
    schema: { type: 'array', items: one.schema, ...(length !== undefined && { minItems: length, maxItems: length }) },
    expects: `a list of ${count}integers${range(min, Infinity)}`,
    read(value) {
      if (!Array.isArray(value) || (length !== undefined && value.length !== length)) return REFUSED;
      const items = value.map((item) => one.read(item));
      return items.some((item) => item instanceof Refusal) ? REFUSED : Object.freeze(items as number[]);
    },
  };
}

type Pairs = readonly (readonly [before: number, after: number])[];

/**
 * How a spatial map is padded: a word, one number for every side, or for each axis a number or `[before, after]`.
 * Numbers are resolved to pairs.
 */
export function padding<const Words extends readonly string[]>(
  rank: number,
  ...words: Words
): Attribute<Words[number] | number | readonly (number | readonly [number, number])[], Words[number] | Pairs, true> {
  const size = integer(0);
  const fits = (value: unknown): value is number => !(size.read(value) instanceof Refusal);
  const pair = (value: unknown): readonly [number, number] | undefined => {
    if (fits(value)) return Object.freeze([value, value] as const);
    if (!Array.isArray(value) || value.length !== 2 || !value.every(fits)) return undefined;
    return Object.freeze([value[0]!, value[1]!] as const);
  };
  const pairSchema = { anyOf: [size.schema, { type: 'array', items: size.schema, minItems: 2, maxItems: 2 }] };
  const list = { type: 'array', items: pairSchema, minItems: rank, maxItems: rank };
  return {
    required: true,
    schema: { anyOf: [...(words.length > 0 ? [{ enum: words }] : []), size.schema, list] },
    expects: alternatives([...words.map(quote), 'numbers']),
    words,
    read(value) {
      if (words.includes(value as string)) return value as string;
      const sides: readonly unknown[] = Array.isArray(value) ? value : new Array<unknown>(rank).fill(value);
      const pairs = sides.map(pair).filter((side) => side !== undefined);
      return sides.length === rank && pairs.length === rank ? Object.freeze(pairs) : REFUSED;
    },
  };
}

/** Where the channels are; the declaration's `defaults.dataFormat` where a layer does not say. */
export const dataFormat = (): Attribute<'channelsLast' | 'channelsFirst', 'channelsLast' | 'channelsFirst', false> => ({
  ...optional(oneOf('channelsLast', 'channelsFirst'), 'channelsLast'),
  inherits: 'dataFormat',
});

export const quote = (word: string): string => `'${word}'`;

/** `a, b or c` */
export const alternatives = (items: readonly string[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} or ${items[items.length - 1]!}`;

function range(min: number, max: number): string {
  if (min > -Infinity) return max < Infinity ? ` from ${min} to ${max}` : ` of at least ${min}`;
  return max < Infinity ? ` of at most ${max}` : '';
}

const limits = (min: number, max: number): JsonSchema => ({
  ...(min > -Infinity && { minimum: min }),
  ...(max < Infinity && { maximum: max }),
});
