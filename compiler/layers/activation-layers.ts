import { product } from '../dim.js';
import { activations, applyActivation } from './activation-functions.js';
import { activation as activationOption } from './activation.js';
import { axes, axesOf, axisOf, withAxesLast } from './axis.js';
import { axis, defineLayer, number, optional } from './define.js';

/** Any activation function, by name. */
export const activation = defineLayer('activation', {
  inputs: ['x'],
  attributes: { activation: activationOption() },
  parameters: {},
  lower: (build, { activation }, _parameters, [x]) => applyActivation(build, activation, x),
});

/**
 * x above `threshold`, alpha · (x − threshold) below it. With a `cap`, x above the threshold is clipped to 0 ≤ x ≤ cap, as
 * by Keras, whose words are negative_slope, max_value and threshold.
 */
export const relu = defineLayer('relu', {
  inputs: ['x'],
  attributes: activations.relu.options,
  parameters: {},
  lower: (build, options, _parameters, [x]) => activations.relu.apply(build, x, options),
});

export const relu6 = defineLayer('relu6', {
  inputs: ['x'],
  attributes: activations.relu6.options,
  parameters: {},
  lower: (build, options, _parameters, [x]) => activations.relu6.apply(build, x, options),
});

/** x above 0, alpha · x below; Keras's layer has 0.3, its function of the same name 0.2. */
export const leakyRelu = defineLayer('leakyRelu', {
  inputs: ['x'],
  attributes: { alpha: optional(number(), 0.3) },
  parameters: {},
  lower: (build, options, _parameters, [x]) => activations.leakyRelu.apply(build, x, options),
});

/** x above `theta`, otherwise 0. */
export const thresholdedRelu = defineLayer('thresholdedRelu', {
  inputs: ['x'],
  attributes: { theta: optional(number({ min: 0 }), 1) },
  parameters: {},
  lower: (build, { theta }, _parameters, [x]) => activations.threshold.apply(build, x, { threshold: theta, value: 0 }),
});

/** x above 0, alpha · (eˣ − 1) below. */
export const elu = defineLayer('elu', {
  inputs: ['x'],
  attributes: activations.elu.options,
  parameters: {},
  lower: (build, options, _parameters, [x]) => activations.elu.apply(build, x, options),
});

/** The self-normalizing elu of Klambauer et al. */
export const selu = defineLayer('selu', {
  inputs: ['x'],
  attributes: activations.selu.options,
  parameters: {},
  lower: (build, options, _parameters, [x]) => activations.selu.apply(build, x, options),
});

/** log(1 + eˣ) */
export const softplus = defineLayer('softplus', {
  inputs: ['x'],
  attributes: activations.softplus.options,
  parameters: {},
  lower: (build, options, _parameters, [x]) => activations.softplus.apply(build, x, options),
});

/** x / (1 + |x|) */
export const softsign = defineLayer('softsign', {
  inputs: ['x'],
  attributes: activations.softsign.options,
  parameters: {},
  lower: (build, options, _parameters, [x]) => activations.softsign.apply(build, x, options),
});

/** 1 / (1 + e⁻ˣ) */
export const sigmoid = defineLayer('sigmoid', {
  inputs: ['x'],
  attributes: activations.sigmoid.options,
  parameters: {},
  lower: (build, options, _parameters, [x]) => activations.sigmoid.apply(build, x, options),
});

/** clip(alpha · x + beta, 0, 1), with the 0.2 and 0.5 of Keras 2 and NeuPy. Keras 3 has alpha 1 / 6. */
export const hardSigmoid = defineLayer('hardSigmoid', {
  inputs: ['x'],
  attributes: activations.hardSigmoid.options,
  parameters: {},
  lower: (build, options, _parameters, [x]) => activations.hardSigmoid.apply(build, x, options),
});

/** x · clip(x / 6 + 0.5, 0, 1) */
export const hardSwish = defineLayer('hardSwish', {
  inputs: ['x'],
  attributes: activations.hardSwish.options,
  parameters: {},
  lower: (build, options, _parameters, [x]) => activations.hardSwish.apply(build, x, options),
});

export const tanh = defineLayer('tanh', {
  inputs: ['x'],
  attributes: activations.tanh.options,
  parameters: {},
  lower: (build, options, _parameters, [x]) => activations.tanh.apply(build, x, options),
});

/** x · Φ(x); `approximate` takes the tanh form of Hendrycks and Gimpel. */
export const gelu = defineLayer('gelu', {
  inputs: ['x'],
  attributes: activations.gelu.options,
  parameters: {},
  lower: (build, options, _parameters, [x]) => activations.gelu.apply(build, x, options),
});

/** x · sigmoid(x); SiLU elsewhere. */
export const swish = defineLayer('swish', {
  inputs: ['x'],
  attributes: activations.swish.options,
  parameters: {},
  lower: (build, options, _parameters, [x]) => activations.swish.apply(build, x, options),
});

/** x · tanh(softplus(x)) */
export const mish = defineLayer('mish', {
  inputs: ['x'],
  attributes: activations.mish.options,
  parameters: {},
  lower: (build, options, _parameters, [x]) => activations.mish.apply(build, x, options),
});

export const exp = defineLayer('exp', {
  inputs: ['x'],
  attributes: activations.exp.options,
  parameters: {},
  lower: (build, options, _parameters, [x]) => activations.exp.apply(build, x, options),
});

/** eˣ / Σ eˣ along an axis, or along several together. */
export const softmax = defineLayer('softmax', {
  inputs: ['x'],
  attributes: { axis: optional(axes(), -1) },
  parameters: {},
  lower(build, options, _parameters, [x]) {
    const along = axesOf(build, options.axis, x);
    if (along.length === 1) return build.op({ kind: 'softmax', axis: along[0]!, log: false }, [x]);
    return withAxesLast(build, x, along, (moved) => {
      const kept = moved.shape.slice(0, -along.length);
      const rows = build.reshape(moved, [...kept, product(moved.shape.slice(kept.length))]);
      return build.reshape(build.op({ kind: 'softmax', axis: kept.length, log: false }, [rows]), moved.shape);
    });
  },
});

/** The logarithm of softmax. */
export const logSoftmax = defineLayer('logSoftmax', {
  inputs: ['x'],
  attributes: { axis: optional(axis(), -1) },
  parameters: {},
  lower: (build, options, _parameters, [x]) =>
    build.op({ kind: 'softmax', axis: axisOf(build, options.axis, x), log: true }, [x]),
});
