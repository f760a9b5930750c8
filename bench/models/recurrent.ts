import { gru, initializers, input, lstm, sequential, type Graph } from '../../compiler/index.js';
import { drawn } from './weights.js';

const STEPS = 100;

/** Of both products: sums of a deviation near 1. */
const weightsOf = (units: number) => {
  const weight = initializers.normal({ std: 1 / Math.sqrt(units) });
  return { weight, recurrentWeight: weight };
};

/** The output of the last of 100 steps. */
export const lstmNetwork = (batch: number, features = 64, units = 128, steps = STEPS): Graph =>
  sequential([input([batch, steps, features]), lstm({ units, ...weightsOf(units) })], drawn);

/** The output of the last of 100 steps; the state is reset before its product, as Cho et al. 2014 have it. */
export const gruNetwork = (batch: number, features = 64, units = 128, steps = STEPS): Graph =>
  sequential([input([batch, steps, features]), gru({ units, resetAfter: false, ...weightsOf(units) })], drawn);
