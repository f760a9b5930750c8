import { binary, element, scalar, unary } from '../build.js';
import { ones, zeros } from '../initializers/constant.js';
import type { Value } from '../ir.js';
import { axes, axesOf, beside } from './axis.js';
import { boolean, defineLayer, number, optional, parameter } from './define.js';

/** scale · x + offset, in any shape; Keras's Rescaling. */
export const rescaling = defineLayer('rescaling', {
  inputs: ['x'],
  attributes: { scale: number(), offset: optional(number(), 0) },
  parameters: {},
  lower: (build, { scale, offset }, _parameters, [x]) =>
    build.elementwise(binary('add', binary('multiply', element(0), scalar(scale)), scalar(offset)), x),
});

const STATISTIC = { trainable: false };
const LEAST_DEVIATION = 1e-7;

/**
 * (x − mean) / √variance, or with `invert` x · √variance + mean; deviations under 1e-7 count as 1e-7. The statistics have an
 * element for each of `axis`, one or several, or for none ([]): one of everything. Keras's Normalization.
 */
export const normalization = defineLayer('normalization', {
  inputs: ['x'],
  attributes: { axis: optional(axes(0), -1), invert: optional(boolean(), false) },
  parameters: { mean: parameter(zeros(), STATISTIC), variance: parameter(ones(), STATISTIC) },
  lower(build, { axis, invert }, { mean, variance }, [x]) {
    const along = axesOf(build, axis, x);
    const shape = along.map((axis) => x.shape[axis]!);
    const deviation = binary('maximum', unary('squareRoot', element(0)), scalar(LEAST_DEVIATION));
    const factor = invert ? deviation : binary('divide', scalar(1), deviation);
    const place = (vector: Value): Value => (along.length === 0 ? vector : beside(build, x, along, vector));
    const [center, scale] = [place(mean(shape)), place(build.elementwise(factor, variance(shape)))];
    const expression = invert
      ? binary('add', binary('multiply', element(0), element(2)), element(1))
      : binary('multiply', binary('subtract', element(0), element(1)), element(2));
    return build.elementwise(expression, x, center, scale);
  },
});
