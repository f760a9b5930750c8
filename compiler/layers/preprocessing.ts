import { binary, element, scalar } from '../build.js';
import { defineLayer, number, optional } from './define.js';

/** scale · x + offset, in any shape; Keras's Rescaling. */
export const rescaling = defineLayer('rescaling', {
  inputs: ['x'],
  attributes: { scale: number(), offset: optional(number(), 0) },
  parameters: {},
  lower: (build, { scale, offset }, _parameters, [x]) =>
    build.elementwise(binary('add', binary('multiply', element(0), scalar(scale)), scalar(offset)), x),
});
