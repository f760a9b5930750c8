import type { DType } from '../../tensor.js';

/** Element types by their numbers in TensorFlow's DataType. */
const names: Readonly<Record<number, string>> = {
  1: 'DT_FLOAT',
  2: 'DT_DOUBLE',
  3: 'DT_INT32',
  4: 'DT_UINT8',
  5: 'DT_INT16',
  6: 'DT_INT8',
  7: 'DT_STRING',
  8: 'DT_COMPLEX64',
  9: 'DT_INT64',
  10: 'DT_BOOL',
  14: 'DT_BFLOAT16',
  17: 'DT_UINT16',
  18: 'DT_COMPLEX128',
  19: 'DT_HALF',
  20: 'DT_RESOURCE',
  21: 'DT_VARIANT',
};

const dtypes: Readonly<Record<string, DType>> = {
  DT_FLOAT: 'float32',
  DT_DOUBLE: 'float32',
  DT_HALF: 'float32',
  DT_BFLOAT16: 'float32',
  DT_INT8: 'int32',
  DT_UINT8: 'int32',
  DT_INT16: 'int32',
  DT_UINT16: 'int32',
  DT_INT32: 'int32',
  DT_INT64: 'int32',
  DT_BOOL: 'bool',
};

/** An element type, which files give by name or by number. */
export const typeName = (type: string | number): string =>
  typeof type === 'string' ? type : (names[type] ?? `type ${type}`);

/** The dtype in which tfjs computes an element type: it has float32, int32 and bool alone. */
export const dtypeOf = (type: string): DType | undefined => (Object.hasOwn(dtypes, type) ? dtypes[type] : undefined);
