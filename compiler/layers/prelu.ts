import { binary, element, scalar } from '../build.js';
import { printShape } from '../dim.js';
import { zeros } from '../initializers/constant.js';
import { defineLayer, integers, optional, parameter } from './define.js';

/**
 * x above 0, alpha · x below (He et al., 2015). alpha has an element for each element of an example; along `sharedAxes`,
 * which count from 1 after the batch, it has one for all.
 */
export const prelu = defineLayer('prelu', {
  inputs: ['x'],
  defaultInput: ['batch', null],
  attributes: { sharedAxes: optional(integers({ min: 1 }), []) },
  parameters: { alpha: parameter(zeros()) },
  lower(build, { sharedAxes }, { alpha }, [x]) {
    if (x.shape.length < 2) build.fail(`expects (batch, …), got ${printShape(x.shape)}`);
    for (const axis of sharedAxes) {
      if (axis >= x.shape.length) build.fail(`axis ${axis} is outside an input of rank ${x.shape.length}`);
    }
    const slope = alpha(x.shape.slice(1).map((size, at) => (sharedAxes.includes(at + 1) ? 1 : size)));
    const below = binary('multiply', element(1), binary('minimum', element(0), scalar(0)));
    return build.elementwise(binary('add', binary('maximum', element(0), scalar(0)), below), x, slope);
  },
});
