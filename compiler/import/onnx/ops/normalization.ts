import { binary, element, scalar, unary } from '../../../build.js';
import { product, type Dim } from '../../../dim.js';
import { ImportError } from '../../../errors.js';
import type { Expression, Value } from '../../../ir.js';
import type { NodeContext } from '../context.js';
import type { Expand, Operators } from '../define.js';
import { standardize } from '../../../expand/standardize.js';
import { padAxes } from '../../../expand/axes.js';

/** A vector of channels as it stands beside [batch, channels, ...rest]. */
const beside = (context: NodeContext, vector: Value, rank: number): Value =>
  vector.shape.length === 1
    ? context.build.reshape(vector, [vector.shape[0]!, ...new Array<number>(rank - 2).fill(1)])
    : vector;

const plus = (x: Expression, number: number): Expression => (number === 0 ? x : binary('add', x, scalar(number)));

interface Statistics {
  readonly mean: Value;
  readonly variance: Value;
}

function standardized(context: NodeContext, x: Value, scale: Value, bias: Value, statistics: Statistics): Value {
  const { build } = context;
  const epsilon = context.float('epsilon', 1e-5);
  const standard = { scale, bias, ...statistics };
  return standardize(build, x, standard, epsilon, (vector) => beside(context, vector, x.shape.length));
}

/** The mean and the variance of each channel of [batch, channels, ...rest]. */
function channelStatistics(context: NodeContext, x: Value): Statistics {
  const { build } = context;
  const rank = x.shape.length;
  const axes = x.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
  const mean = build.op({ kind: 'reduce', fn: 'mean', axes }, [x]);
  const off = binary('subtract', element(0), element(1));
  const squares = build.elementwise(binary('multiply', off, off), x, beside(context, mean, rank));
  return { mean, variance: build.op({ kind: 'reduce', fn: 'mean', axes }, [squares]) };
}

/** @param isTraining whether the node standardizes by its batch, and moves the statistics it is given */
const batch =
  (isTraining: (context: NodeContext) => boolean): Expand =>
  (context, inputs) => {
    const { build } = context;
    const [x, scale, bias, mean, variance] = [0, 1, 2, 3, 4].map((at) => context.input(inputs, at)) as [
      Value,
      Value,
      Value,
      Value,
      Value,
    ];
    context.weight(scale, 'scale');
    context.weight(bias, 'bias');
    context.weight(mean, 'mean');
    context.weight(variance, 'variance');
    if (x.shape.length < 2) {
      throw new ImportError('shape', build.subject, `BatchNormalization takes rank 2 and more, got ${x.shape.length}`);
    }
    if (!isTraining(context)) return standardized(context, x, scale, bias, { mean, variance });
    const own = channelStatistics(context, x);
    const momentum = context.float('momentum', 0.9);
    const moved = (before: Value, now: Value): Value =>
      build.elementwise(
        binary(
          'add',
          binary('multiply', element(0), scalar(momentum)),
          binary('multiply', element(1), scalar(1 - momentum)),
        ),
        before,
        now,
      );
    const y = standardized(context, x, scale, bias, own);
    return [y, moved(mean, own.mean), moved(variance, own.variance), own.mean, own.variance];
  };

/** Scale and bias of vectors after the standardized tensor. */
function affine(context: NodeContext, x: Value, scale: Value | undefined, bias: Value | undefined): Value {
  const { build } = context;
  const product = binary('multiply', element(0), element(1));
  if (scale && bias) return build.elementwise(binary('add', product, element(2)), x, scale, bias);
  if (scale) return build.elementwise(product, x, scale);
  return bias ? build.binary('add', x, bias) : x;
}

/** Each channel of each image by its own mean and variance. */
const instance: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const rank = x.shape.length;
  if (rank < 3) throw new ImportError('shape', context.build.subject, `takes rank 3 and more, got ${rank}`);
  const scale = context.weight(context.input(inputs, 1), 'scale');
  const bias = context.weight(context.input(inputs, 2), 'bias');
  const epsilon = context.float('epsilon', 1e-5);
  const y = context.build.op({ kind: 'normalize', axes: rank - 2, epsilon }, [x]);
  return affine(context, y, beside(context, scale, rank), beside(context, bias, rank));
};

/** @param perChannel whether scale and bias have an element for each channel, or one for each group */
const group =
  (perChannel: boolean): Expand =>
  (context, inputs) => {
    const { build } = context;
    const x = context.input(inputs, 0);
    const [scale, bias] = [
      context.weight(context.input(inputs, 1), 'scale'),
      context.weight(context.input(inputs, 2), 'bias'),
    ];
    const groups = context.int('num_groups');
    const [images, channels, ...spatial] = x.shape as [Dim, Dim, ...Dim[]];
    if (typeof channels !== 'number') return context.unsupported('the number of channels must be known when compiling');
    if (groups < 1 || channels % groups !== 0) {
      throw new ImportError('attribute', build.subject, `num_groups ${groups} does not divide ${channels} channels`);
    }
    const grouped = build.reshape(x, [images, groups, product([channels / groups, ...spatial])]);
    const y = build.op({ kind: 'normalize', axes: 1, epsilon: context.float('epsilon', 1e-5) }, [grouped]);
    if (!perChannel) {
      return build.reshape(affine(context, y, beside(context, scale, 3), beside(context, bias, 3)), x.shape);
    }
    const rank = x.shape.length;
    return affine(context, build.reshape(y, x.shape), beside(context, scale, rank), beside(context, bias, rank));
  };

/** The axes from an attribute's on, which are normalized together. */
function lastAxes(context: NodeContext, x: Value): readonly number[] {
  const rank = x.shape.length;
  const first = context.axis(context.int('axis', -1), rank);
  return Array.from({ length: rank - first }, (_, at) => first + at);
}

/** A reduction that keeps its axes, with size 1. */
function keep(context: NodeContext, x: Value, axes: readonly number[]): Value {
  const reduced = context.build.op({ kind: 'reduce', fn: 'mean', axes }, [x]);
  return context.build.reshape(
    reduced,
    x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)),
  );
}

const inverse = (x: Expression): Expression => binary('divide', scalar(1), unary('squareRoot', x));

const layer: Expand = (context, inputs) => {
  const { build } = context;
  const x = context.input(inputs, 0);
  const [, scale, bias] = inputs;
  const axes = lastAxes(context, x);
  const epsilon = context.float('epsilon', 1e-5);
  const normal = build.op({ kind: 'normalize', axes: axes.length, epsilon }, [x]);
  const y = affine(context, normal, scale && context.weight(scale, 'scale'), bias && context.weight(bias, 'bias'));
  if (!context.wants(1) && !context.wants(2)) return y;
  const mean = keep(context, x, axes);
  if (!context.wants(2)) return [y, mean];
  const off = binary('subtract', element(0), element(1));
  const variance = keep(context, build.elementwise(binary('multiply', off, off), x, mean), axes);
  return [y, mean, build.elementwise(inverse(plus(element(0), epsilon)), variance)];
};

/** x / √(mean of squares + epsilon) · scale */
const rootMeanSquare: Expand = (context, inputs) => {
  const { build } = context;
  const x = context.input(inputs, 0);
  const scale = context.weight(context.input(inputs, 1), 'scale');
  const squares = build.elementwise(binary('multiply', element(0), element(0)), x);
  const mean = keep(context, squares, lastAxes(context, x));
  const factor = build.elementwise(inverse(plus(element(0), context.float('epsilon', 1e-5))), mean);
  const scaled = binary('multiply', binary('multiply', element(0), element(1)), element(2));
  return build.elementwise(scaled, x, factor, scale);
};

/** x / (bias + alpha / size · sum of the squares of neighbouring channels)^beta */
const localResponse: Expand = (context, inputs) => {
  const { build } = context;
  const x = context.input(inputs, 0);
  const size = context.int('size');
  const [alpha, beta, bias] = [context.float('alpha', 1e-4), context.float('beta', 0.75), context.float('bias', 1)];
  const [images, channels, ...spatial] = x.shape as [Dim, Dim, ...Dim[]];
  const pixels = product(spatial);
  const squares = build.elementwise(binary('multiply', element(0), element(0)), x);
  const before = Math.floor((size - 1) / 2);
  const map = build.reshape(squares, [images, channels, 1, pixels]);
  const padded = padAxes(build, map, [[0, 0], [before, size - 1 - before], [0, 0], [0, 0]]); // prettier-ignore
  const window = { size: [size, 1], strides: [1, 1], padding: [[0, 0], [0, 0]] } as const; // prettier-ignore
  const mean = build.op({ kind: 'pool', fn: 'average', ...window }, [padded]);
  const base = plus(binary('multiply', scalar(alpha), element(1)), bias);
  return build.elementwise(
    binary('divide', element(0), binary('power', base, scalar(beta))),
    x,
    build.reshape(mean, x.shape),
  );
};

/** Normalizations. */
export const normalizations: Operators = {
  BatchNormalization: {
    1: batch((context) => !context.flag('is_test') && context.wants(1)),
    7: batch((context) => context.wants(1)),
    14: batch((context) => context.flag('training_mode')),
  },
  InstanceNormalization: { 1: instance },
  GroupNormalization: { 18: group(false), 21: group(true) },
  LayerNormalization: { 17: layer },
  RMSNormalization: { 23: rootMeanSquare },
  LRN: { 1: localResponse },
};
