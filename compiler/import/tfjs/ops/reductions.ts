import { cumulate } from '../../../expand/cumulative.js';
import { extremeIndex } from '../../../expand/extremes.js';
import { cast } from '../../../expand/maps.js';
import { reduceAxes, type ReductionName } from '../../../expand/reduce.js';
import type { DType } from '../../../tensor.js';
import type { Expand, Operators } from '../define.js';

/** @param dtype in which elements are reduced, their own without */
const reduce =
  (name: ReductionName, dtype?: (own: DType) => DType): Expand =>
  (context, inputs) => {
    const given = context.input(inputs, 0);
    const x = cast(context, given, dtype ? dtype(given.dtype) : given.dtype);
    const axes = context
      .numbers(context.input(inputs, 1), 'the axes')
      .map((axis) => context.axis(axis, x.shape.length));
    return reduceAxes(context, name, x, axes, context.flag('keep_dims'));
  };

/** Booleans count. */
const counted = (own: DType): DType => (own === 'bool' ? 'int32' : own);

const position =
  (smallest: boolean): Expand =>
  (context, inputs) => {
    const x = context.input(inputs, 0);
    const axis = context.axis(inputs.length < 2 ? 0 : context.integer(inputs, 1, 'the axis'), x.shape.length);
    const found = extremeIndex(context, x, axis, { smallest, last: false });
    const shape = x.shape.filter((_, at) => at !== axis);
    return cast(context, context.build.reshape(found, shape), 'int32');
  };

const cumulative =
  (fn: 'add' | 'multiply'): Expand =>
  (context, inputs) => {
    const given = context.input(inputs, 0);
    const x = cast(context, given, counted(given.dtype));
    const axis = context.axis(context.integer(inputs, 1, 'the axis'), x.shape.length);
    const options = { exclusive: context.flag('exclusive'), reverse: context.flag('reverse') };
    return cumulate(context.build, fn, x, axis, options);
  };

/** Reductions of axes, the positions of extremes, and sums along an axis. */
export const reductions: Operators = {
  Sum: reduce('sum', counted),
  Mean: reduce('mean', () => 'float32'),
  Prod: reduce('product', counted),
  Max: reduce('maximum'),
  Min: reduce('minimum'),
  All: reduce('minimum', () => 'bool'),
  Any: reduce('maximum', () => 'bool'),
  ArgMax: position(false),
  ArgMin: position(true),
  Cumsum: cumulative('add'),
  Cumprod: cumulative('multiply'),
};
