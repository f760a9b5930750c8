import { show } from '../../show.js';

export type Fields = Readonly<Record<string, unknown>>;

/** Why a layer of a model cannot be taken; the importer collects them. */
export class Unsupported extends Error {
  override name = 'Unsupported';
}

/** A JSON object, no list. */
export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A field that an object has itself; null counts as left out. */
export function own(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? (fields[name] ?? undefined) : undefined;
}

/** `hard_sigmoid` → `hardSigmoid` */
export const camelCase = (word: string): string =>
  word.replace(/_+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** `HardSigmoid` → `hard_sigmoid` */
export const snakeCase = (word: string): string =>
  word
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z0-9]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();

/** The configuration of a layer. Fields are read with the type that they must have; null is left out. */
export class Config {
  constructor(readonly fields: Fields) {}

  get(name: string): unknown {
    return own(this.fields, name);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  number(name: string, fallback?: number): number {
    return this.read(name, 'a number', fallback, (value) => typeof value === 'number');
  }

  integer(name: string, fallback?: number): number {
    return this.read(name, 'an integer', fallback, (value) => Number.isSafeInteger(value));
  }

  boolean(name: string, fallback?: boolean): boolean {
    return this.read(name, 'true or false', fallback, (value) => typeof value === 'boolean');
  }

  text(name: string, fallback?: string): string {
    return this.read(name, 'a string', fallback, (value) => typeof value === 'string');
  }

  /** A number or list that a layer of nacre checks further. */
  sizes(name: string, fallback?: number | readonly number[]): number | readonly number[] {
    const isNumber = (value: unknown): boolean => typeof value === 'number';
    const isSize = (value: unknown): boolean =>
      isNumber(value) ||
      (Array.isArray(value) &&
        value.every((size) => isNumber(size) || (Array.isArray(size) && size.every((side) => isNumber(side)))));
    return this.read(name, 'a number or a list of numbers', fallback, isSize);
  }

  integers(name: string, fallback?: readonly number[]): readonly number[] {
    return this.read(
      name,
      'a list of integers',
      fallback,
      (value) => Array.isArray(value) && value.every((item) => Number.isSafeInteger(item)),
    );
  }

  /** Another object with a class and a configuration, such as the layer that a wrapper holds. */
  object(name: string): Fields {
    return this.read<Fields>(name, 'an object', undefined, isFields);
  }

  private read<T>(name: string, expects: string, fallback: T | undefined, fits: (value: unknown) => boolean): T {
    const value = this.get(name);
    if (value === undefined) {
      if (fallback === undefined) throw new Unsupported(`its config has no '${name}'`);
      return fallback;
    }
    if (!fits(value)) throw new Unsupported(`config.${name} must be ${expects}, got ${show(value)}`);
    return value as T;
  }
}
