import { binary, element, scalar, unary } from '../build.js';
import { ones, zeros } from '../initializers/constant.js';
import type { Value } from '../ir.js';
import { axesOf, axes, axisOf, beside } from './axis.js';
import { axis, defineLayer, number, optional, optionalParameter, parameter, type Slot } from './define.js';
import { standardize } from './standardize.js';

const STATISTIC = { trainable: false };
const epsilon = () => optional(number({ min: 0 }), 1e-3);

/**
 * gamma · (x − mean) / √(variance + epsilon) + beta, channel by channel, with the statistics as they stand. Computed as
 * scale · x + shift from two vectors that depend on parameters alone.
 */
export const batchNormalization = defineLayer('batchNormalization', {
  inputs: ['x'],
  attributes: { axis: optional(axis(), -1), epsilon: epsilon() },
  parameters: {
    gamma: optionalParameter(ones()),
    beta: optionalParameter(zeros()),
    mean: parameter(zeros(), STATISTIC),
    variance: parameter(ones(), STATISTIC),
  },
  lower(build, options, { gamma, beta, mean, variance }, [x]) {
    const channelAxis = axisOf(build, options.axis, x);
    const shape = [x.shape[channelAxis]!];
    const deviation = unary('squareRoot', binary('add', element(0), scalar(options.epsilon)));
    const scale = build.elementwise(
      binary('divide', gamma ? element(1) : scalar(1), deviation),
      variance(shape),
      ...(gamma ? [gamma(shape)] : []),
    );
    const moved = binary('multiply', element(0), element(1));
    const shift = build.elementwise(
      beta ? binary('subtract', element(2), moved) : unary('negate', moved),
      mean(shape),
      scale,
      ...(beta ? [beta(shape)] : []),
    );
    const along = (vector: Value): Value => beside(build, x, [channelAxis], vector);
    return build.elementwise(
      binary('add', binary('multiply', element(0), element(1)), element(2)),
      x,
      along(scale),
      along(shift),
    );
  },
});

/** gamma · (x − mean) / √(variance + epsilon) + beta, with the mean and variance over `axis`, one or several, of each example. */
export const layerNormalization = defineLayer('layerNormalization', {
  inputs: ['x'],
  attributes: { axis: optional(axes(), -1), epsilon: epsilon() },
  parameters: { gamma: optionalParameter(ones()), beta: optionalParameter(zeros()) },
  lower(build, options, { gamma, beta }, [x]) {
    const along = axesOf(build, options.axis, x);
    const shape = along.map((axis) => x.shape[axis]!);
    const place = (slot: Slot | undefined): Value | undefined => slot && beside(build, x, along, slot(shape));
    return standardize(build, x, along, options.epsilon, { gamma: place(gamma), beta: place(beta) });
  },
});
