import { equal, type Dim } from '../dim.js';
import { stridesOf } from '../tensor.js';
import type { Checks } from './rule.js';

/** NumPy's rule, axes aligned at the right. Two sizes that are not known to be equal must be equal when called. */
export function broadcastShapes(shapes: readonly (readonly Dim[])[], checks: Checks): Dim[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result: Dim[] = [];
  for (let axis = 0; axis < rank; axis++) {
    let size: Dim = 1;
    for (const shape of shapes) {
      const other = shape[axis - rank + shape.length] ?? 1;
      if (other === 1) continue;
      if (size !== 1 && !equal(size, other)) {
        checks.require('equal', other, size, `inputs do not broadcast: axis ${axis} has sizes {expected} and {got}`);
        if (typeof size === 'number') continue;
      }
      size = other;
    }
    result.push(size);
  }
  return result;
}

/** Elements between neighbours of a tensor along the axes of a result of `rank` axes; 0 where it is broadcast. */
export function broadcastStrides(shape: readonly number[], rank: number): number[] {
  const strides = stridesOf(shape);
  return Array.from({ length: rank }, (_, axis) => {
    const own = axis - rank + shape.length;
    return own < 0 || shape[own] === 1 ? 0 : strides[own]!;
  });
}
