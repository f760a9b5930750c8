import type { DType, Tensor } from '../../tensor.js';

/**
 * How far a tensor a may be from what is expected, e: max |a − e| ≤ scaled · max |e|, or every |a − e| ≤ absolute + relative · |e|.
 * Integers and booleans must be equal.
 */
export type Tolerance = { readonly scaled: number } | { readonly relative: number; readonly absolute: number };

export interface Comparison {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** max |a − e|; infinite where one is infinite or NaN and the other is not the same. */
  readonly difference: number;
  /** `difference` over max |e| of the finite e. */
  readonly relative: number;
  /** Index of the first element that differs most; undefined if none does. */
  readonly at: readonly number[] | undefined;
  readonly deviates: boolean;
  /** What cannot be compared by elements: another shape or dtype. */
  readonly mismatch: string | undefined;
}

/** What came out: of nacre typed by its manifest, of another runtime by what that says of it. */
export interface Result {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: ArrayLike<number | bigint>;
}

/** Compares an output with what another runtime gives. NaN is equal to NaN. */
export function compare(name: string, actual: Tensor, expected: Result, tolerance: Tolerance): Comparison {
  const { dtype, shape } = actual;
  const mismatch =
    dtype !== expected.dtype
      ? `${dtype}, expected ${expected.dtype}`
      : shape.join() === expected.shape.join()
        ? undefined
        : `(${shape.join(', ')}), expected (${expected.shape.join(', ')})`;
  if (mismatch !== undefined) {
    const nothing = { difference: NaN, relative: NaN, at: undefined };
    return { name, dtype, shape, ...nothing, deviates: true, mismatch };
  }
  let [difference, largest, worst, outside] = [0, 0, -1, false];
  for (let i = 0; i < expected.data.length; i++) {
    const [a, e] = [Number(actual.data[i]!), Number(expected.data[i]!)];
    const magnitude = Math.abs(e);
    if (magnitude > largest && magnitude < Infinity) largest = magnitude;
    if (a === e || (Number.isNaN(a) && Number.isNaN(e))) continue;
    const distance = Number.isFinite(a) && Number.isFinite(e) ? Math.abs(a - e) : Infinity;
    if (distance > difference) [difference, worst] = [distance, i];
    if ('relative' in tolerance && distance > tolerance.absolute + tolerance.relative * magnitude) outside = true;
  }
  if ('scaled' in tolerance) outside = difference > tolerance.scaled * largest;
  return {
    name,
    dtype,
    shape,
    difference,
    relative: difference === 0 ? 0 : difference / largest,
    at: worst < 0 ? undefined : indexOf(worst, shape),
    deviates: dtype === 'float32' ? outside || difference === Infinity : difference > 0,
    mismatch,
  };
}

/** The index of the element at a position in row-major order. */
function indexOf(position: number, shape: readonly number[]): number[] {
  let rest = position;
  return shape.reduceRight<number[]>((index, size) => {
    const own = rest % size;
    rest = Math.floor(rest / size);
    return [own, ...index];
  }, []);
}
