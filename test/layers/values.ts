import { count, type Reference } from './reference.js';
import type { InputSource } from './case.js';

/** Numbers from 0 ≤ value < 1, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const hash = (text: string): number =>
  new TextEncoder().encode(text).reduce((sum, byte) => Math.imul(sum ^ byte, 16777619), 2166136261);

/** What a case feeds its input `name`. */
export function inputValues(name: string, { shape, indices, scale = 1, values }: InputSource): Reference {
  const random = randomFrom(hash(name) + count(shape));
  const draw = (): number => (indices ? Math.floor(random() * indices.below) : Math.fround((2 * random() - 1) * scale));
  return {
    shape,
    data: Float64Array.from({ length: count(shape) }, (_, i) => (values ? Math.fround(values[i]!) : draw())),
  };
}

/** What a case puts into a variable: a variance is positive. */
export function variableValues(name: string, shape: readonly number[]): Reference {
  const random = randomFrom(hash(name) + 1);
  const draw = (): number => Math.fround(name.endsWith('.variance') ? 0.2 + random() : 2 * random() - 1);
  return { shape, data: Float64Array.from({ length: count(shape) }, draw) };
}

/** The first element of `got` that is not near that of `expected`, in words. */
export function difference(got: Reference, expected: Reference, tolerance = 1e-5): string | undefined {
  if (got.shape.join() !== expected.shape.join())
    return `shape (${got.shape.join()}) is not (${expected.shape.join()})`;
  const at = expected.data.findIndex((value, i) => {
    const actual = got.data[i]!;
    return (
      !Object.is(actual, value) && actual !== value && !(Math.abs(actual - value) <= tolerance * (1 + Math.abs(value)))
    );
  });
  return at < 0 ? undefined : `element ${at} is ${got.data[at]!}, not ${expected.data[at]!}`;
}
