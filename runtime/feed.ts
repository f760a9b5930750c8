import { InputError, ShapeError } from './errors.js';
import type { ManifestDim } from './manifest.js';
import type { Arrays, DType } from './types.js';

export const arrays = {
  float32: Float32Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  int8: Int8Array,
  bool: Uint8Array,
};

/** Sizes, null where they are open. */
export type OpenShape = readonly (number | null)[];

export interface Given {
  readonly data: ArrayLike<number | bigint>;
  readonly shape: readonly number[];
}

export const volume = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Whether what was given as a shape is this one. */
export const isSame = (shape: readonly unknown[] | undefined, sizes: readonly number[]): boolean =>
  shape?.length === sizes.length && sizes.every((size, axis) => size === shape[axis]);

/** The sizes that are known before any input, null for the others. */
export const fixed = (shape: readonly ManifestDim[]): OpenShape =>
  shape.map((size) => (typeof size === 'number' ? size : null));

/** `(batch, 10)`, with `?` for sizes without a name of their own. */
export const show = (shape: readonly (ManifestDim | null)[]): string =>
  `(${shape.map((size) => (size === null || /[^\w.-]/.test(`${size}`) ? '?' : size)).join(', ')})`;

/** A value as errors name it: `'text'`, `1.5`, `Promise`. */
export const named = (value: unknown): string => {
  if (Object(value) === value) return {}.toString.call(value).slice(8, -1);
  return typeof value === 'string' ? `'${value}'` : String(value);
};

export function refuseShape(subject: string, what: string, shape: readonly ManifestDim[], given: unknown): never {
  const expected = show(shape);
  const got = Array.isArray(given) ? show(given) : named(given);
  throw new ShapeError('shape', subject, `expects ${what}${expected}, got ${got}`, expected, got);
}

/** Requires whole sizes, as many as were declared. */
export function checkSizes(
  name: string,
  declared: readonly ManifestDim[],
  sizes: unknown,
): asserts sizes is readonly number[] {
  const isSize = (size: number): boolean => size >>> 0 === size;
  if (!(Array.isArray(sizes) && sizes.length === declared.length && sizes.every(isSize))) {
    refuseShape(name, '', declared, sizes);
  }
}

/** What values are for. */
interface Target {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly ManifestDim[];
}

/** Values and sizes of what was given for a tensor; `known` has its sizes, null where they are open. */
export function read({ name, dtype, shape: declared }: Target, feed: unknown, known: OpenShape): Given {
  const array = arrays[dtype];
  const isList = Array.isArray(feed);
  const bare = ArrayBuffer.isView(feed);
  const { data: given, shape } = (isList ? flatten(name, feed) : bare ? { data: feed } : Object(feed)) as {
    readonly data: unknown;
    readonly shape?: readonly number[];
  };
  if (!bare) checkSizes(name, declared, shape ?? feed);
  const data = Array.isArray(given) ? convert(name, dtype, given) : given;
  if (!(data instanceof array)) {
    throw new InputError('dtype', name, `expects a list or ${array.name}, got ${named(data)}`);
  }
  const { length } = data;
  const open = declared.filter((_, axis) => known[axis] === null);
  if (bare && open.length > 1) {
    throw new InputError('open', name, `${length} values do not settle ${show(open)}; pass { data, shape }`);
  }
  const rest = volume(known.map((size) => size ?? 1));
  const sizes = shape ?? known.map((size) => size ?? length / rest);
  if (volume(sizes) !== length || !sizes.every(Number.isInteger)) {
    const wants = show(shape ?? known.map((size, axis) => size ?? declared[axis]!));
    throw new InputError('length', name, `${length} values do not fill ${wants}`);
  }
  return { data, shape: sizes };
}

/** The leaves of a nested list, and its sizes. */
function flatten(name: string, list: readonly unknown[]): { readonly data: unknown[]; readonly shape: number[] } {
  const data: unknown[] = [];
  const shape: number[] = [];
  const walk = (part: unknown, axis: number): void => {
    const isList = Array.isArray(part);
    if (isList && axis === shape.length && data.length === 0) shape.push(part.length);
    if (isList ? part.length !== shape[axis] : axis !== shape.length) {
      throw new InputError('ragged', name, 'rows of the list differ in length');
    }
    if (isList) for (const inner of part) walk(inner, axis + 1);
    else data.push(part);
  };
  walk(list, 0);
  return { data, shape };
}

/** Plain values as the typed array of a dtype, none of them changed by it but by the rounding of float32. */
function convert(name: string, dtype: DType, values: readonly unknown[]): Arrays[DType] {
  const data = new arrays[dtype](values.length) as Float32Array;
  values.forEach((value, index) => {
    const plain = typeof value === 'boolean' ? Number(value) : value;
    const exact = dtype === 'int64' && Number.isSafeInteger(plain) ? BigInt(plain as number) : plain;
    const isRight = typeof exact === typeof data[index];
    if (isRight) data[index] = exact as number;
    if (!isRight || (dtype !== 'float32' && data[index] !== exact) || (dtype === 'bool' && data[index]! > 1)) {
      throw new InputError('value', name, `expects ${dtype} values, got ${named(value)}`);
    }
  });
  return data;
}
