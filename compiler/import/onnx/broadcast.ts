import type { Value } from '../../ir.js';
import type { NodeContext } from './context.js';

/** The second operand of arithmetic before opset 7, whose axes attribute `axis` aligns with the first one's. */
export function legacyOperand(context: NodeContext, left: Value, right: Value): Value {
  if (context.opset >= 7 || !context.flag('broadcast') || !context.has('axis')) return right;
  const axis = context.axis(context.int('axis'), left.shape.length);
  const after = left.shape.length - axis - right.shape.length;
  return after <= 0 ? right : context.build.reshape(right, [...right.shape, ...new Array<number>(after).fill(1)]);
}
