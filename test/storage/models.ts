import { compile, type CompileOptions } from '../../compiler/index.js';
import type { QuantizedValues, StoredValues } from '../../compiler/stored.js';
import { volume } from '../../compiler/tensor.js';

/** Reproducible 32-bit words. */
export function words(seed: number): () => number {
  let state = Math.imul(seed + 1, 2654435761);
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return Math.imul(state ^ (state >>> 15), 2246822519) >>> 0;
  };
}

const arrays = { uint8: Uint8Array, int8: Int8Array, uint16: Uint16Array } as const;

interface QuantizedForm {
  readonly dtype: QuantizedValues['dtype'];
  readonly shape: readonly number[];
  readonly axis: number | null;
  /** Scales and offsets as float64 have them, else scales as float32 has them. */
  readonly wide: boolean;
}

export function quantized({ dtype, shape, axis, wide }: QuantizedForm, next: () => number): QuantizedValues {
  const data = new arrays[dtype](volume(shape)).map(() => next() >>> 7);
  const channels = Array.from({ length: axis === null ? 1 : shape[axis]! });
  const real = (): number => (next() / 2 ** 31 - 1) * 10 ** ((next() % 84) - 46);
  const scale = channels.map(() => (wide ? real() : Math.fround(real())));
  const offset = channels.map(() => (wide ? real() : 0));
  return { dtype, shape, data, scale, offset, axis };
}

/**
 * A declaration with a variable for each value: those of two axes are tables that stay as they are, those of three
 * kernels that are packed.
 */
export function modelOf(values: Readonly<Record<string, StoredValues>>): object {
  const layers = Object.entries(values).map(([name, { shape }]) => {
    const [first, , last] = shape;
    const fill = { tensor: `${name}.weight` };
    if (shape.length === 2) {
      return { name, kind: 'embedding', from: 'tokens', inputDim: first, outputDim: shape[1], weight: fill };
    }
    const conv = { name, kind: 'conv1d', from: 'x', filters: last, kernelSize: first, padding: 'same', bias: false };
    return { ...conv, weight: fill };
  });
  return {
    nacre: 1,
    inputs: [
      { name: 'tokens', shape: ['batch', 2], dtype: 'int32' },
      { name: 'x', shape: ['batch', 16, 3] },
    ],
    layers,
    outputs: layers.map(({ name }) => name),
  };
}

/** Such a model, compiled with its values. */
export const compileValues = (values: Readonly<Record<string, StoredValues>>, options: CompileOptions = {}) =>
  compile(JSON.stringify(modelOf(values)), {
    ...options,
    tensors: Object.fromEntries(Object.entries(values).map(([name, stored]) => [`${name}.weight`, stored])),
  });

/** Float values of a shape, from −1 to 1. */
export function floats(shape: readonly number[], seed: number): StoredValues {
  const next = words(seed);
  return { dtype: 'float32', shape, data: Float32Array.from({ length: volume(shape) }, () => next() / 2 ** 31 - 1) };
}
