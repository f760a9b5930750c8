import { equal, type Dim } from '../dim.js';
import type { ExpandContext } from './context.js';

/** NumPy's common shape. Sizes that differ and are both open must be equal when called. */
export function broadcast(context: ExpandContext, shapes: readonly (readonly Dim[])[]): Dim[] {
  const rank = Math.max(0, ...shapes.map(({ length }) => length));
  return Array.from({ length: rank }, (_, axis) => {
    let size: Dim = 1;
    for (const shape of shapes) {
      const other = shape[axis - rank + shape.length] ?? 1;
      if (other === 1 || equal(other, size)) continue;
      if (size !== 1) {
        context.build.require(
          'equal',
          other,
          size,
          `inputs do not broadcast: axis ${axis} has sizes {expected} and {got}`,
        );
        if (typeof size === 'number') continue;
      }
      size = other;
    }
    return size;
  });
}
