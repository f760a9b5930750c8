import { binary, element, scalar, unary } from '../../../build.js';
import type { Expression, OpOf, Value } from '../../../ir.js';
import type { NodeContext } from '../context.js';
import type { Expand, Operators } from '../define.js';
import { averageOf, maximumOf, poolWindow, positionOfMaximum, sumOf } from '../pool.js';

const largest: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const window = poolWindow(context, x);
  const values = maximumOf(context, x, window);
  if (!context.wants(1)) return values;
  return [values, positionOfMaximum(context, x, window, context.flag('storage_order'))];
};

const average: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  return averageOf(context, x, poolWindow(context, x), context.flag('count_include_pad'));
};

/** |x|^p */
function powered(p: number, x: Expression): Expression {
  if (p === 2) return binary('multiply', x, x);
  const size = unary('absolute', x);
  return p === 1 ? size : binary('power', size, scalar(p));
}

/** x^(1/p) */
function root(p: number, x: Expression): Expression {
  if (p === 1) return x;
  return p === 2 ? unary('squareRoot', x) : binary('power', x, scalar(1 / p));
}

/** The p-norm of what `sum` sums. */
function norm(context: NodeContext, x: Value, p: number, sum: (x: Value) => Value): Value {
  const { build } = context;
  return build.elementwise(root(p, element(0)), sum(build.elementwise(powered(p, element(0)), x)));
}

const lp: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const window = poolWindow(context, x);
  return norm(context, x, order(context), (powers) => sumOf(context, powers, window));
};

/** The order of a norm. */
const order = (context: NodeContext): number => context.int('p', 2);

/** Reduces all spatial axes, and keeps them with size 1. */
function overImage(context: NodeContext, fn: OpOf<'reduce'>['fn'], x: Value): Value {
  const { build } = context;
  const axes = x.shape.map((_, axis) => axis).slice(2);
  const reduced = build.op({ kind: 'reduce', fn, axes }, [x]);
  return build.reshape(reduced, [...x.shape.slice(0, 2), ...axes.map(() => 1)]);
}

const overAll =
  (fn: OpOf<'reduce'>['fn']): Expand =>
  (context, inputs) =>
    overImage(context, fn, context.input(inputs, 0));

const globalLp: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  return norm(context, x, order(context), (powers) => overImage(context, 'sum', powers));
};

/** Poolings. */
export const poolings: Operators = {
  MaxPool: { 1: largest },
  AveragePool: { 1: average },
  LpPool: { 2: lp },
  GlobalMaxPool: { 1: overAll('maximum') },
  GlobalAveragePool: { 1: overAll('mean') },
  GlobalLpPool: { 2: globalLp },
};
