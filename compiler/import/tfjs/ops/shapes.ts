import { floorDiv, product, type Dim } from '../../../dim.js';
import type { Value } from '../../../ir.js';
import type { NodeContext } from '../context.js';
import type { Expand, Operators } from '../define.js';

const shape: Expand = (context, inputs) => {
  const { shape: sizes } = context.input(inputs, 0);
  return context.build.integers(sizes, [sizes.length], 'int32');
};

const size: Expand = (context, inputs) =>
  context.build.integers([product(context.input(inputs, 0).shape)], [], 'int32');

const rank: Expand = (context, inputs) => context.build.integers([context.input(inputs, 0).shape.length], [], 'int32');

/** −1 takes what is left. */
const reshape: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const sizes = context.sizes(context.input(inputs, 1), 'the shape');
  const open = sizes.indexOf(-1);
  if (open < 0) return context.build.reshape(x, sizes);
  const rest = product(sizes.filter((_, axis) => axis !== open));
  const left: Dim = rest === 0 ? 0 : floorDiv(product(x.shape), rest);
  return context.build.reshape(x, sizes.with(open, left));
};

/** Drops axes of size 1: those named, or all. An axis that only a call tells is 1 stays unless it is named. */
const squeeze: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const named = ['squeeze_dims', 'axis'].flatMap((name) => context.ints(name));
  const axes = named.map((axis) => context.axis(axis, x.shape.length));
  for (const axis of axes) {
    context.build.require('equal', x.shape[axis]!, 1, `axis ${axis} to drop must be {expected}, got {got}`);
  }
  const isKept = (each: Dim, axis: number): boolean => (axes.length > 0 ? !axes.includes(axis) : each !== 1);
  return context.build.reshape(x, x.shape.filter(isKept));
};

const withAxis = ({ build }: NodeContext, x: Value, axis: number): Value =>
  build.reshape(x, x.shape.toSpliced(axis, 0, 1));

const expandDims: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const axis = context.axis(context.integer(inputs, 1, 'the axis'), x.shape.length + 1);
  return withAxis(context, x, axis);
};

const transpose: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const permutation = context.numbers(context.input(inputs, 1), 'the permutation');
  if (permutation.every((axis, at) => axis === at) && permutation.length === x.shape.length) return x;
  return context.build.op({ kind: 'transpose', permutation }, [x]);
};

/** Joins tensors along a new axis. */
const pack: Expand = (context, inputs) => {
  const values = context.alike(inputs, inputs.length === 0 ? [0] : [...inputs.keys()]);
  const axis = context.axis(context.int('axis', 0), values[0]!.shape.length + 1);
  const apart = values.map((value) => withAxis(context, value, Math.min(axis, value.shape.length)));
  return apart.length === 1 ? apart[0]! : context.build.op({ kind: 'concat', axis }, apart);
};

/** Operators that tell shapes, and those that change them without changing elements. */
export const shapes: Operators = {
  Shape: shape,
  ShapeN: (context, inputs) => inputs.map((_, at) => shape(context, [context.input(inputs, at)]) as Value),
  Size: size,
  Rank: rank,
  Reshape: reshape,
  Squeeze: squeeze,
  ExpandDims: expandDims,
  Transpose: transpose,
  Pack: pack,
};
