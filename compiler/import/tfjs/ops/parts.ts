import { add, equal, floorDiv, mul, sub, type Dim } from '../../../dim.js';
import { partOf, sliced, slicedAlong, wholeAxis, type Part } from '../../../expand/slicing.js';
import type { Value } from '../../../ir.js';
import type { NodeContext } from '../context.js';
import type { Expand, Operators } from '../define.js';

/** Parts that an axis is divided into. */
const MOST_PARTS = 65536;

/** @param axisLast whether the axis is the last input, or the first */
const concat =
  (axisLast: boolean): Expand =>
  (context, inputs) => {
    const count = Math.max(inputs.length - 1, 1);
    const values = context.alike(
      inputs,
      Array.from({ length: count }, (_, at) => (axisLast ? at : at + 1)),
    );
    const [first] = values;
    const axis = context.axis(context.integer(inputs, axisLast ? count : 0, 'the axis'), first!.shape.length);
    return values.length === 1 ? first! : context.build.op({ kind: 'concat', axis }, values);
  };

/** The parts of an axis that anything reads. */
function partsOf(context: NodeContext, x: Value, axis: number, sizes: readonly Dim[]): (Value | undefined)[] {
  let start: Dim = 0;
  return sizes.map((size, at) => {
    const part = { start, step: 1, size };
    start = add(start, size);
    return context.wanted.has(at) ? slicedAlong(context, x, axis, part) : undefined;
  });
}

function countOf(context: NodeContext, name: string): number {
  const count = context.int(name);
  return count >= 1 && count <= MOST_PARTS ? count : context.build.fail(`must make 1 part and more, got ${count}`);
}

const split: Expand = (context, inputs) => {
  const x = context.input(inputs, 1);
  const axis = context.axis(context.integer(inputs, 0, 'the axis'), x.shape.length);
  const count = countOf(context, 'num_split');
  const each = floorDiv(x.shape[axis]!, count);
  context.build.require(
    'equal',
    mul(each, count),
    x.shape[axis]!,
    `{got} does not make ${count} equal parts of {expected}`,
  );
  return partsOf(context, x, axis, new Array<Dim>(count).fill(each));
};

const splitBySizes: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const axis = context.axis(context.integer(inputs, 2, 'the axis'), x.shape.length);
  const given = context.sizes(context.input(inputs, 1), 'the sizes of the parts');
  const length = x.shape[axis]!;
  const told = given.filter((size) => size !== -1).reduce(add, 0);
  const sizes = given.map((size) => (size === -1 ? sub(length, told) : size));
  const total = sizes.reduce(add, 0);
  context.build.require('equal', total, length, 'parts of {got} elements in all do not make an axis of {expected}');
  return partsOf(context, x, axis, sizes);
};

const unpack: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const axis = context.axis(context.int('axis', 0), x.shape.length);
  const count = countOf(context, 'num');
  context.build.require('equal', x.shape[axis]!, count, 'expects an axis of {expected}, got {got}');
  const rest = x.shape.filter((_, at) => at !== axis);
  return partsOf(context, x, axis, new Array<Dim>(count).fill(1)).map(
    (part) => part && context.build.reshape(part, rest),
  );
};

const slice: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const starts = context.sizes(context.input(inputs, 1), 'the start');
  const sizes = context.sizes(context.input(inputs, 2), 'the size');
  context.requireCount('the numbers of the start', starts.length, x.shape.length);
  context.requireCount('the numbers of the size', sizes.length, x.shape.length);
  const parts = x.shape.map((length, axis): Part => {
    const [start, size] = [starts[axis]!, sizes[axis]!];
    const taken = size === -1 ? sub(length, start) : size;
    const end = add(start, taken);
    context.build.require('atLeast', start, 0, 'a slice begins at {got}, which is before {expected}');
    context.build.require('atLeast', taken, 0, 'a slice of {got} elements');
    context.build.require('atLeast', length, end, 'a slice ends at {expected} of {got} elements');
    return { start, step: 1, size: taken };
  });
  return sliced(context, x, parts);
};

/** Whether a bit of a mask that is an attribute is set. */
const masks = (context: NodeContext, name: string): ((at: number) => boolean) => {
  const mask = context.int(name, 0);
  return (at) => Math.floor(mask / 2 ** at) % 2 === 1;
};

/** NumPy's slices: parts of axes, all axes that `...` stands for, new ones, and single elements, whose axes are dropped. */
const stridedSlice: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const lists = ['the begin', 'the end', 'the strides'].map((what, at) =>
    context.sizes(context.input(inputs, at + 1), what),
  );
  const [begin, end, strides] = lists as [readonly Dim[], readonly Dim[], readonly Dim[]];
  context.requireCount('the numbers of the end', end.length, begin.length);
  context.requireCount('the numbers of the strides', strides.length, begin.length);
  const [begins, ends] = [masks(context, 'begin_mask'), masks(context, 'end_mask')];
  const [ellipsis, isNew, isDropped] = ['ellipsis_mask', 'new_axis_mask', 'shrink_axis_mask'].map((name) =>
    masks(context, name),
  ) as [(at: number) => boolean, (at: number) => boolean, (at: number) => boolean];
  const listed = begin.map((_, at) => at);
  const ellipses = listed.filter(ellipsis);
  if (ellipses.length > 1) return context.unsupported('two ellipses');
  const named = listed.filter((at) => !ellipsis(at) && !isNew(at)).length;
  const covered = x.shape.length - named;
  if (covered < 0) return context.build.fail(`slices ${named} axes of a tensor of rank ${x.shape.length}`);
  const parts: Part[] = [];
  const shape: Dim[] = [];
  const keepWhole = (): void => {
    for (let count = 0; count < covered; count++) {
      const size = x.shape[parts.length]!;
      parts.push(wholeAxis(size));
      shape.push(size);
    }
  };
  for (const at of listed) {
    if (ellipsis(at)) keepWhole();
    else if (isNew(at)) shape.push(1);
    else {
      const length = x.shape[parts.length]!;
      const stride = strides[at]!;
      if (typeof stride !== 'number') return context.unsupported('the strides must be known when compiling');
      if (isDropped(at)) {
        parts.push(single(context, begin[at]!, length));
        continue;
      }
      const first = begins(at) ? (stride > 0 ? 0 : 2 ** 31) : begin[at]!;
      const last = ends(at) ? (stride > 0 ? 2 ** 31 : -(2 ** 31)) : end[at]!;
      const part = partOf(context, length, first, last, stride);
      parts.push(part);
      shape.push(part.size);
    }
  }
  if (ellipses.length === 0) keepWhole();
  const taken = sliced(context, x, parts);
  const isShaped = taken.shape.length === shape.length && taken.shape.every((size, axis) => equal(size, shape[axis]!));
  return isShaped ? taken : context.build.reshape(taken, shape);
};

/** One element of an axis, counted from the end where it is negative. */
function single(context: NodeContext, at: Dim, length: Dim): Part {
  const part = partOf(context, length, at, typeof at === 'number' && at === -1 ? 2 ** 31 : add(at, 1), 1);
  context.build.require('equal', part.size, 1, 'takes element that an axis does not have');
  return { ...part, size: 1 };
}

/** Axes in the other direction. */
const reversed = (context: NodeContext, x: Value, axes: readonly number[]): Value => {
  if (axes.length === 0) return x;
  const starts = x.shape.map((size, axis): Dim => (axes.includes(axis) ? sub(size, 1) : 0));
  const steps = x.shape.map((_, axis) => (axes.includes(axis) ? -1 : 1));
  return context.build.op({ kind: 'slice', starts, steps, sizes: x.shape }, [x]);
};

/** @param flags whether the axes are told by a truth value each, or by their numbers */
const reverse =
  (flags: boolean): Expand =>
  (context, inputs) => {
    const x = context.input(inputs, 0);
    const given = context.numbers(context.input(inputs, 1), 'the axes');
    const axes = flags ? given.flatMap((flag, axis) => (flag === 0 ? [] : [axis])) : given;
    return reversed(
      context,
      x,
      axes.map((axis) => context.axis(axis, x.shape.length)),
    );
  };

/** Operators that join tensors, and those that take parts of them. */
export const parts: Operators = {
  Concat: concat(false),
  ConcatV2: concat(true),
  Split: split,
  SplitV: splitBySizes,
  Unpack: unpack,
  Slice: slice,
  StridedSlice: stridedSlice,
  Reverse: reverse(true),
  ReverseV2: reverse(false),
};
