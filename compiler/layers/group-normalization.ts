import { binary, element, scalar, unary, type Build } from '../build.js';
import { floorDiv, mul, product, sub, type Dim } from '../dim.js';
import * as f from '../formula.js';
import { ones, zeros } from '../initializers/constant.js';
import type { Expression, Value } from '../ir.js';
import { axisOf, beside, withAxesLast } from './axis.js';
import { axis, defineLayer, integer, number, optional, optionalParameter, type Slots } from './define.js';

const parameters = { gamma: optionalParameter(ones()), beta: optionalParameter(zeros()) };
const attributes = { axis: optional(axis(), -1), epsilon: optional(number({ min: 0 }), 1e-3) };

interface Affine {
  readonly gamma: Value | undefined;
  readonly beta: Value | undefined;
}

interface Options {
  readonly axis: number;
  readonly epsilon: number;
}

const centered = binary('subtract', element(0), element(1));

/** A mean of each channel [batch, channels] as the mean of its group. */
function overGroups(build: Build, channelMeans: Value, groups: Dim): Value {
  const [batch, channels] = channelMeans.shape as [Dim, Dim];
  const size = floorDiv(channels, groups);
  if (size === 1) return channelMeans;
  const means = build.op({ kind: 'reduce', fn: 'mean', axes: [2] }, [
    build.reshape(channelMeans, [batch, groups, size]),
  ]);
  const group = f.load(0, [f.axis(0), f.div(f.axis(1), f.size(size))]);
  return build.compute('float32', channelMeans.shape, group, means);
}

/** x [batch, …, channels] in groups of neighbouring channels. */
function channelsTrailing(build: Build, x: Value, groups: Dim, epsilon: number, { gamma, beta }: Affine): Value {
  const [batch, channels] = [x.shape[0]!, x.shape.at(-1)!];
  const pixels = build.reshape(x, [batch, product(x.shape.slice(1, -1)), channels]);
  const meanOf = (values: Value): Value => {
    const means = overGroups(build, build.op({ kind: 'reduce', fn: 'mean', axes: [1] }, [values]), groups);
    return build.reshape(means, [batch, 1, channels]);
  };
  const mean = meanOf(pixels);
  const variance = meanOf(build.elementwise(binary('multiply', centered, centered), pixels, mean));
  const deviation = unary('squareRoot', binary('add', element(0), scalar(epsilon)));
  const scale = gamma
    ? build.elementwise(binary('divide', element(1), deviation), variance, gamma)
    : build.elementwise(binary('divide', scalar(1), deviation), variance);
  const scaled = binary('multiply', centered, element(2));
  const y = beta
    ? build.elementwise(binary('add', scaled, element(3)), pixels, mean, scale, beta)
    : build.elementwise(scaled, pixels, mean, scale);
  return build.reshape(y, x.shape);
}

/** x [batch, channels, …] in groups of neighbouring channels. */
function channelsLeading(build: Build, x: Value, groups: Dim, epsilon: number, { gamma, beta }: Affine): Value {
  const [batch, channels, ...spatial] = x.shape as [Dim, Dim, ...Dim[]];
  const grouped = build.reshape(x, [batch, groups, product([floorDiv(channels, groups), ...spatial])]);
  const normalized = build.op({ kind: 'normalize', axes: 1, epsilon }, [grouped]);
  const vectors = [gamma, beta].flatMap((vector) => (vector ? [beside(build, x, [1], vector)] : []));
  let expression: Expression = element(0);
  if (gamma) expression = binary('multiply', expression, element(1));
  if (beta) expression = binary('add', expression, element(vectors.length));
  const y = build.reshape(normalized, x.shape);
  return vectors.length > 0 ? build.elementwise(expression, y, ...vectors) : y;
}

/** @param groupsOf how many groups there are, given the channels */
function normalizeGroups(
  build: Build,
  x: Value,
  options: Options,
  { gamma, beta }: Slots<typeof parameters>,
  groupsOf: (channels: Dim) => Dim,
): Value {
  const channelAxis = axisOf(build, options.axis, x);
  if (channelAxis === 0) build.fail('axis 0 is the batch, whose examples are normalized one by one');
  const channels = x.shape[channelAxis]!;
  const affine = { gamma: gamma?.([channels]), beta: beta?.([channels]) };
  const groups = groupsOf(channels);
  if (channelAxis === 1 && x.shape.length > 2) return channelsLeading(build, x, groups, options.epsilon, affine);
  return withAxesLast(build, x, [channelAxis], (moved) =>
    channelsTrailing(build, moved, groups, options.epsilon, affine),
  );
}

/**
 * gamma · (x − mean) / √(variance + epsilon) + beta, with the mean and variance of each example and group of neighbouring
 * channels (Wu and He, 2018). gamma and beta have an element for each channel.
 */
export const groupNormalization = defineLayer('groupNormalization', {
  inputs: ['x'],
  attributes: { groups: optional(integer(), 32), ...attributes },
  parameters,
  lower: (build, { groups, ...options }, slots, [x]) =>
    normalizeGroups(build, x, options, slots, (channels) => {
      const rest = sub(channels, mul(floorDiv(channels, groups), groups));
      const message =
        typeof channels === 'number'
          ? `${channels} channels do not divide into ${groups} groups`
          : `its channels do not divide into ${groups} groups`;
      build.require('equal', rest, 0, message);
      return groups;
    }),
});

/** The same with the mean and variance of each example and channel; groupNormalization with as many groups as channels. */
export const instanceNormalization = defineLayer('instanceNormalization', {
  inputs: ['x'],
  attributes,
  parameters,
  lower: (build, options, slots, [x]) => normalizeGroups(build, x, options, slots, (channels) => channels),
});
