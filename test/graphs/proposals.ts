import type { Draw } from './draw.js';

export interface Proposal {
  /** Ranks of the input; any from 2 when left out. */
  readonly ranks?: readonly number[];
  readonly dtype?: 'int32';
  /** How many inputs; 1 when left out. */
  readonly arity?: readonly [least: number, most: number];
  /** How many inputs, given the size of the first; in the place of `arity`. */
  readonly count?: (shape: readonly number[]) => number;
  /** Largest absolute input for which the output stays small enough to compare. */
  readonly largest?: number;
  /** The output's size of numbers, given the input's. */
  readonly magnitude?: (input: number, fanIn: number) => number;
  attributes?(draw: Draw, shape: readonly number[], inputs: number): Record<string, unknown>;
}

const activations = [
  'linear',
  'relu',
  'sigmoid',
  'tanh',
  'gelu',
  'swish',
  'softmax',
  { kind: 'relu', alpha: 0.1, cap: 4 },
];

/** Attributes that are often left to their defaults. */
const some = (draw: Draw, attributes: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined && draw.chance(0.6)));

const perAxis = (draw: Draw, high: number): unknown =>
  draw.chance(0.5) ? draw.integer(1, high) : [draw.integer(1, high), draw.integer(1, high)];

const dataFormat = (draw: Draw): string | undefined => (draw.chance(0.25) ? 'channelsFirst' : undefined);

const divisor = (draw: Draw, of: number): number =>
  draw.pick(Array.from({ length: of }, (_, i) => i + 1).filter((candidate) => of % candidate === 0));

/** A number may pad one side more than a pool has elements, so `within` limits it. */
const padding1d = (draw: Draw, within: number, ...words: readonly string[]): unknown =>
  draw.pick<unknown>([
    'same',
    'sameLower',
    ...words,
    Math.min(1, within),
    [draw.integer(0, Math.min(2, within)), draw.integer(0, Math.min(2, within))],
  ]);

const padding2d = (draw: Draw, within: number): unknown => {
  const side = (): number => draw.integer(0, Math.min(2, within));
  return draw.pick<unknown>(['same', 'sameLower', Math.min(1, within), [[side(), side()], [side(), side()]]]); // prettier-ignore
};

function convolution(draw: Draw, shape: readonly number[], rank: 1 | 2): Record<string, unknown> {
  const format = dataFormat(draw);
  const channels = format ? shape[1]! : shape.at(-1)!;
  const groups = draw.chance(0.3) ? divisor(draw, channels) : 1;
  const size = (high: number): unknown => (rank === 1 ? draw.integer(1, high) : perAxis(draw, high));
  return {
    filters: groups * draw.integer(1, Math.max(1, Math.floor(9 / groups))),
    kernelSize: size(4),
    ...(format && { dataFormat: format }),
    ...(groups > 1 && { groups }),
    ...some(draw, {
      strides: size(3),
      padding: rank === 1 ? padding1d(draw, 2, 'causal') : padding2d(draw, 2),
      dilation: size(2),
      activation: draw.pick(activations),
    }),
  };
}

const convolved = (input: number, fanIn: number): number => input * Math.sqrt(fanIn) + 1;

const pooling1d: Proposal = {
  ranks: [3],
  attributes(draw) {
    const poolSize = draw.integer(1, 4);
    const options = {
      strides: draw.integer(1, 3),
      padding: padding1d(draw, poolSize - 1),
      dataFormat: dataFormat(draw),
    };
    return { poolSize, ...some(draw, options) };
  },
};

const pooling2d: Proposal = {
  ranks: [4],
  attributes(draw) {
    const poolSize = draw.integer(1, 3);
    const options = { strides: perAxis(draw, 3), padding: padding2d(draw, poolSize - 1), dataFormat: dataFormat(draw) };
    return { poolSize, ...some(draw, options) };
  },
};

const globalPooling = (rank: number): Proposal => ({
  ranks: [rank],
  attributes: (draw) => some(draw, { keepDims: draw.chance(0.5), dataFormat: dataFormat(draw) }),
});

const bounded: Proposal = { magnitude: () => 1 };
const anyAxis = (draw: Draw, shape: readonly number[]): number => draw.integer(-shape.length, shape.length - 1);
const sum = (input: number): number => input * 3;

/** How to draw each kind of layer. */
export const proposals: Readonly<Record<string, Proposal>> = {
  dense: {
    attributes: (draw) => ({ units: draw.integer(1, 12), ...some(draw, { activation: draw.pick(activations) }) }),
    magnitude: convolved,
  },
  embedding: {
    ranks: [1, 2, 3],
    dtype: 'int32',
    attributes: (draw) => ({ inputDim: draw.integer(8, 20), outputDim: draw.integer(1, 9) }),
  },
  conv1d: { ranks: [3], attributes: (draw, shape) => convolution(draw, shape, 1), magnitude: convolved },
  conv2d: { ranks: [4], attributes: (draw, shape) => convolution(draw, shape, 2), magnitude: convolved },
  depthwiseConv2d: {
    ranks: [4],
    attributes: (draw) => ({
      kernelSize: perAxis(draw, 3),
      ...some(draw, {
        depthMultiplier: draw.integer(1, 3),
        strides: perAxis(draw, 2),
        padding: padding2d(draw, 2),
        dilation: perAxis(draw, 2),
        dataFormat: dataFormat(draw),
        activation: draw.pick(activations),
      }),
    }),
    magnitude: convolved,
  },
  maxPooling1d: pooling1d,
  averagePooling1d: pooling1d,
  maxPooling2d: pooling2d,
  averagePooling2d: pooling2d,
  globalMaxPooling1d: globalPooling(3),
  globalAveragePooling1d: globalPooling(3),
  globalMaxPooling2d: globalPooling(4),
  globalAveragePooling2d: globalPooling(4),
  activation: {
    largest: 20,
    attributes: (draw, shape) => ({
      activation: draw.pick<unknown>([
        ...[...activations, 'mish', 'selu', 'elu', 'celu', 'squareplus', 'softShrink', 'sparsePlus', 'logSigmoid'],
        ...['hard_tanh', 'silu', { kind: 'sparsemax', axis: anyAxis(draw, shape) }, 'glu'],
      ]),
    }),
    magnitude: (input) => input + 2,
  },
  relu: { attributes: (draw) => some(draw, { alpha: draw.pick([0.1, 0.5]), cap: draw.integer(1, 6) }) },
  prelu: {
    attributes: (draw, shape) =>
      some(draw, { alpha: { kind: 'uniform', low: -1, high: 1 }, sharedAxes: [draw.integer(1, shape.length - 1)] }),
  },
  relu6: {},
  leakyRelu: { attributes: (draw) => some(draw, { alpha: 0.1 }) },
  thresholdedRelu: { attributes: (draw) => ({ theta: draw.pick([0.37, 0.11]) }) },
  elu: { attributes: (draw) => some(draw, { alpha: 0.7 }) },
  selu: { magnitude: (input) => 2 * input },
  softplus: { magnitude: (input) => input + 1 },
  softsign: bounded,
  sigmoid: bounded,
  hardSigmoid: { ...bounded, attributes: (draw) => some(draw, { alpha: 0.3, beta: 0.4 }) },
  hardSwish: {},
  tanh: bounded,
  gelu: { attributes: (draw) => some(draw, { approximate: true }) },
  swish: {},
  mish: {},
  exp: { largest: 3, magnitude: Math.exp },
  softmax: { ...bounded, attributes: (draw, shape) => some(draw, { axis: anyAxis(draw, shape) }) },
  logSoftmax: {
    attributes: (draw, shape) => some(draw, { axis: anyAxis(draw, shape) }),
    magnitude: (input) => 2 * input + 4,
  },
  batchNormalization: {
    attributes: (draw, shape) => ({
      ...some(draw, {
        axis: draw.integer(1, shape.length - 1),
        epsilon: 0.01,
        variance: { kind: 'uniform', low: 0.5, high: 2 },
      }),
      ...(draw.chance(0.3) && { [draw.pick(['gamma', 'beta'])]: false }),
    }),
    magnitude: (input) => 2 * input,
  },
  layerNormalization: {
    attributes: (draw, shape) => ({
      ...some(draw, { axis: draw.pick<unknown>([-1, draw.integer(1, shape.length - 1), [-1, 1]]), epsilon: 0.01 }),
      ...(draw.chance(0.3) && { [draw.pick(['gamma', 'beta'])]: false }),
    }),
    magnitude: () => 4,
  },
  groupNormalization: {
    attributes(draw, shape) {
      const axis = draw.integer(1, shape.length - 1);
      const groups = divisor(draw, shape[axis]!);
      return { groups, ...(axis < shape.length - 1 && { axis }), ...some(draw, { epsilon: 0.01 }) };
    },
    magnitude: () => 4,
  },
  instanceNormalization: {
    attributes: (draw, shape) => some(draw, { axis: draw.integer(1, shape.length - 1), epsilon: 0.01 }),
    magnitude: () => 4,
  },
  rmsNormalization: {
    attributes: (draw, shape) => ({
      ...some(draw, { axis: draw.pick<unknown>([draw.integer(1, shape.length - 1), [-1, 1]]), epsilon: 0.01 }),
      ...(draw.chance(0.3) && { gamma: false }),
    }),
    magnitude: () => 4,
  },
  unitNormalization: {
    ...bounded,
    attributes: (draw, shape) => some(draw, { axis: anyAxis(draw, shape) }),
  },
  localResponseNormalization: {
    attributes: (draw, shape) => some(draw, { size: draw.integer(1, 6), alpha: 0.1, axis: anyAxis(draw, shape) }),
  },
  normalization: {
    attributes: (draw, shape) => ({
      axis: draw.pick<unknown>([[], draw.integer(1, shape.length - 1), [-1, 1]]),
      variance: { kind: 'uniform', low: 0.5, high: 2 },
      ...some(draw, { invert: true }),
    }),
    magnitude: (input) => 2 * input,
  },
  discretization: { attributes: () => ({ binBoundaries: [-0.9, 0.03, 0.71] }) },
  categoryEncoding: {
    ...bounded,
    ranks: [2, 3],
    dtype: 'int32',
    attributes: (draw) => ({
      numTokens: draw.integer(8, 12),
      ...some(draw, { outputMode: draw.pick(['oneHot', 'multiHot', 'count']) }),
    }),
    magnitude: () => 16,
  },
  masking: { attributes: (draw) => some(draw, { maskValue: 0.3137 }) },
  globalPooling: {
    attributes: (draw) => ({
      function: draw.pick(['average', 'maximum', 'minimum', 'sum']),
      ...some(draw, { keepDims: true, dataFormat: dataFormat(draw) }),
    }),
    magnitude: (input) => 81 * input,
  },
  rescaling: {
    attributes: (draw) => ({ scale: draw.pick([-1, 0.5]), ...some(draw, { offset: 0.5 }) }),
    magnitude: (input) => input + 0.5,
  },
  flatten: { attributes: (draw) => some(draw, { dataFormat: dataFormat(draw) }) },
  reshape: {
    attributes(draw, shape) {
      const sizes = draw.shuffled(shape.slice(1));
      const count = sizes.reduce((all, size) => all * size, 1);
      const first = divisor(draw, count);
      const target = draw.pick([sizes, [count], [first, count / first], [count / first, 1, first]]);
      return { targetShape: draw.chance(0.6) ? target.with(draw.integer(0, target.length - 1), -1) : target };
    },
  },
  permute: { attributes: (draw, shape) => ({ dims: draw.shuffled(shape.slice(1).map((_, axis) => axis + 1)) }) },
  transpose: { attributes: (draw, shape) => ({ permutation: [0, ...draw.shuffled([...shape.keys()].slice(1))] }) },
  identity: {},
  repeatVector: { ranks: [2], attributes: (draw) => ({ n: draw.integer(1, 4) }) },
  dropout: { attributes: () => ({ rate: 0.5 }) },
  spatialDropout1d: { ranks: [3], attributes: () => ({ rate: 0.2 }) },
  spatialDropout2d: { ranks: [4], attributes: () => ({ rate: 0.2 }) },
  spatialDropout3d: { attributes: () => ({ rate: 0.2 }) },
  alphaDropout: { attributes: () => ({ rate: 0.2 }) },
  dropBlock: { attributes: () => ({ rate: 0.2, blockSize: 3 }) },
  activityRegularization: { attributes: (draw) => some(draw, { l1: 0.1, l2: 0.1 }) },
  gaussianDropout: { attributes: () => ({ rate: 0.2 }) },
  gaussianNoise: { attributes: () => ({ std: 0.5 }) },
  zeroPadding1d: {
    ranks: [3],
    attributes: (draw) =>
      some(draw, { padding: draw.pick<unknown>([2, [0, 2], [1, 0]]), dataFormat: dataFormat(draw) }),
  },
  zeroPadding2d: {
    ranks: [4],
    attributes: (draw) =>
      some(draw, { padding: draw.pick<unknown>([2, [0, 1], [[1, 0], [0, 2]]]), dataFormat: dataFormat(draw) }), // prettier-ignore
  },
  elementwise: {
    arity: [1, 3],
    largest: 8,
    attributes: (draw, _, inputs) => {
      if (inputs === 1) return { function: draw.pick(['swish', 'root']) };
      return inputs === 3 ? { function: 'blend' } : { function: 'gate', ...some(draw, { options: { shift: -1 } }) };
    },
    magnitude: (input) => 2 * input ** 2 + input + 2,
  },
  add: { arity: [2, 3], magnitude: sum },
  subtract: { arity: [2, 2], magnitude: sum },
  multiply: { arity: [2, 3], largest: 3, magnitude: (input) => input ** 3 },
  average: { arity: [2, 3] },
  dot: {
    arity: [2, 2],
    largest: 10,
    attributes: (draw, shape) => ({
      axes: draw.integer(1, shape.length - 1),
      ...some(draw, { normalize: true }),
    }),
    magnitude: (input) => 16 * input ** 2,
  },
  gatedAverage: {
    ranks: [2],
    count: (shape) => Math.min(shape[1]! + 1, 6),
    largest: 10,
    attributes: (draw) => some(draw, { activation: 'softmax' }),
    magnitude: (input) => 16 * input ** 2,
  },
  maximum: { arity: [2, 3] },
  minimum: { arity: [2, 3] },
  concatenate: {
    arity: [1, 3],
    attributes: (draw, shape) => some(draw, { axis: draw.integer(1, shape.length - 1) }),
  },
};
