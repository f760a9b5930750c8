import { InputError, ShapeError } from './errors.js';
import type { DType, ManifestDim } from './manifest.js';
import type { Arrays, Feed } from './types.js';

const constructors = {
  float32: Float32Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  int8: Int8Array,
  bool: Uint8Array,
};

const ranges: { readonly [D in DType]?: readonly [low: number, high: number] } = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint8: [0, 255],
  int8: [-128, 127],
  bool: [0, 1],
};

export const volume = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** `(batch, 10)`, with `?` for sizes without a name of their own. */
export const show = (shape: readonly (ManifestDim | null)[]): string =>
  `(${shape.map((size) => (size === null || (typeof size === 'string' && /\W/.test(size)) ? '?' : size)).join(', ')})`;

export const view = <D extends DType>(dtype: D, memory: ArrayBuffer, address: number, length: number): Arrays[D] =>
  new constructors[dtype](memory, address, length) as Arrays[D];

/** Values and sizes of what was given for an input. `known` has its sizes, null where they are open. */
export function read(
  name: string,
  dtype: DType,
  feed: Feed,
  known: readonly (number | null)[],
  declared: readonly ManifestDim[],
): { data: ArrayLike<number | bigint>; shape: readonly number[] } {
  const expected = constructors[dtype];
  if (feed === null || typeof feed !== 'object') {
    throw new InputError('type', name, `expects ${dtype} values, got ${feed === null ? 'null' : typeof feed}`);
  }
  let data: ArrayLike<unknown>;
  let shape: readonly number[] | undefined;
  if (ArrayBuffer.isView(feed)) data = feed as unknown as ArrayLike<unknown>;
  else if (Array.isArray(feed)) {
    shape = shapeOf(feed);
    data = feed.flat(Infinity);
    if (data.length !== volume(shape)) throw new InputError('ragged', name, 'rows of a nested list differ in length');
  } else {
    ({ data, shape } = feed as { data: ArrayLike<unknown>; shape: readonly number[] });
    const sizes = Array.isArray(shape) && shape.every((size) => Number.isInteger(size) && size >= 0);
    if (!sizes || typeof data?.length !== 'number') {
      throw new InputError('type', name, 'expects { data, shape } with whole sizes');
    }
  }
  if (ArrayBuffer.isView(data)) {
    if (!(data instanceof expected)) {
      throw new InputError('dtype', name, `expects ${dtype}, got ${(data as object).constructor.name}`);
    }
  } else data = convert(name, dtype, Array.from(data));
  shape ??= settle(name, data.length, known, declared);
  if (shape.length !== known.length) {
    const [wants, got] = [show(declared), show(shape)];
    throw new ShapeError('rank', name, `expects ${wants}, got ${got}`, wants, got);
  }
  if (volume(shape) !== data.length) {
    const text = `shape ${show(shape)} needs ${volume(shape)} values, got ${data.length}`;
    throw new InputError('length', name, text);
  }
  return { data: data as ArrayLike<number | bigint>, shape };
}

function shapeOf(list: readonly unknown[]): number[] {
  const shape: number[] = [];
  for (let part: unknown = list; Array.isArray(part); part = part[0]) shape.push(part.length);
  return shape;
}

/** Plain numbers as the typed array of a dtype, none of them changed by it. */
export function convert(name: string, dtype: DType, values: readonly unknown[]): Arrays[DType] {
  const wide = dtype === 'int64';
  const [low, high] = ranges[dtype] ?? [-Infinity, Infinity];
  const converted = values.map((value) => {
    const number = typeof value === 'boolean' ? Number(value) : value;
    if (wide && typeof number === 'bigint') return number;
    const whole = dtype === 'float32' || Number.isSafeInteger(number);
    if (typeof number !== 'number' || !whole || number < low || number > high) {
      throw new InputError('value', name, `expects ${dtype} values, got ${String(value)}`);
    }
    return wide ? BigInt(number) : number;
  });
  return new (constructors[dtype] as new (values: unknown) => Arrays[DType])(converted);
}

function settle(
  name: string,
  count: number,
  known: readonly (number | null)[],
  declared: readonly ManifestDim[],
): number[] {
  const open = known.filter((size) => size === null).length;
  const rest = volume(known.map((size) => size ?? 1));
  if (open > 1) {
    const sizes = show(declared.filter((_, axis) => known[axis] === null));
    throw new InputError('open', name, `${count} values do not settle ${sizes}; pass { data, shape }`);
  }
  if (open === 0 ? count !== rest : rest === 0 || count % rest !== 0 || count === 0) {
    throw new InputError('length', name, `${count} values do not fill ${show(declared)}`);
  }
  return known.map((size) => size ?? count / rest);
}
