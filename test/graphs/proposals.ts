import { activations, dataFormat, divisor, some } from './choices.js';
import type { Draw } from './draw.js';
import type { Proposal } from './proposal.js';
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
    attributes: (draw) => ({ activation: draw.pick([...activations, 'mish', 'selu', 'elu']) }),
  },
  relu: { attributes: (draw) => some(draw, { alpha: draw.pick([0.1, 0.5]), cap: draw.integer(1, 6) }) },
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
  identity: {},
  repeatVector: { ranks: [2], attributes: (draw) => ({ n: draw.integer(1, 4) }) },
  dropout: { attributes: () => ({ rate: 0.5 }) },
  spatialDropout1d: { ranks: [3], attributes: () => ({ rate: 0.2 }) },
  spatialDropout2d: { ranks: [4], attributes: () => ({ rate: 0.2 }) },
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
  maximum: { arity: [2, 3] },
  minimum: { arity: [2, 3] },
  concatenate: {
    arity: [1, 3],
    attributes: (draw, shape) => some(draw, { axis: draw.integer(1, shape.length - 1) }),
  },
};
