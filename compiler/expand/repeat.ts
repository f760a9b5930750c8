import type { Build } from '../build.js';
import { mul } from '../dim.js';
import * as f from '../formula.js';
import type { Value } from '../ir.js';

/** Each element as often along each axis as `factors` say. */
export function repeatElements(build: Build, x: Value, factors: readonly number[]): Value {
  if (factors.every((factor) => factor === 1)) return x;
  const shape = x.shape.flatMap((size, axis) => [size, factors[axis]!]);
  const element = f.load(
    0,
    x.shape.map((_, axis) => f.axis(2 * axis)),
  );
  const repeated = build.compute(x.dtype, shape, element, x);
  return build.reshape(
    repeated,
    x.shape.map((size, axis) => mul(size, factors[axis]!)),
  );
}
