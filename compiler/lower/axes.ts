import type { Build } from '../build.js';
import { equal } from '../dim.js';
import type { Port, Value } from '../ir.js';

/**
 * Names the axes of a layer's outputs after those of its input: all where the shape stays, all but the one it makes
 * where it has `units` or `filters`.
 */
export function nameOutputs(
  build: Build,
  attributes: Readonly<Record<string, unknown>>,
  input: Value | undefined,
  outputs: readonly Value[],
): void {
  const axes = input && build.axes.get(input.id);
  if (!axes) return;
  for (const output of outputs) {
    if (output.shape.length !== axes.length || build.axes.has(output.id)) continue;
    const attribute = (['units', 'filters'] as const).find((name) => attributes[name] !== undefined);
    if (attribute !== undefined) {
      const axis =
        attribute === 'units' ? axes.length - 1 : axes.findIndex((name) => name === 'channels' || name === 'filters');
      build.axes.set(output.id, axes.with(axis, attribute));
    } else if (output.shape.every((size, axis) => equal(size, input.shape[axis]!))) build.axes.set(output.id, axes);
  }
}

/** A port with what is known of its axes. */
export const portOf = (build: Build, name: string, value: Value): Port => ({
  name,
  value,
  axes: build.axes.get(value.id) ?? value.shape.map(() => ''),
});
