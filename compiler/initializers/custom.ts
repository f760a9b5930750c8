import type { CustomInitializer } from '../ir.js';
import type { Seed } from './define.js';

/** Where a value keeps the definition of its kind, out of sight of JSON. */
const definition: unique symbol = Symbol('custom initializer');

/** An initializer of a kind of one's own, which graphs write into their declaration. */
export interface CustomValue {
  readonly kind: string;
  readonly seed?: Seed;
  readonly [definition]: CustomInitializer;
}

/** Makes initializers of one kind. Options that are left out have the values `custom` was given. */
export type CustomFactory<O extends Readonly<Record<string, number>>> = (
  options?: { readonly [K in keyof O]?: number } & { readonly seed?: Seed },
) => CustomValue;

/**
 * A kind of initializer of one's own, which is compiled into the module.
 *
 * @param name of letters, digits and `_`, none of nacre's own
 * @param options their values where they are left out, in the order of the function's parameters
 * @param source AssemblyScript that exports `sample(…options: f32): f32`, called once an element, or
 *   `fill(data: usize, count: i32, …options: f32): void`
 */
export function custom<const O extends Readonly<Record<string, number>>>(
  name: string,
  options: O,
  source: string,
): CustomFactory<O> {
  const made: CustomInitializer = Object.freeze({ name, options: Object.freeze({ ...options }), source });
  return (given = {}) => {
    const value = Object.defineProperty({ ...given, kind: name }, definition, { value: made });
    return Object.freeze(value) as CustomValue;
  };
}

/** What `custom` was given for the kind of a value; undefined for any other value. */
export const customOf = (value: object): CustomInitializer | undefined => (value as Partial<CustomValue>)[definition];
