import type { Draw } from './draw.js';
import type { Proposal } from './proposal.js';

/** Scores of larger inputs would let roundings decide which key is seen. */
const LARGEST = 4;

const some = (draw: Draw, attributes: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(attributes).filter(() => draw.chance(0.5)));

const attending = (attributes: (draw: Draw) => Record<string, unknown>): Proposal => ({
  ranks: [3],
  arity: [2, 3],
  largest: LARGEST,
  attributes,
});

const projecting = (attributes: (draw: Draw) => Record<string, unknown>): Proposal => ({
  ...attending(attributes),
  magnitude: (input) => 4 * input + 1,
});

/** How to draw each kind of layer that attends. */
export const attentionProposals: Readonly<Record<string, Proposal>> = {
  attention: attending((draw) => some(draw, { useScale: true, scoreMode: 'concat', causal: true })),
  additiveAttention: attending((draw) => some(draw, { useScale: false, causal: true })),
  multiHeadAttention: projecting((draw) => ({
    heads: draw.integer(1, 3),
    keyDim: draw.integer(1, 5),
    ...some(draw, { valueDim: draw.integer(1, 5), outputShape: draw.integer(1, 9), causal: true }),
  })),
  groupedQueryAttention: projecting((draw) => {
    const keyValueHeads = draw.integer(1, 2);
    const shared = draw.integer(1, 3);
    return {
      queryHeads: keyValueHeads * shared,
      keyValueHeads,
      headDim: draw.integer(1, 5),
      ...some(draw, { causal: true }),
    };
  }),
  rotaryEmbedding: {
    ranks: [3, 4],
    attributes: (draw) => some(draw, { maxWavelength: 50, scalingFactor: 2, sequenceAxis: 2, featureAxis: 1 }),
    magnitude: (input) => 1.5 * input,
  },
};
