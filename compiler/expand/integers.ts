import * as f from '../formula.js';
import type { Formula } from '../formula.js';
import type { Value } from '../ir.js';
import type { DType } from '../tensor.js';
import { broadcast } from './broadcast.js';
import type { ExpandContext } from './context.js';

/** Elements of values, broadcast, at the element of the output. */
export function loadBroadcast(values: readonly Value[], rank: number): Formula[] {
  return values.map(({ shape }, input) =>
    f.load(
      input,
      shape.map((size, axis) => (size === 1 ? f.i32(0) : f.axis(axis + rank - shape.length))),
    ),
  );
}

/**
 * Computes each element of a dtype from the elements of values, broadcast, by a formula: integers, booleans, comparisons
 * and conversions. Floats by float32 functions are better off in `build.elementwise`, which runs four at a time.
 */
export function each(
  context: ExpandContext,
  dtype: DType,
  values: readonly Value[],
  formula: (elements: readonly Formula[]) => Formula,
): Value {
  const shape = broadcast(
    context,
    values.map((value) => value.shape),
  );
  return context.build.compute(dtype, shape, formula(loadBroadcast(values, shape.length)), ...values);
}
