import type { TensorSource } from '../declaration.js';
import { OptionError } from '../errors.js';
import { show } from '../show.js';
import { faultOfStored, storageArrays, type StorageDtype, type StoredValues } from '../stored.js';
import { volume } from '../tensor.js';

/** Values for a float32 variable. */
export interface GivenValues {
  readonly values: StoredValues;
  /** Without a shape: a list of as many values as the variable has. */
  readonly isBare: boolean;
  /** What their conversion to float32 has lost. */
  readonly note?: string;
}

/** What tensors may have besides an array: as it comes from JavaScript. */
interface Fields {
  readonly dtype?: unknown;
  readonly shape?: unknown;
  readonly data?: unknown;
  readonly scale?: unknown;
}

const isShape = (shape: unknown): shape is readonly number[] =>
  Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);

/** The dtype in which values stay as they are; undefined where they become float32. */
function storageOf({ dtype, data, scale }: Fields): StorageDtype | undefined {
  if (dtype === undefined) return data instanceof Float32Array ? 'float32' : undefined;
  const isQuantized = scale !== undefined;
  const isFloat = dtype === 'float32' || dtype === 'float16' || dtype === 'bfloat16';
  return isFloat || (isQuantized && Object.hasOwn(storageArrays, dtype as string))
    ? (dtype as StorageDtype)
    : undefined;
}

/**
 * What keeps a tensor from being the values of a variable, if anything: no array with a shape, a dtype that is no
 * number's, or an array, scale or offset that does not belong to its dtype.
 */
export function faultOfGiven(tensor: unknown): string | undefined {
  if (tensor instanceof Float32Array) return undefined;
  const fields = Object(tensor) as Fields;
  const { shape, data } = fields;
  if (!ArrayBuffer.isView(data) || !isShape(shape)) {
    return `expects a Float32Array or { data, shape } with a typed array, got ${show(tensor)}`;
  }
  const storage = storageOf(fields);
  if (storage !== undefined) return faultOfStored({ ...fields, dtype: storage } as StoredValues);
  if (fields.scale !== undefined)
    return `expects values of uint8, int8 or uint16 for a scale, got ${show(fields.dtype)}`;
  if (fields.dtype === 'bool' || data instanceof DataView) return `expects numbers, got ${describe(fields)}`;
  const { length } = data as Float64Array;
  if (length !== volume(shape)) return `shape (${shape.join(', ')}) has ${volume(shape)} values, got ${length}`;
  return undefined;
}

const describe = ({ dtype, data }: Fields): string => (typeof dtype === 'string' ? dtype : show(data));

/**
 * A tensor as the values of a float32 variable: float16, bfloat16 and quantized values as they are stored, others as
 * float32.
 *
 * @param subject as errors and notes name it
 * @throws OptionError for what `faultOfGiven` finds, and for numbers beyond the range of float32
 */
export function readGiven(subject: string, tensor: TensorSource): GivenValues {
  const fault = faultOfGiven(tensor);
  if (fault !== undefined) throw new OptionError('tensors', subject, fault);
  if (tensor instanceof Float32Array) {
    return { values: { dtype: 'float32', shape: [tensor.length], data: tensor }, isBare: true };
  }
  const storage = storageOf(tensor);
  if (storage !== undefined) return { values: { ...tensor, dtype: storage } as StoredValues, isBare: false };
  return { ...rounded(subject, tensor), isBare: false };
}

/** Numbers of any other dtype, each rounded to float32. */
function rounded(subject: string, tensor: Exclude<TensorSource, Float32Array>): Omit<GivenValues, 'isBare'> {
  const { shape } = tensor;
  const numbers = tensor.data as unknown as ArrayLike<number | bigint>;
  const data = new Float32Array(numbers.length);
  let worst = 0;
  for (let at = 0; at < data.length; at++) {
    const value = Number(numbers[at]);
    data[at] = value;
    const error = Math.abs(data[at]! - value);
    if (error === Infinity) {
      throw new OptionError('tensors', subject, `value ${String(value)} at ${at} is beyond the range of float32`);
    }
    if (error > worst) worst = error;
  }
  const values = { dtype: 'float32', shape, data } as const;
  if (worst === 0) return { values };
  const text = `${subject}: ${describe(tensor)} values were rounded to float32, by at most ${worst.toPrecision(3)}`;
  return { values, note: text };
}

/**
 * Requires that a value can be a tensor beside a declaration; whether it suits a variable is asked when one takes it.
 *
 * @throws OptionError for what is no array with a shape
 */
export function checkGiven(subject: string, tensor: unknown): void {
  const { shape, data } = Object(tensor) as Fields;
  if (tensor instanceof Float32Array || (ArrayBuffer.isView(data) && isShape(shape))) return;
  const what = `expects a Float32Array or { data, shape } with a typed array, got ${show(tensor)}`;
  throw new OptionError('tensors', subject, what);
}
