import { reduceAxes, type ReductionName } from '../../../expand/reduce.js';
import type { Expand, Operators, Versions } from '../define.js';

const reduceBy =
  (name: ReductionName, axesAreInput: boolean): Expand =>
  (context, inputs) => {
    const x = context.input(inputs, 0);
    const rank = x.shape.length;
    const given = axesAreInput ? inputs[1] && context.numbers(inputs[1], 'axes') : context.ints('axes');
    const none = given === undefined || given.length === 0;
    const all = x.shape.map((_, axis) => axis);
    const axes = none ? (context.flag('noop_with_empty_axes') ? [] : all) : given.map((at) => context.axis(at, rank));
    return reduceAxes(context, name, x, axes, context.flag('keepdims', true));
  };

/** Axes are an attribute at first, then an input. */
const of = (name: ReductionName, since = 18): Versions => ({ 1: reduceBy(name, false), [since]: reduceBy(name, true) });

/** Reductions of axes to one element. */
export const reductions: Operators = {
  ReduceSum: of('sum', 13),
  ReduceMean: of('mean'),
  ReduceMax: of('maximum'),
  ReduceMin: of('minimum'),
  ReduceProd: of('product'),
  ReduceL1: of('l1'),
  ReduceL2: of('l2'),
  ReduceSumSquare: of('sumOfSquares'),
  ReduceLogSum: of('logSum'),
  ReduceLogSumExp: of('logSumExp'),
};
