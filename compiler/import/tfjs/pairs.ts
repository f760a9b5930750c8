import type { Dim } from '../../dim.js';
import type { Padding, Value } from '../../ir.js';
import type { NodeContext } from './context.js';

/** Sizes before and after each axis, from a list of pairs. */
export function pairsOf(context: NodeContext, list: Value, count: number, what: string): Padding {
  const sizes = context.sizes(list, what);
  context.requireCount(`the numbers of ${what}`, sizes.length, 2 * count);
  return Array.from({ length: count }, (_, axis): readonly [Dim, Dim] => {
    const sides = [sizes[2 * axis]!, sizes[2 * axis + 1]!] as const;
    for (const side of sides)
      context.build.require('atLeast', side, 0, `${what} must be at least {expected}, got {got}`);
    return sides;
  });
}
