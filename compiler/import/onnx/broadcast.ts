import { equal, type Dim } from '../../dim.js';
import type { Value } from '../../ir.js';
import type { NodeContext } from './context.js';

/** NumPy's common shape. Sizes that differ and are both open must be equal when called. */
export function broadcast(context: NodeContext, shapes: readonly (readonly Dim[])[]): Dim[] {
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

/** The second operand of arithmetic before opset 7, whose axes attribute `axis` aligns with the first one's. */
export function legacyOperand(context: NodeContext, left: Value, right: Value): Value {
  if (context.opset >= 7 || !context.flag('broadcast') || !context.has('axis')) return right;
  const axis = context.axis(context.int('axis'), left.shape.length);
  const after = left.shape.length - axis - right.shape.length;
  return after <= 0 ? right : context.build.reshape(right, [...right.shape, ...new Array<number>(after).fill(1)]);
}
