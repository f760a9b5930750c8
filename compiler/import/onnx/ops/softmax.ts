import { product } from '../../../dim.js';
import * as f from '../../../formula.js';
import type { Value } from '../../../ir.js';
import type { NodeContext } from '../context.js';
import type { Expand, Operators, Versions } from '../define.js';
import { extremeIndex } from '../../../expand/extremes.js';

type Along = (context: NodeContext, x: Value, axis: number) => Value;

/** Along one axis, the last one by default. */
const alongAxis =
  (fn: Along): Expand =>
  (context, inputs) => {
    const x = context.input(inputs, 0);
    return fn(context, x, context.axis(context.int('axis', -1), x.shape.length));
  };

/** Along `axis` and all axes after it together, before version 13. */
const flattened =
  (fn: Along): Expand =>
  (context, inputs) => {
    const x = context.input(inputs, 0);
    const rank = x.shape.length;
    const given = context.int('axis', 1);
    const axis = given === rank ? rank : context.axis(given, rank);
    if (x.shape.slice(axis + 1).every((size) => size === 1) && axis < rank) return fn(context, x, axis);
    const rows = [product(x.shape.slice(0, axis)), product(x.shape.slice(axis))];
    return context.build.reshape(fn(context, context.build.reshape(x, rows), 1), x.shape);
  };

const both = (fn: Along): Versions => ({ 1: flattened(fn), 13: alongAxis(fn) });

const normalized =
  (log: boolean): Along =>
  ({ build }, x, axis) =>
    build.op({ kind: 'softmax', axis, log }, [x]);

/** 1 at the first of the largest elements along the axis, 0 elsewhere. */
const hardmax: Along = (context, x, axis) => {
  const largest = extremeIndex(context, x, axis, { smallest: false, last: false });
  const position = f.load(
    1,
    x.shape.map((_, at) => (at === axis ? f.i32(0) : f.axis(at))),
  );
  const chosen = f.equal(f.convert('i32', position), f.axis(axis));
  return context.build.compute(x.dtype, x.shape, f.select(chosen, f.f32(1), f.f32(0)), x, largest);
};

/** Softmax and its kin. */
export const softmax: Operators = {
  Softmax: both(normalized(false)),
  LogSoftmax: both(normalized(true)),
  Hardmax: both(hardmax),
};
