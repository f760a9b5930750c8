import type { Build } from '../build.js';
import { sub } from '../dim.js';
import type { Value } from '../ir.js';

/** A value whose elements along an axis stand in reverse order. */
export function flipped(build: Build, x: Value, along: number): Value {
  const starts = x.shape.map((size, axis) => (axis === along ? sub(size, 1) : 0));
  const steps = x.shape.map((_, axis) => (axis === along ? -1 : 1));
  return build.op({ kind: 'slice', starts, steps, sizes: x.shape }, [x]);
}
