import { product } from '../../../dim.js';
import * as f from '../../../formula.js';
import { gatherAlong, gatherTuples } from '../../../expand/gather.js';
import { axesOf, checkedIndex, positionOf } from '../../../expand/indexing.js';
import type { ScatterReduction, Value } from '../../../ir.js';
import type { NodeContext } from '../context.js';
import type { Expand, Operators } from '../define.js';

/** Indices that belong to the first axes of the data, `batch` of them. */
function gatherBatched({ build }: NodeContext, x: Value, indices: Value, axis: number, batch: number): Value {
  indices.shape.slice(0, batch).forEach((size, at) => {
    build.require('equal', size, x.shape[at]!, `batch axis ${at} has sizes {expected} and {got}`);
  });
  const inner = indices.shape.slice(batch);
  const shape = [...x.shape.slice(0, axis), ...inner, ...x.shape.slice(axis + 1)];
  const own = axesOf(shape.length);
  const at = [...own.slice(0, batch), ...own.slice(axis, axis + inner.length)];
  const before = own.slice(0, axis);
  const after = own.slice(axis + inner.length);
  const formula = checkedIndex(
    f.load(1, at),
    f.scalarOf(indices.dtype),
    x.shape[axis]!,
    positionOf(at, indices.shape),
    (index) => f.load(0, [...before, index, ...after]),
  );
  return build.compute(x.dtype, shape, formula, x, indices);
}

/** Slices of the data along an axis, those that the indices name. */
const gather: Expand = (context, inputs) => {
  const [x, indices] = [context.input(inputs, 0), context.input(inputs, 1)];
  const axis = context.axis(inputs.length < 3 ? 0 : context.integer(inputs, 2, 'the axis'), x.shape.length);
  const given = context.int('batch_dims', 0);
  const batch = given < 0 ? given + indices.shape.length : given;
  if (batch === 0) return gatherAlong(context, x, indices, axis);
  if (batch < 0 || batch > axis || batch > indices.shape.length) return context.unsupported(`batch_dims ${given}`);
  return gatherBatched(context, x, indices, axis, batch);
};

/** 1 element of `on` at the index along a new axis, `off` elsewhere. */
const oneHot: Expand = (context, inputs) => {
  const indices = context.input(inputs, 0);
  const [depth] = context.sizes(context.input(inputs, 1), 'the depth');
  if (depth === undefined) return context.unsupported('the depth must be one number');
  const [on, off] = context.alike(inputs, [2, 3]).map((value) => context.build.reshape(value, [])) as [Value, Value];
  const rank = indices.shape.length;
  const axis = context.axis(context.int('axis', -1), rank + 1);
  const own = axesOf(rank + 1).filter((_, at) => at !== axis);
  const isOn = f.equal(f.convert('i32', f.load(0, own)), f.axis(axis));
  const formula = f.select(isOn, f.load(1, []), f.load(2, []));
  return context.build.compute(on.dtype, indices.shape.toSpliced(axis, 0, depth), formula, indices, on, off);
};

/** Updates in a tensor at tuples of indices. */
const scattered = (
  context: NodeContext,
  x: Value,
  indices: Value,
  updates: Value,
  reduction: ScatterReduction,
): Value => context.build.op({ kind: 'scatter', form: 'nd', axis: 0, reduction }, [x, indices, updates]);

/** Sums of updates at tuples of indices in zeros. */
const scatter: Expand = (context, inputs) => {
  const [indices, updates] = [context.input(inputs, 0), context.input(inputs, 1)];
  const shape = context.sizes(context.input(inputs, 2), 'the shape');
  const zeros = context.build.compute(updates.dtype, shape, f.number(f.scalarOf(updates.dtype), 0));
  return scattered(context, zeros, indices, updates, 'add');
};

const update: Expand = (context, inputs) => {
  const [x, updates] = context.alike(inputs, [0, 2]) as [Value, Value];
  return scattered(context, x, context.input(inputs, 1), updates, 'none');
};

/** Values at positions of a tensor that has another value elsewhere. */
const sparse: Expand = (context, inputs) => {
  const { build } = context;
  const given = context.input(inputs, 0);
  const shape = context.sizes(context.input(inputs, 1), 'the shape');
  const [values, otherwise] = context.alike(inputs, [2, 3]) as [Value, Value];
  const rank = given.shape.length;
  const count = rank === 2 ? given.shape[0]! : product(given.shape);
  const indices = rank === 2 ? given : build.reshape(given, rank === 0 ? [1, 1] : [count, 1]);
  const dense = build.compute(values.dtype, shape, f.load(0, []), build.reshape(otherwise, []));
  const [one] = axesOf(1);
  const updates = values.shape.length === 0 ? build.compute(values.dtype, [count], f.load(0, []), values) : values;
  const spread = updates.shape[0] === 1 && count !== 1;
  const all = spread ? build.compute(values.dtype, [count], f.load(0, [f.mul(one!, f.i32(0))]), updates) : updates;
  return scattered(context, dense, indices, all, 'none');
};

/** Operators that take or place elements where other elements say. */
export const gathering: Operators = {
  Gather: gather,
  GatherV2: gather,
  ResourceGather: gather,
  GatherNd: (context, inputs) => gatherTuples(context, context.input(inputs, 0), context.input(inputs, 1)),
  OneHot: oneHot,
  ScatterNd: scatter,
  TensorScatterUpdate: update,
  SparseToDense: sparse,
};
