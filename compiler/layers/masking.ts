import { binary, element, scalar, select } from '../build.js';
import { keptShape } from './axis.js';
import { defineLayer, number, optional } from './define.js';
import { expectAxes } from './rank.js';

/** Steps [batch, …, features] with 0 in the place of those whose features all equal `maskValue`; the mask [batch, …] is 0 there, else 1. */
export const masking = defineLayer('masking', {
  inputs: ['x'],
  outputs: ['output', 'mask'],
  attributes: { maskValue: optional(number(), 0) },
  parameters: {},
  lower(build, { maskValue }, _parameters, [x]) {
    expectAxes(build, x, ['batch', '…', 'features']);
    const last = [x.shape.length - 1];
    const differs = build.elementwise(select('equal', element(0), scalar(maskValue), scalar(0), scalar(1)), x);
    const kept = build.op({ kind: 'reduce', fn: 'maximum', axes: last }, [differs]);
    const zeroed = binary('multiply', element(0), element(1));
    return [build.elementwise(zeroed, x, build.reshape(kept, keptShape(x, last))), kept];
  },
});
