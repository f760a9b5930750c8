import { isAtLeast } from '../bounds.js';
import { add, product, type Dim } from '../dim.js';
import * as f from '../formula.js';
import type { Value } from '../ir.js';
import type { ExpandContext } from './context.js';
import { axesOf, checkedIndex, positionOf } from './indexing.js';
import { slicedAlong } from './slicing.js';

/** Indices known when compiling that follow one another, as the part of the axis they take. */
function asPart(context: ExpandContext, indices: Value, length: Dim): { start: Dim; size: number } | undefined {
  const known = context.constantOf(indices);
  if (!known || known.data.length === 0) return undefined;
  const list = Array.from(known.data as ArrayLike<number | bigint>, Number);
  const first = list[0]!;
  if (list.some((index, at) => index !== first + at) || (first < 0 && first + list.length > 0)) return undefined;
  const start = first < 0 ? add(length, first) : first;
  const { limits } = context.build;
  const isInside = isAtLeast(start, 0, limits) && isAtLeast(length, add(start, list.length), limits);
  return isInside ? { start, size: list.length } : undefined;
}

/** Slices of the data along an axis, those that the indices name. */
export function gatherAlong(context: ExpandContext, x: Value, indices: Value, axis: number): Value {
  const part = asPart(context, indices, x.shape[axis]!);
  if (!part) return context.build.op({ kind: 'gather', axis, wrap: true }, [x, indices]);
  const taken = slicedAlong(context, x, axis, { ...part, step: 1 });
  return context.build.reshape(taken, [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)]);
}

/**
 * Slices of the data at tuples of indices: each tuple's row in the data with its first axes flattened, then the rows.
 * @param batch leading axes that both share
 */
export function gatherTuples(context: ExpandContext, x: Value, indices: Value, batch = 0): Value {
  const length = indices.shape.at(-1);
  if (typeof length !== 'number') return context.unsupported('the length of its index tuples must be known');
  const count = batch + length;
  if (count > x.shape.length) return context.build.fail(`index tuples of ${length} do not fit rank ${x.shape.length}`);
  const shape = indices.shape.slice(0, -1);
  shape.slice(0, batch).forEach((size, axis) => {
    context.build.require('equal', size, x.shape[axis]!, `batch axis ${axis} has sizes {expected} and {got}`);
  });
  const own = axesOf(shape.length);
  const type = f.scalarOf(indices.dtype);
  const row = (at: number, chosen: readonly f.Formula[]): f.Formula => {
    if (at === length) return positionOf([...own.slice(0, batch), ...chosen], x.shape);
    const position = positionOf([...own, f.i32(at)], indices.shape);
    const index = f.load(0, [...own, f.i32(at)]);
    return checkedIndex(index, type, x.shape[batch + at]!, position, (each) => row(at + 1, [...chosen, each]));
  };
  const rows = context.build.compute('int32', shape, row(0, []), indices);
  const table = context.build.reshape(x, [product(x.shape.slice(0, count)), ...x.shape.slice(count)]);
  return context.build.op({ kind: 'gather', axis: 0, wrap: false }, [table, rows]);
}
