import { some } from './choices.js';
import type { Draw } from './draw.js';
import type { Proposal } from './proposal.js';

const recurrent = (attributes: (draw: Draw) => Readonly<Record<string, unknown>>): Proposal => ({
  ranks: [3],
  largest: 20,
  magnitude: () => 1,
  attributes: (draw) => ({
    units: draw.integer(1, 9),
    ...some(draw, { returnSequences: true, goBackwards: draw.chance(0.5), ...attributes(draw) }),
  }),
});

const gated = (draw: Draw): Readonly<Record<string, unknown>> => ({
  recurrentActivation: draw.pick(['hardSigmoid', 'sigmoid']),
});

/** How to draw recurrent layers, and layers of steps. */
export const recurrentProposals: Readonly<Record<string, Proposal>> = {
  simpleRnn: recurrent(() => ({})),
  gru: recurrent((draw) => ({ ...gated(draw), resetAfter: draw.chance(0.5) })),
  lstm: recurrent((draw) => ({ ...gated(draw), peepholes: draw.chance(0.5) })),
  flip: { attributes: (draw, shape) => ({ axis: draw.integer(-shape.length, shape.length - 1) }) },
  mergeTime: { ranks: [3, 4, 5] },
  /** Behind a `mergeTime` of the same input. */
  splitTime: { ranks: [3, 4, 5] },
};
