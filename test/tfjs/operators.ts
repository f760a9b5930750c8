import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { deriveKey, fnv1a64, uniform } from '../../compiler/random.js';
import { arrayOf, volume, type DType, type Tensor } from '../../compiler/tensor.js';
import type { WrittenAttribute, WrittenFunction } from './write.js';

/** An input of an operator: fed to the model, or a constant of it. */
export interface Given {
  readonly tensor: Tensor;
  readonly isFed: boolean;
  /** Axes whose sizes the second model leaves open. */
  readonly open: readonly number[];
}

/** One operator on inputs, and what it gives by tfjs. */
export interface OperatorCase {
  readonly title?: string;
  readonly op: string;
  readonly inputs: readonly Given[];
  readonly attributes?: Readonly<Record<string, WrittenAttribute>>;
  readonly expected: (...inputs: TfTensor[]) => TfTensor | readonly TfTensor[];
  readonly functions?: readonly WrittenFunction[];
}

const key = deriveKey(1n, fnv1a64('operators'));
let drawn = 0;
const draw = (count: number, low: number, high: number): number[] =>
  Array.from({ length: count }, () => uniform(key, drawn++, low, high));

export const tensor = (dtype: DType, shape: readonly number[], values: readonly number[]): Tensor => ({
  dtype,
  shape,
  data: arrayOf(dtype, values),
});

/** Random floats that are fed. */
export const fed = (shape: readonly number[], low = -2, high = 2): Given => ({
  tensor: tensor('float32', shape, draw(volume(shape), low, high)),
  isFed: true,
  open: shape.length === 0 ? [] : [0],
});

/** Values that are fed. */
export const values = (dtype: DType, shape: readonly number[], list: readonly number[]): Given => ({
  tensor: tensor(dtype, shape, list),
  isFed: true,
  open: shape.length === 0 ? [] : [0],
});

export const integers = (shape: readonly number[], low = -9, high = 9): Given =>
  values('int32', shape, draw(volume(shape), low, high + 1).map(Math.floor));

export const truths = (shape: readonly number[]): Given =>
  values('bool', shape, draw(volume(shape), 0, 2).map(Math.floor));

/** The same with other axes open. */
export const opened = (given: Given, ...open: number[]): Given => ({ ...given, open });

/** Random floats that the model holds. */
export const weights = (...shape: number[]): Given => ({ ...fed(shape), isFed: false });

/** Integers that the model holds. */
export const list = (...numbers: number[]): Given => ({ ...values('int32', [numbers.length], numbers), isFed: false });
export const pairs = (...rows: (readonly [number, number])[]): Given => ({
  ...values('int32', [rows.length, 2], rows.flat()),
  isFed: false,
});
export const number = (value: number, dtype: DType = 'int32'): Given => ({
  ...values(dtype, [], [value]),
  isFed: false,
});
