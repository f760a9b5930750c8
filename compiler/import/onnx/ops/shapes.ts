import { floorDiv, mul, product, type Dim } from '../../../dim.js';
import type { Value } from '../../../ir.js';
import type { NodeContext } from '../context.js';
import type { Expand, Operators } from '../define.js';

/** A position among `rank` axes, counted from the end where it is negative, moved inside. */
const clampAxis = (at: number, rank: number): number => Math.min(Math.max(at < 0 ? at + rank : at, 0), rank);

const shape: Expand = (context, inputs) => {
  const { shape: sizes } = context.input(inputs, 0);
  const rank = sizes.length;
  const [start, end] = [clampAxis(context.int('start', 0), rank), clampAxis(context.int('end', rank), rank)];
  return context.build.integers(sizes.slice(start, end));
};

const size: Expand = (context, inputs) => context.build.integers([product(context.input(inputs, 0).shape)], []);

/** The shape that a list of sizes asks for: 0 takes the size that is there, −1 what is left. */
function shapeFrom(context: NodeContext, x: Value, sizes: readonly Dim[], allowZero: boolean): readonly Dim[] {
  const copies = sizes.map((each, axis) => each === 0 && !allowZero && axis < x.shape.length);
  const filled = sizes.map((each, axis) => (copies[axis] ? x.shape[axis]! : each));
  const open = sizes.indexOf(-1);
  if (open < 0) return filled;
  const total = product(x.shape.filter((_, axis) => !copies[axis]));
  const rest = product(filled.filter((_, axis) => axis !== open && !copies[axis]));
  return filled.map((each, axis) => (axis === open ? (rest === 0 ? 0 : floorDiv(total, rest)) : each));
}

const reshape: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const given = context.ints('shape');
  const sizes = given ?? context.sizes(context.input(inputs, 1), 'the shape');
  return context.build.reshape(x, shapeFrom(context, x, sizes, context.flag('allowzero')));
};

/** Axes from the attribute or the second input, counted from the start of `rank` axes. */
function axesOf(context: NodeContext, inputs: readonly (Value | undefined)[], rank: number): number[] | undefined {
  const given = inputs[1];
  const axes = given ? context.numbers(given, 'the axes') : context.ints('axes');
  return axes?.map((axis) => context.axis(axis, rank));
}

/** Drops axes of size 1: those named, or all. An axis that only a call tells is 1 stays unless it is named. */
const squeeze: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const axes = axesOf(context, inputs, x.shape.length);
  for (const axis of axes ?? []) {
    context.build.require('equal', x.shape[axis]!, 1, `axis ${axis} to drop must be {expected}, got {got}`);
  }
  const isKept = (each: Dim, axis: number): boolean => (axes ? !axes.includes(axis) : each !== 1);
  return context.build.reshape(x, x.shape.filter(isKept));
};

const unsqueeze: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const added = (inputs[1] ? context.numbers(inputs[1], 'the axes') : context.ints('axes')) ?? [];
  const rank = x.shape.length + added.length;
  const axes = added.map((axis) => context.axis(axis, rank));
  const rest = [...x.shape];
  const sizes = Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : (rest.shift() ?? 1)));
  return context.build.reshape(x, sizes);
};

const flatten: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const axis = clampAxis(context.int('axis', 1), x.shape.length);
  return context.build.reshape(x, [product(x.shape.slice(0, axis)), product(x.shape.slice(axis))]);
};

const transpose: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const permutation = context.ints('perm') ?? [...x.shape.keys()].reverse();
  return context.build.op({ kind: 'transpose', permutation }, [x]);
};

/** Moves blocks of depth [batch, depth, height, width] to blocks of space. */
const depthToSpace: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const block = context.int('blocksize');
  const depthFirst = context.oneOf('mode', ['DCR', 'CRD'], 'DCR') === 'DCR';
  const [batch, depth, ...space] = x.shape as readonly [Dim, Dim, ...Dim[]];
  const channels = floorDiv(depth, block ** space.length);
  const blocks = space.map(() => block);
  const split = context.build.reshape(x, [
    batch,
    ...(depthFirst ? [...blocks, channels] : [channels, ...blocks]),
    ...space,
  ]);
  const [channelAxis, firstBlock] = depthFirst ? [1 + space.length, 1] : [1, 2];
  const permutation = [0, channelAxis, ...space.flatMap((_, axis) => [2 + space.length + axis, firstBlock + axis])];
  const moved = context.build.op({ kind: 'transpose', permutation }, [split]);
  return context.build.reshape(moved, [batch, channels, ...space.map((each) => mul(each, block))]);
};

/** Moves blocks of space of [batch, depth, height, width] to blocks of depth. */
const spaceToDepth: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const block = context.int('blocksize');
  const [batch, depth, ...space] = x.shape as readonly [Dim, Dim, ...Dim[]];
  const counts = space.map((each) => floorDiv(each, block));
  const split = context.build.reshape(x, [batch, depth, ...counts.flatMap((count) => [count, block])]);
  const permutation = [0, ...space.map((_, axis) => 3 + 2 * axis), 1, ...space.map((_, axis) => 2 + 2 * axis)];
  const moved = context.build.op({ kind: 'transpose', permutation }, [split]);
  return context.build.reshape(moved, [batch, mul(depth, block ** space.length), ...counts]);
};

/** Operators that tell shapes, and those that change them without changing elements. */
export const shapes: Operators = {
  Shape: { 1: shape },
  Size: { 1: size },
  Reshape: { 1: reshape },
  Squeeze: { 1: squeeze },
  Unsqueeze: { 1: unsqueeze },
  Flatten: { 1: flatten },
  Transpose: { 1: transpose },
  DepthToSpace: { 1: depthToSpace },
  SpaceToDepth: { 1: spaceToDepth },
};
