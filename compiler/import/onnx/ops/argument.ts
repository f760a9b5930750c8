import type { Expand, Operators, Versions } from '../define.js';
import { extremeIndex } from '../../../expand/extremes.js';

const position =
  (smallest: boolean): Expand =>
  (context, inputs) => {
    const x = context.input(inputs, 0);
    const axis = context.axis(context.int('axis', 0), x.shape.length);
    const found = extremeIndex(context, x, axis, { smallest, last: context.flag('select_last_index') });
    if (context.flag('keepdims', true)) return found;
    return context.build.reshape(
      found,
      x.shape.filter((_, at) => at !== axis),
    );
  };

const of = (smallest: boolean): Versions => ({ 1: position(smallest) });

/** The positions of the largest and the smallest elements. */
export const argument: Operators = { ArgMax: of(false), ArgMin: of(true) };
