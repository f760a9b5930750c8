import type { Dim } from '../../../dim.js';
import * as f from '../../../formula.js';
import type { Value } from '../../../ir.js';
import { gatherAlong, gatherTuples } from '../../../expand/gather.js';
import type { NodeContext } from '../context.js';
import type { Expand, Operators } from '../define.js';
import { axesOf, checkedIndex, positionOf } from '../../../expand/indexing.js';

const gather: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const axis = context.axis(context.int('axis', 0), x.shape.length);
  return gatherAlong(context, x, context.input(inputs, 1), axis);
};

const gatherElements: Expand = (context, inputs) => {
  const [x, indices] = [context.input(inputs, 0), context.input(inputs, 1)];
  const { shape, dtype } = indices;
  const axis = context.axis(context.int('axis', 0), x.shape.length);
  context.requireCount('the axes of the indices', shape.length, x.shape.length);
  shape.forEach((size, other) => {
    const what = `indices have {expected} elements along axis ${other}, the data {got}`;
    if (other !== axis) context.build.require('atLeast', x.shape[other]!, size, what);
  });
  const own = axesOf(shape.length);
  const index = f.load(1, own);
  const formula = checkedIndex(index, f.scalarOf(dtype), x.shape[axis]!, positionOf(own, shape), (at) =>
    f.load(0, own.with(axis, at)),
  );
  return context.build.compute(x.dtype, shape, formula, x, indices);
};

const gatherND: Expand = (context, inputs) =>
  gatherTuples(context, context.input(inputs, 0), context.input(inputs, 1), context.int('batch_dims', 0));

/** `values[1]` where a new axis has the index, `values[0]` elsewhere. */
const oneHot =
  (wraps: boolean): Expand =>
  (context, inputs) => {
    const [indices, values] = [context.input(inputs, 0), context.input(inputs, 2)];
    const depth = depthOf(context, context.input(inputs, 1));
    const rank = indices.shape.length;
    const axis = context.axis(context.int('axis', -1), rank + 1);
    const own = axesOf(rank + 1).filter((_, at) => at !== axis);
    const length = f.convert('i64', f.size(depth));
    const isOn = f.bind(f.convert('i64', f.load(0, own)), 'i64', (index) => {
      const fromStart = wraps ? f.select(f.less(index, f.i64(0)), f.add(index, length), index) : index;
      return f.equal(fromStart, f.convert('i64', f.axis(axis)));
    });
    const formula = f.select(isOn, f.load(1, [f.i32(1)]), f.load(1, [f.i32(0)]));
    const shape = indices.shape.toSpliced(axis, 0, depth);
    return context.build.compute(values.dtype, shape, formula, indices, values);
  };

function depthOf(context: NodeContext, depth: Value): Dim {
  if (depth.dtype === 'float32') return Math.trunc(context.number(depth, 'the depth', 0));
  return context.sizes(depth, 'the depth')[0]!;
}

/** The first elements of each sequence in reverse, as many as its length tells. */
const reverseSequence: Expand = (context, inputs) => {
  const [x, lengths] = [context.input(inputs, 0), context.input(inputs, 1)];
  const [time, batch] = [context.int('time_axis', 0), context.int('batch_axis', 1)];
  const own = axesOf(x.shape.length);
  const total = f.size(x.shape[time]!);
  const formula = f.bind(f.convert('i32', f.load(1, [own[batch]!])), 'i32', (length) =>
    f.check(
      f.and(f.compare('greaterOrEqual', length, f.i32(0)), f.compare('lessOrEqual', length, total)),
      own[batch]!,
      f.load(
        0,
        own.with(time, f.select(f.less(own[time]!, length), f.sub(f.sub(length, f.i32(1)), own[time]!), own[time]!)),
      ),
    ),
  );
  return context.build.compute(x.dtype, x.shape, formula, x, lengths);
};

/** A cache with an update written from an index on, one for each batch; `circular` goes on at the start. */
const tensorScatter: Expand = (context, inputs) => {
  const [cache, update] = [context.input(inputs, 0), context.input(inputs, 1)];
  const starts = inputs[2];
  const axis = context.axis(context.int('axis', -2), cache.shape.length);
  const isCircular = context.oneOf('mode', ['linear', 'circular'], 'linear') === 'circular';
  const own = axesOf(cache.shape.length);
  cache.shape.forEach((size, other) => {
    const what = `an update of {got} along axis ${other} does not fit the cache of {expected}`;
    if (other !== axis) context.build.require('equal', update.shape[other]!, size, what);
    else
      context.build.require(
        'atLeast',
        size,
        update.shape[axis]!,
        'an update of {expected} does not fit a cache of {got}',
      );
  });
  const length = f.size(cache.shape[axis]!);
  const start = starts ? f.convert('i32', f.load(2, [own[0]!])) : f.i32(0);
  const ahead = f.sub(own[axis]!, start);
  const wrapped = f.binary('remainder', f.add(f.binary('remainder', ahead, length), length), length);
  const formula = f.bind(isCircular ? wrapped : ahead, 'i32', (at) =>
    f.select(f.inside(at, f.size(update.shape[axis]!)), f.load(1, own.with(axis, at)), f.load(0, own)),
  );
  return context.build.compute(cache.dtype, cache.shape, formula, cache, update, ...(starts ? [starts] : []));
};

/** Operators that take elements where other elements say. */
export const gathering: Operators = {
  Gather: { 1: gather },
  GatherElements: { 11: gatherElements },
  GatherND: { 11: gatherND },
  OneHot: { 9: oneHot(false), 11: oneHot(true) },
  ReverseSequence: { 10: reverseSequence },
  TensorScatter: { 24: tensorScatter },
};
