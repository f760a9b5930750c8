import type { Build } from '../build.js';
import type { Value } from '../ir.js';
import { axis, integers, Refusal, type Attribute } from './define.js';

/** One axis or a list of them, resolved to the list. */
export function axes(): Attribute<number | readonly number[], readonly number[], true> {
  const [one, list] = [axis(), integers()];
  return {
    required: true,
    schema: { anyOf: [one.schema, list.schema] },
    expects: 'an integer or a list of integers',
    read(value) {
      const read = list.read(Array.isArray(value) ? value : [value]);
      return read instanceof Refusal || read.length === 0 ? new Refusal() : read;
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
