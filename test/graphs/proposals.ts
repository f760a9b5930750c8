import { attentionProposals } from './attention-proposals.js';
import { activations, dataFormat, divisor, some } from './choices.js';
import type { Draw } from './draw.js';
import type { Proposal } from './proposal.js';
import { recurrentProposals } from './recurrent-proposals.js';
import { convolved, spatialProposals } from './spatial-proposals.js';

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
  ...spatialProposals,
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
  ...attentionProposals,
  ...recurrentProposals,
};
