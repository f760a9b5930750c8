import { valueOf } from '../../dim.js';
import type { TensorGraph } from '../../ir.js';
import { bits, deriveKey, fnv1a64, normal } from '../../random.js';
import { arrayOf, volume, type DType, type Tensor } from '../../tensor.js';

/** One element by the Philox stream of its input: valid indices and masks where a dtype is one of indices. */
const draws: Readonly<Record<DType, (key: bigint, index: number) => number>> = {
  float32: (key, index) => normal(key, index, 0, 1),
  int32: (key, index) => bits(key, index) >>> 31,
  int64: (key, index) => bits(key, index) >>> 31,
  bool: (key, index) => bits(key, index) >>> 31,
  uint8: (key, index) => bits(key, index) >>> 24,
  int8: (key, index) => bits(key, index) >> 24,
};

/** Values from a seed: standard normal floats, any byte, and 0 or 1 for every other dtype. */
export function drawTensor(name: string, dtype: DType, shape: readonly number[], seed: bigint): Tensor {
  const key = deriveKey(seed, fnv1a64(name));
  const draw = draws[dtype];
  const values = Array.from({ length: volume(shape) }, (_, index) => draw(key, index));
  return { dtype, shape, data: arrayOf(dtype, values) };
}

/** Inputs of a graph from a seed, open sizes as they typically are. */
export function drawInputs({ inputs, symbols }: TensorGraph, seed: bigint): ReadonlyMap<string, Tensor> {
  const sizes = new Map(symbols.map(({ name, typical }) => [name, typical]));
  return new Map(
    inputs.map(({ name, value }) => {
      const shape = value.shape.map((size) => valueOf(size, sizes) ?? 1);
      return [name, drawTensor(name, value.dtype, shape, seed)] as const;
    }),
  );
}
