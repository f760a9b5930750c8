import type { Dim } from '../../../dim.js';
import { padded, spreadTo, tile } from '../../../expand/spread.js';
import type { Padding } from '../../../ir.js';
import { broadcastShapes } from '../../../ops/broadcast.js';
import type { NodeContext } from '../context.js';
import type { Expand, Operators } from '../define.js';

const expand: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const shape = context.sizes(context.input(inputs, 1), 'the shape');
  return spreadTo(context, x, broadcastShapes([x.shape, shape], context.build));
};

const modes = ['constant', 'reflect', 'edge', 'wrap'] as const;

/** Sizes to add before and after each axis, from a list of all before and all after. */
function paddingOf(context: NodeContext, rank: number, pads: readonly Dim[], axes: readonly number[]): Padding {
  const padding = Array.from({ length: rank }, (): readonly [Dim, Dim] => [0, 0]);
  context.requireCount('the numbers of pads', pads.length, 2 * axes.length);
  axes.forEach((axis, at) => {
    padding[axis] = [pads[at]!, pads[at + axes.length]!];
  });
  return padding;
}

const padByAttributes: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const pads = context.ints('pads') ?? context.ints('paddings') ?? [];
  const padding = paddingOf(context, x.shape.length, pads, [...x.shape.keys()]);
  return padded(context, x, padding, context.oneOf('mode', modes, 'constant'), context.float('value', 0));
};

const padByInputs: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const pads = context.sizes(context.input(inputs, 1), 'the padding');
  const given = inputs[3] && context.numbers(inputs[3], 'the axes');
  const axes = given?.map((axis) => context.axis(axis, x.shape.length)) ?? [...x.shape.keys()];
  const padding = paddingOf(context, x.shape.length, pads, axes);
  return padded(context, x, padding, context.oneOf('mode', modes, 'constant'), inputs[2] ?? 0);
};

/** Operators that repeat elements, or put others around them. */
export const spread: Operators = {
  Expand: { 8: expand },
  Tile: {
    6: (context, inputs) =>
      tile(context, context.input(inputs, 0), context.sizes(context.input(inputs, 1), 'the repeats')),
  },
  Pad: { 1: padByAttributes, 11: padByInputs },
};
