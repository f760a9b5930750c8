import type { Build } from '../build.js';
import { floorDiv, mul, product, sub, type Dim } from '../dim.js';
import * as f from '../formula.js';
import { ones, zeros } from '../initializers/constant.js';
import type { Value } from '../ir.js';
import { axisOf, beside, withAxesLast } from './axis.js';
import { axis, defineLayer, integer, number, optional, optionalParameter, type Slots } from './define.js';
import { affine, standardizeBy, type Affine } from './standardize.js';

const parameters = { gamma: optionalParameter(ones()), beta: optionalParameter(zeros()) };
const attributes = { axis: optional(axis(), -1), epsilon: optional(number({ min: 0 }), 1e-3) };

interface Options {
  readonly axis: number;
  readonly epsilon: number;
}

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
function channelsTrailing(build: Build, x: Value, groups: Dim, epsilon: number, vectors: Affine): Value {
  const [batch, channels] = [x.shape[0]!, x.shape.at(-1)!];
  const pixels = build.reshape(x, [batch, product(x.shape.slice(1, -1)), channels]);
  const meanOf = (values: Value): Value => {
    const means = overGroups(build, build.op({ kind: 'reduce', fn: 'mean', axes: [1] }, [values]), groups);
    return build.reshape(means, [batch, 1, channels]);
  };
  return build.reshape(standardizeBy(build, pixels, meanOf, epsilon, vectors), x.shape);
}

/** x [batch, channels, …] in groups of neighbouring channels. */
function channelsLeading(build: Build, x: Value, groups: Dim, epsilon: number, { gamma, beta }: Affine): Value {
  const [batch, channels, ...spatial] = x.shape as [Dim, Dim, ...Dim[]];
  const grouped = build.reshape(x, [batch, groups, product([floorDiv(channels, groups), ...spatial])]);
  const normalized = build.op({ kind: 'normalize', axes: 1, epsilon }, [grouped]);
  const place = (vector: Value | undefined): Value | undefined => vector && beside(build, x, [1], vector);
  return affine(build, build.reshape(normalized, x.shape), { gamma: place(gamma), beta: place(beta) });
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
  const vectors = { gamma: gamma?.([channels]), beta: beta?.([channels]) };
  const groups = groupsOf(channels);
  if (channelAxis === 1 && x.shape.length > 2) return channelsLeading(build, x, groups, options.epsilon, vectors);
  return withAxesLast(build, x, [channelAxis], (moved) =>
    channelsTrailing(build, moved, groups, options.epsilon, vectors),
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
