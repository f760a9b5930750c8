import { binary, element, scalar, unary, type Build } from '../build.js';
import type { Dim } from '../dim.js';
import { ones, zeros } from '../initializers/constant.js';
import type { Expression, Value } from '../ir.js';
import { axesOf, axes, axisOf } from './axis.js';
import { axis, defineLayer, number, optional, optionalParameter, parameter } from './define.js';

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
    const along = (vector: Value): Value => alongAxis(build, vector, x.shape.length - 1 - channelAxis);
    return build.elementwise(
      binary('add', binary('multiply', element(0), element(1)), element(2)),
      x,
      along(scale),
      along(shift),
    );
  },
});

/** A vector with axes of size 1 after it. */
const alongAxis = (build: Build, vector: Value, axesAfter: number): Value =>
  axesAfter === 0 ? vector : build.reshape(vector, [...vector.shape, ...new Array<Dim>(axesAfter).fill(1)]);

/** gamma · (x − mean) / √(variance + epsilon) + beta, with the mean and variance over `axis`, one or several, of each example. */
export const layerNormalization = defineLayer('layerNormalization', {
  inputs: ['x'],
  attributes: { axis: optional(axes(), -1), epsilon: epsilon() },
  parameters: { gamma: optionalParameter(ones()), beta: optionalParameter(zeros()) },
  lower(build, options, { gamma, beta }, [x]) {
    const along = axesOf(build, options.axis, x);
    const order = [...x.shape.keys()].filter((axis) => !along.includes(axis)).concat(along);
    const isTrailing = order.every((axis, i) => axis === i);
    const moved = isTrailing ? x : build.op({ kind: 'transpose', permutation: order }, [x]);
    const normalized = build.op({ kind: 'normalize', axes: along.length, epsilon: options.epsilon }, [moved]);
    const shape = along.map((axis) => x.shape[axis]!);
    const vectors = [gamma, beta].flatMap((slot) => (slot ? [slot(shape)] : []));
    let expression: Expression = element(0);
    if (gamma) expression = binary('multiply', expression, element(1));
    if (beta) expression = binary('add', expression, element(vectors.length));
    const y = vectors.length > 0 ? build.elementwise(expression, normalized, ...vectors) : normalized;
    const back = [...x.shape.keys()].map((axis) => order.indexOf(axis));
    return isTrailing ? y : build.op({ kind: 'transpose', permutation: back }, [y]);
  },
});
