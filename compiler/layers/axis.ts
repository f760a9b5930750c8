import type { Build } from '../build.js';
import type { Dim } from '../dim.js';
import type { Value } from '../ir.js';
import { axis, integers, Refusal, type Attribute } from './define.js';

/**
 * One axis or a list of them, resolved to the list.
 *
 * @param least how many there are at least
 */
export function axes(least = 1): Attribute<number | readonly number[], readonly number[], true> {
  const [one, list] = [axis(), integers()];
  return {
    required: true,
    schema: { anyOf: [one.schema, list.schema] },
    expects: 'an integer or a list of integers',
    read(value) {
      const read = list.read(Array.isArray(value) ? value : [value]);
      return read instanceof Refusal || read.length < least ? new Refusal() : read;
    },
  };
}

/** The axis counted from the start. */
export function axisOf(build: Build, axis: number, x: Value): number {
  const rank = x.shape.length;
  if (axis < -rank || axis >= rank) build.fail(`axis ${axis} is outside an input of rank ${rank}`);
  return axis < 0 ? axis + rank : axis;
}

/** The axes counted from the start, ascending and all different. */
export function axesOf(build: Build, axes: readonly number[], x: Value): readonly number[] {
  const found = axes.map((axis) => axisOf(build, axis, x)).sort((a, b) => a - b);
  found.forEach((axis, i) => {
    if (axis === found[i - 1]) build.fail(`axis ${axis} is given twice`);
  });
  return found;
}

/** The shape with size 1 along the axes. */
export const keptShape = ({ shape }: Value, axes: readonly number[]): readonly Dim[] =>
  shape.map((size, axis) => (axes.includes(axis) ? 1 : size));

/** A tensor of the sizes of axes of `x`, ascending, as it stands beside `x`. */
export function beside(build: Build, x: Value, axes: readonly number[], vector: Value): Value {
  const first = axes[0] ?? x.shape.length;
  const isTrailing = axes.every((axis, at) => axis === first + at) && first + axes.length === x.shape.length;
  if (isTrailing) return vector;
  return build.reshape(
    vector,
    x.shape.slice(first).map((size, at) => (axes.includes(first + at) ? size : 1)),
  );
}

/**
 * Applies a function of the same shape to a tensor whose axes `along`, ascending, are its last ones.
 *
 * @param apply takes the tensor with those axes last
 */
export function withAxesLast(build: Build, x: Value, along: readonly number[], apply: (moved: Value) => Value): Value {
  const order = [...x.shape.keys()].filter((axis) => !along.includes(axis)).concat(along);
  if (order.every((axis, i) => axis === i)) return apply(x);
  const y = apply(build.op({ kind: 'transpose', permutation: order }, [x]));
  const back = [...x.shape.keys()].map((axis) => order.indexOf(axis));
  return build.op({ kind: 'transpose', permutation: back }, [y]);
}
