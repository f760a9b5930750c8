import type { Build } from '../build.js';
import type { Dim } from '../dim.js';
import * as f from '../formula.js';
import type { Formula } from '../formula.js';
import type { Value } from '../ir.js';

/** The indices of the element of an output of this rank. */
export const axesOf = (rank: number): Formula[] => Array.from({ length: rank }, (_, axis) => f.axis(axis));

/** Elements along an axis, each from the index that a formula of `f.axis(0)` and inputs gives, which is inside the axis. */
export function picked(
  build: Build,
  x: Value,
  axis: number,
  count: Dim,
  index: Formula,
  inputs: readonly Value[] = [],
): Value {
  const indices = build.compute('int32', [count], index, ...inputs);
  return build.op({ kind: 'gather', axis, wrap: false }, [x, indices]);
}
