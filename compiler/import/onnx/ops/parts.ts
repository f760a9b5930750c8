import { larger } from '../../../bounds.js';
import { ceilDiv, floorDiv, mul, sub, add, type Dim } from '../../../dim.js';
import * as f from '../../../formula.js';
import type { Value } from '../../../ir.js';
import type { NodeContext } from '../context.js';
import type { Expand, Operators } from '../define.js';
import { partOf, sliced, slicedAlong, wholeAxis } from '../../../expand/slicing.js';

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
  const given = { axes: inputs[3], steps: inputs[4] };
  const [from, to] = [context.positionsOf(starts), context.positionsOf(ends)];
  const steps = given.steps && context.numbers(given.steps, 'the steps');
  const axes = given.axes && context.constantOf(given.axes) ? context.numbers(given.axes, 'the axes') : undefined;
  if (from && to && (axes || !given.axes)) return sliceBy(context, x, { starts: from, ends: to, axes, steps });
  if (steps?.some((step) => step <= 0)) {
    return context.unsupported('starts, ends and axes of a slice by negative steps must be known when compiling');
  }
  return slicedByData(context, x, [starts, ends, ...(given.axes && !axes ? [given.axes] : [])], axes, steps);
};

/**
 * The elements between positions that only a call tells, so that how many there are depends on data.
 *
 * @param lists starts, ends and, where `axes` are not known, the axes
 */
function slicedByData(
  context: NodeContext,
  x: Value,
  lists: readonly Value[],
  axes: readonly number[] | undefined,
  steps: readonly number[] | undefined,
): Value {
  const count = lists[0]!.shape[0];
  if (typeof count !== 'number') return context.unsupported('the number of axes it slices must be known');
  const rank = x.shape.length;
  const wide = (formula: f.Formula): f.Formula => f.convert('i64', formula);
  const listed = (list: number, at: number): f.Formula => wide(f.load(list, [f.i32(at)]));
  const isAbout = (at: number, axis: number): f.Formula | boolean => {
    if (lists.length < 3) return context.axis(axes?.[at] ?? at, rank) === axis;
    return f.or(f.equal(listed(2, at), f.i64(axis)), f.equal(listed(2, at), f.i64(axis - rank)));
  };
  /** What one of the lists says of an axis. */
  const about = (axis: number, list: number, otherwise: f.Formula): f.Formula =>
    Array.from({ length: count }, (_, at) => at).reduce((value, at) => {
      const isIt = isAbout(at, axis);
      return isIt === true ? listed(list, at) : isIt === false ? value : f.select(isIt, listed(list, at), value);
    }, otherwise);
  return x.shape.reduce<Value>((current, size, axis) => {
    if (Array.from({ length: count }, (_, at) => isAbout(at, axis)).every((isIt) => isIt === false)) return current;
    const step = steps?.find((_, at) => isAbout(at, axis) === true) ?? 1;
    const length = wide(f.size(size));
    const position = (list: number, otherwise: f.Formula): f.Formula =>
      f.bind(about(axis, list, otherwise), 'i64', (given) =>
        f.clamp(f.select(f.less(given, f.i64(0)), f.add(given, length), given), f.i64(0), length),
      );
    const index = wide(f.axis(0));
    const condition = f.bind(position(0, f.i64(0)), 'i64', (start) => {
      const isBetween = f.and(f.compare('lessOrEqual', start, index), f.less(index, position(1, length)));
      if (step === 1) return isBetween;
      return f.and(isBetween, f.equal(f.binary('remainder', f.sub(index, start), f.i64(step)), f.i64(0)));
    });
    return context.build.compress(current, context.build.compute('bool', [size], condition, ...lists), axis);
  }, x);
}

/** Cuts or pads the middle of axes to sizes. */
const centerCropPad: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const sizes = context.sizes(context.input(inputs, 1), 'the shape');
  const axes = context.ints('axes')?.map((axis) => context.axis(axis, x.shape.length)) ?? [...x.shape.keys()];
  context.requireCount('the sizes', sizes.length, axes.length);
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
