import { binary, element, scalar } from '../../../build.js';
import { product, type Dim } from '../../../dim.js';
import { padAxes } from '../../../expand/axes.js';
import { standardize } from '../../../expand/standardize.js';
import type { Value } from '../../../ir.js';
import type { Expand, Operators } from '../define.js';
import { onMap } from '../window.js';

/** Channels by the statistics that the node is given. */
const batch: Expand = (context, inputs) => {
  const names = ['scale', 'bias', 'mean', 'variance'] as const;
  const [scale, bias, mean, variance] = names.map((name, at) => context.weight(context.real(inputs, at + 1), name)) as [
    Value,
    Value,
    Value,
    Value,
  ];
  const epsilon = context.float('epsilon', 1e-4);
  const y = onMap(context, context.real(inputs, 0), (map) =>
    standardize(context.build, map, { scale, bias, mean, variance }, epsilon),
  );
  return [y, mean, variance];
};

/** Adds a vector of channels. */
const bias: Expand = (context, inputs) => {
  const vector = context.weight(context.real(inputs, 1), 'bias');
  return onMap(context, context.real(inputs, 0), (map) => context.build.binary('add', map, vector));
};

/** x / (bias + alpha · Σ x²)^beta, where the sum is over channels that are `depth_radius` apart at most. */
const localResponse: Expand = (context, inputs) => {
  const { build } = context;
  const x = context.real(inputs, 0);
  const channels = x.shape.at(-1) ?? build.fail('takes a tensor with axes');
  const given = context.int('depth_radius', 5);
  const radius = typeof channels === 'number' ? Math.min(given, Math.max(channels - 1, 0)) : given;
  if (given < 0) return build.fail(`depth_radius must be at least 0, got ${given}`);
  const [offset, alpha, beta] = [context.float('bias', 1), context.float('alpha', 1), context.float('beta', 0.5)];
  const pixels: Dim = product(x.shape.slice(0, -1));
  const squares = build.elementwise(binary('multiply', element(0), element(0)), x);
  const map = build.reshape(squares, [pixels, channels, 1, 1]);
  const padded = padAxes(build, map, [[0, 0], [radius, radius], [0, 0], [0, 0]]); // prettier-ignore
  const taps = 2 * radius + 1;
  const window = { size: [taps, 1], strides: [1, 1], padding: [[0, 0], [0, 0]] } as const; // prettier-ignore
  const mean = build.op({ kind: 'pool', fn: 'average', ...window }, [padded]);
  const base = binary('add', binary('multiply', scalar(alpha * taps), element(1)), scalar(offset));
  return build.elementwise(
    binary('divide', element(0), binary('power', base, scalar(beta))),
    x,
    build.reshape(mean, x.shape),
  );
};

const softmax =
  (log: boolean): Expand =>
  (context, inputs) => {
    const x = context.real(inputs, 0);
    return context.build.op({ kind: 'softmax', axis: context.axis(-1, x.shape.length), log }, [x]);
  };

/** Normalizations. */
export const normalizations: Operators = {
  BiasAdd: bias,
  BiasAddV1: bias,
  FusedBatchNorm: batch,
  FusedBatchNormV2: batch,
  FusedBatchNormV3: batch,
  LRN: localResponse,
  Softmax: softmax(false),
  LogSoftmax: softmax(true),
};
