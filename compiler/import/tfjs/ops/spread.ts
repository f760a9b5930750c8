import { broadcastShapes } from '../../../ops/broadcast.js';
import { padded, spreadTo, tile, type PadMode } from '../../../expand/spread.js';
import type { NodeContext } from '../context.js';
import { pairsOf } from '../pairs.js';
import type { Expand, Operators } from '../define.js';

const pad =
  (modeOf: (context: NodeContext) => PadMode): Expand =>
  (context, inputs) => {
    const x = context.input(inputs, 0);
    const padding = pairsOf(context, context.input(inputs, 1), x.shape.length, 'padding');
    const mode = modeOf(context);
    if (mode === 'constant')
      return padded(context, x, padding, mode, inputs[2] ? context.alike(inputs, [2, 0])[0]! : 0);
    const least = mode === 'reflect' ? 1 : 0;
    padding.forEach((sides, axis) => {
      for (const side of sides) {
        if (typeof side !== 'number' || side === 0) continue;
        context.build.require(
          'atLeast',
          x.shape[axis]!,
          side + least,
          'an axis of {got} is too short; it takes {expected}',
        );
      }
    });
    return padded(context, x, padding, mode);
  };

const mirror = pad((context) =>
  context.oneOf('mode', ['REFLECT', 'SYMMETRIC']) === 'REFLECT' ? 'reflect' : 'symmetric',
);

/** Operators that repeat elements, or put others around them. */
export const spread: Operators = {
  BroadcastTo: (context, inputs) => {
    const x = context.input(inputs, 0);
    const shape = context.sizes(context.input(inputs, 1), 'the shape');
    return spreadTo(context, x, broadcastShapes([x.shape, shape], context.build));
  },
  Tile: (context, inputs) =>
    tile(context, context.input(inputs, 0), context.sizes(context.input(inputs, 1), 'the multiples')),
  Pad: pad(() => 'constant'),
  PadV2: pad(() => 'constant'),
  MirrorPad: mirror,
};
