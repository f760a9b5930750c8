import { larger } from '../../../bounds.js';
import { ceilDiv, floorDiv, mul, sub, add, type Dim } from '../../../dim.js';
import * as f from '../../../formula.js';
import type { Value } from '../../../ir.js';
import type { NodeContext } from '../context.js';
import type { Expand, Operators } from '../define.js';
import { partOf, sliced, slicedAlong, wholeAxis } from '../slicing.js';

const concat: Expand = (context, inputs) => {
  const values = inputs.map((_, at) => context.input(inputs, at));
  const [first] = values;
  if (values.length === 1) return first!;
  const axis = context.axis(context.int('axis', 1), first!.shape.length);
  return context.build.op({ kind: 'concat', axis }, values);
};

/** The sizes of `count` parts of an axis of which the last may be smaller. */
function evenly(context: NodeContext, length: Dim, count: number, mayBeUneven: boolean): Dim[] {
  const each = mayBeUneven ? ceilDiv(length, count) : floorDiv(length, count);
  const last = sub(length, mul(each, count - 1));
  if (!mayBeUneven) {
    context.build.require('equal', mul(each, count), length, `{got} does not make ${count} equal parts of {expected}`);
  } else {
    context.build.require('atLeast', last, 0, `an axis is too short for ${count} parts`);
  }
  return Array.from({ length: count }, (_, at) => (at === count - 1 ? last : each));
}

const split =
  (mayBeUneven: boolean): Expand =>
  (context, inputs) => {
    const x = context.input(inputs, 0);
    const axis = context.axis(context.int('axis', 0), x.shape.length);
    const length = x.shape[axis]!;
    const given = inputs[1] ? context.sizes(inputs[1], 'the sizes of the parts') : context.ints('split');
    const count = context.int('num_outputs', context.node.outputs.length);
    const sizes = given ?? evenly(context, length, count, mayBeUneven);
    const total = sizes.reduce(add, 0);
    context.build.require('equal', total, length, 'parts of {got} elements in all do not make an axis of {expected}');
    let start: Dim = 0;
    return sizes.map((size) => {
      const part = slicedAlong(context, x, axis, { start, step: 1, size });
      start = add(start, size);
      return part;
    });
  };

interface Ranges {
  readonly starts: readonly Dim[];
  readonly ends: readonly Dim[];
  readonly axes: readonly number[] | undefined;
  readonly steps: readonly number[] | undefined;
}

function sliceBy(context: NodeContext, x: Value, { starts, ends, axes, steps }: Ranges): Value {
  const parts = x.shape.map(wholeAxis);
  starts.forEach((start, at) => {
    const axis = context.axis(axes?.[at] ?? at, x.shape.length);
    parts[axis] = partOf(context, x.shape[axis]!, start, ends[at]!, steps?.[at] ?? 1);
  });
  return sliced(context, x, parts);
}

const sliceByAttributes: Expand = (context, inputs) => {
  const [starts, ends] = [context.ints('starts') ?? [], context.ints('ends') ?? []];
  return sliceBy(context, context.input(inputs, 0), { starts, ends, axes: context.ints('axes'), steps: undefined });
};

const sliceByInputs: Expand = (context, inputs) => {
  const [x, starts, ends] = [0, 1, 2].map((at) => context.input(inputs, at)) as [Value, Value, Value];
  const axes = inputs[3] && context.numbers(inputs[3], 'the axes');
  const steps = inputs[4] && context.numbers(inputs[4], 'the steps');
  const [from, to] = [context.build.sizesOf(starts), context.build.sizesOf(ends)];
  if (from && to) return sliceBy(context, x, { starts: from, ends: to, axes, steps });
  const count = starts.shape[0] ?? 0;
  if (typeof count !== 'number') return context.unsupported('the number of axes it slices must be known');
  return Array.from({ length: count }, (_, at) => at).reduce((current, at) => {
    const axis = context.axis(axes?.[at] ?? at, x.shape.length);
    return slicedByData(context, current, axis, [starts, ends, at], steps?.[at] ?? 1);
  }, x);
};

/** The elements along an axis between positions that only a call tells: how many there are depends on data. */
function slicedByData(
  context: NodeContext,
  x: Value,
  axis: number,
  [starts, ends, at]: readonly [Value, Value, number],
  step: number,
): Value {
  if (step <= 0) return context.unsupported('starts and ends of a slice by a negative step must be known');
  const length = f.convert('i64', f.size(x.shape[axis]!));
  const positionOf = (input: number): f.Formula =>
    f.bind(f.convert('i64', f.load(input, [f.i32(at)])), 'i64', (given) =>
      f.clamp(f.select(f.less(given, f.i64(0)), f.add(given, length), given), f.i64(0), length),
    );
  const index = f.convert('i64', f.axis(0));
  const condition = f.bind(positionOf(0), 'i64', (start) => {
    const isBetween = f.and(f.compare('lessOrEqual', start, index), f.less(index, positionOf(1)));
    if (step === 1) return isBetween;
    return f.and(isBetween, f.equal(f.binary('remainder', f.sub(index, start), f.i64(step)), f.i64(0)));
  });
  return context.build.compress(x, context.build.compute('bool', [x.shape[axis]!], condition, starts, ends), axis);
}

/** Cuts or pads the middle of axes to sizes. */
const centerCropPad: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const sizes = context.sizes(context.input(inputs, 1), 'the shape');
  const axes = context.ints('axes')?.map((axis) => context.axis(axis, x.shape.length)) ?? [...x.shape.keys()];
  const { limits } = context.build;
  const parts = x.shape.map(wholeAxis);
  const padding = x.shape.map((): readonly [Dim, Dim] => [0, 0]);
  axes.forEach((axis, at) => {
    const [from, to] = [x.shape[axis]!, sizes[at]!];
    const [surplus, missing] = [larger(sub(from, to), 0, limits), larger(sub(to, from), 0, limits)];
    parts[axis] = { start: floorDiv(surplus, 2), step: 1, size: sub(from, surplus) };
    const before = floorDiv(missing, 2);
    padding[axis] = [before, sub(missing, before)];
  });
  const cropped = sliced(context, x, parts);
  if (padding.flat().every((size) => size === 0)) return cropped;
  return context.build.op({ kind: 'pad', padding, value: 0 }, [cropped]);
};

/** Operators that join tensors, and those that take parts of them. */
export const parts: Operators = {
  Concat: { 1: concat },
  Split: { 1: split(false), 18: split(true) },
  Slice: { 1: sliceByAttributes, 10: sliceByInputs },
  DynamicSlice: { 1: sliceByInputs },
  CenterCropPad: { 18: centerCropPad },
};
