/** Element types of tensors, as stored. `bool` is one byte, 0 or 1. */
export type DType = 'float32' | 'int32' | 'int64' | 'uint8' | 'int8' | 'bool';

export interface TypedArrays {
  float32: Float32Array;
  int32: Int32Array;
  int64: BigInt64Array;
  uint8: Uint8Array;
  int8: Int8Array;
  bool: Uint8Array;
}

/** A dense, row-major tensor with known sizes. */
export interface Tensor<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: readonly number[];
  readonly data: TypedArrays[D];
}

const constructors: { readonly [D in DType]: new (length: number) => TypedArrays[D] } = {
  float32: Float32Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  int8: Int8Array,
  bool: Uint8Array,
};

/** Bytes one element takes. */
export const bytesPerElement = (dtype: DType): number =>
  dtype === 'int64' ? 8 : dtype === 'float32' || dtype === 'int32' ? 4 : 1;

export const allocate = <D extends DType>(dtype: D, length: number): TypedArrays[D] => new constructors[dtype](length);

/** Number of elements of a shape; 1 for a scalar. */
export const volume = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** A zero-filled float32 tensor. */
export const zerosOf = (shape: readonly number[]): Tensor<'float32'> => ({
  dtype: 'float32',
  shape,
  data: new Float32Array(volume(shape)),
});

/** Elements between neighbours along each axis of a row-major tensor. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** Numbers as the typed array of a dtype. */
export function arrayOf<D extends DType>(dtype: D, values: ArrayLike<number | bigint>): TypedArrays[D] {
  const data = allocate(dtype, values.length);
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    data[at] = dtype === 'int64' ? BigInt(value) : dtype === 'bool' ? (Number(value) === 0 ? 0 : 1) : Number(value);
  }
  return data;
}
