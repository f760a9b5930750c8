import type { OpOf } from '../ir.js';
import { keptShape } from './axis.js';
import { boolean, dataFormat, defineLayer, oneOf, optional } from './define.js';
import { expectAxes } from './rank.js';

const reductions = {
  average: 'mean',
  maximum: 'maximum',
  minimum: 'minimum',
  sum: 'sum',
} as const satisfies Record<string, OpOf<'reduce'>['fn']>;

/**
 * Each channel of [batch, …spatial, channels] by a function, over any number of spatial axes; `keepDims` leaves them, of size
 * 1.
 */
export const globalPooling = defineLayer('globalPooling', {
  inputs: ['x'],
  attributes: {
    function: oneOf('average', 'maximum', 'minimum', 'sum'),
    keepDims: optional(boolean(), false),
    dataFormat: dataFormat(),
  },
  parameters: {},
  lower(build, options, _parameters, [x]) {
    const isLast = options.dataFormat === 'channelsLast';
    expectAxes(build, x, isLast ? ['batch', '…', 'channels'] : ['batch', 'channels', '…']);
    const axes = [...x.shape.keys()].slice(isLast ? 1 : 2, isLast ? -1 : undefined);
    if (axes.length === 0) return x;
    const y = build.op({ kind: 'reduce', fn: reductions[options.function], axes }, [x]);
    return options.keepDims ? build.reshape(y, keptShape(x, axes)) : y;
  },
});
