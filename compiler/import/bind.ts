import { OptionError } from '../errors.js';
import { show } from '../show.js';
import { arrayOf, volume, type Tensor } from '../tensor.js';
import type { ModelPort } from './ports.js';

/** Rows of rows, of one length each. */
type Nested = readonly (number | bigint | boolean | Nested)[];

/** The value of an input that is fixed when compiling: a number fills any shape of one element. */
export type BoundInput =
  number | bigint | boolean | Nested | { readonly shape: readonly number[]; readonly data: ArrayLike<number | bigint> };

/**
 * The values that inputs are bound to, by name.
 *
 * @throws OptionError for a value that an input cannot have, and for names that are no inputs
 */
export const boundTensors = (
  bind: Readonly<Record<string, BoundInput>>,
  inputs: readonly ModelPort[],
): ReadonlyMap<string, Tensor> => {
  const ports = new Map(inputs.map((port) => [port.name, port]));
  return new Map(
    Object.entries(bind).map(([name, given]) => [name, boundTensor(name, ports.get(name), given)] as const),
  );
};

function boundTensor(name: string, port: ModelPort | undefined, given: unknown): Tensor {
  const fail = (what: string): never => {
    throw new OptionError('bind', `bind.${name}`, what);
  };
  if (port?.dtype === undefined) return fail('is no input of the model with a dtype that nacre stores');
  const { dtype } = port;
  const { shape, data } = shapedValues(given, port.shape?.length ?? 0);
  const isSize = (size: unknown): boolean => Number.isInteger(size) && (size as number) >= 0;
  if (!Array.isArray(shape) || !shape.every(isSize) || data === undefined) {
    return fail(`must be a number, a nested list or { shape, data }, got ${show(given)}`);
  }
  const sizes = shape as readonly number[];
  if (data.length !== volume(sizes)) return fail(`${data.length} values do not fill (${sizes.join(', ')})`);
  for (let at = 0; at < data.length; at++) {
    const value = data[at];
    const isWhole = typeof value === 'bigint' || typeof value === 'boolean' || Number.isInteger(value);
    if (dtype === 'float32' ? Number.isNaN(Number(value)) && typeof value !== 'number' : !isWhole) {
      return fail(`expects ${dtype} values, got ${show(value)}`);
    }
  }
  return { dtype, shape: sizes, data: arrayOf(dtype, data as ArrayLike<number>) };
}

function shapedValues(given: unknown, rank: number): { shape?: unknown; data?: ArrayLike<unknown> } {
  if (Array.isArray(given)) {
    const shape: number[] = [];
    for (let part: unknown = given; Array.isArray(part); part = part[0]) shape.push(part.length);
    return { shape, data: given.flat(Infinity as 1) };
  }
  if (typeof given === 'object' && given !== null) return given;
  return ['number', 'bigint', 'boolean'].includes(typeof given)
    ? { shape: new Array<number>(rank).fill(1), data: [given] }
    : {};
}
