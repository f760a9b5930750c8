import { mul, printShape } from '../dim.js';
import { axisOf } from './axis.js';
import { axis, defineLayer } from './define.js';
import { flipped } from './flipped.js';

/** The elements along an axis in reverse order. */
export const flip = defineLayer('flip', {
  inputs: ['x'],
  attributes: { axis: axis() },
  parameters: {},
  lower: (build, options, _parameters, [x]) => flipped(build, x, axisOf(build, options.axis, x)),
});

/** [batch, time, …] → [batch · time, …] */
export const mergeTime = defineLayer('mergeTime', {
  inputs: ['x'],
  attributes: {},
  parameters: {},
  lower(build, _options, _parameters, [x]) {
    const [batch, time, ...rest] = x.shape;
    if (time === undefined) return build.fail(`expects (batch, time, …), got ${printShape(x.shape)}`);
    return build.reshape(x, [mul(batch!, time), ...rest]);
  },
});

/** x [batch · time, …] → [batch, time, …], of which `like` [batch, time, …] tells the sizes. */
export const splitTime = defineLayer('splitTime', {
  inputs: ['x', 'like'],
  attributes: {},
  parameters: {},
  lower(build, _options, _parameters, [x, like]) {
    const [merged, ...rest] = x.shape;
    const [batch, time] = like.shape;
    if (merged === undefined) return build.fail('expects (batch · time, …), got ()');
    if (time === undefined) return build.fail(`expects like (batch, time, …), got ${printShape(like.shape)}`);
    build.require('equal', merged, mul(batch!, time), 'expects {expected} rows, got {got}');
    return build.reshape(x, [batch!, time, ...rest]);
  },
});
