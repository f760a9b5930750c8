import { initializers, type GraphOptions } from '../../compiler/index.js';

const { heNormal, lecunNormal, normal, varianceScaling } = initializers;

/** Every weight, bias and shift drawn from a seed, none of them zero, so that a difference between sides shows. */
export const drawn: GraphOptions = {
  defaults: {
    initializer: heNormal(),
    rules: [
      ['([bB]ias|beta)$', normal({ std: 0.05 })],
      ['gamma$', normal({ mean: 1, std: 0.05 })],
    ],
  },
};

/** Of a layer without an activation: what comes out has the variance of what goes in. */
export const linear = lecunNormal();

/** Of the last layer before an addition: sums of many branches keep to the scale of the first. */
export const branch = varianceScaling({ scale: 2 * 0.3 ** 2 });
