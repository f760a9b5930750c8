import type { Tensor } from '../tensor.js';

type Element = Tensor['data'][number];

/** The order of elements of one dtype: below 0 where `a` is smaller. NaN equals NaN and is the largest, −0 equals 0. */
export function compareElements(a: Element, b: Element): number {
  const isNaN = [a, b].map((element) => Number.isNaN(element));
  if (isNaN[0] || isNaN[1]) return Number(isNaN[0]) - Number(isNaN[1]);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The elements of a tensor at these offsets, in a tensor of this shape. */
export function pick<T extends Tensor>(source: T, offsets: readonly number[], shape: readonly number[]): T {
  const data = source.data.slice(0, 0).constructor as new (elements: readonly Element[]) => T['data'];
  return { ...source, shape, data: new data(offsets.map((at) => source.data[at]!)) };
}

/** An int64 tensor of these numbers. */
export const longs = (values: readonly number[], shape: readonly number[]): Tensor<'int64'> => ({
  dtype: 'int64',
  shape,
  data: BigInt64Array.from(values, BigInt),
});

/** The numbers below `count`. */
export const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** An index as it counts from the start. */
export function resolveIndex(index: Element, size: number, position: number): number {
  const at = Number(index) < 0 ? Number(index) + size : Number(index);
  if (at < 0 || at >= size) throw new RangeError(`the index at position ${position} is outside its table`);
  return at;
}
