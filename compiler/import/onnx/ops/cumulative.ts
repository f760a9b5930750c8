import { cumulate } from '../../../expand/cumulative.js';
import type { Expand, Operators } from '../define.js';

const cumulative =
  (fn: 'add' | 'multiply'): Expand =>
  (context, inputs) => {
    const x = context.input(inputs, 0);
    const axis = context.axis(context.number(context.input(inputs, 1), 'axis', 0), x.shape.length);
    const [exclusive, reverse] = [context.flag('exclusive'), context.flag('reverse')];
    return cumulate(context.build, fn, x, axis, { exclusive, reverse });
  };

/** Sums and products along an axis. */
export const accumulation: Operators = {
  CumSum: { 11: cumulative('add') },
  CumProd: { 26: cumulative('multiply') },
};
