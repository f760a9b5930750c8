import type { Build } from '../build.js';
import type { Dim } from '../dim.js';
import * as f from '../formula.js';
import type { Formula, ScalarType } from '../formula.js';
import type { Value } from '../ir.js';

/** The indices of the element of an output of this rank. */
export const axesOf = (rank: number): Formula[] => Array.from({ length: rank }, (_, axis) => f.axis(axis));

/** The indices of the element of an output of four axes. */
export const fourAxes = [f.axis(0), f.axis(1), f.axis(2), f.axis(3)] as const;

/** The position of an element in row-major order. */
export const positionOf = (indices: readonly Formula[], shape: readonly Dim[]): Formula =>
  indices.reduce((position, index, axis) => f.add(f.mul(position, f.size(shape[axis]!)), index), f.i32(0));

/**
 * What a body makes of an index from data, as i32 from 0 on: negative ones count from the end. An index outside makes
 * `forward` fail with the position that is told.
 */
export const checkedIndex = (
  index: Formula,
  type: ScalarType,
  length: Dim,
  position: Formula,
  body: (index: Formula) => Formula,
): Formula => {
  const zero = f.number(type, 0);
  const end = f.convert(type, f.size(length));
  const fromStart = f.bind(index, type, (at) => f.select(f.less(at, zero), f.add(at, end), at));
  return f.bind(fromStart, type, (at) =>
    f.check(
      f.and(f.compare('greaterOrEqual', at, zero), f.less(at, end)),
      position,
      f.bind(f.convert('i32', at), 'i32', body),
    ),
  );
};

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
