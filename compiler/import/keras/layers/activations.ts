import { activationOf } from '../activations.js';
import { Unsupported } from '../config.js';
import type { Classes } from '../define.js';
import { only, optional, requireField, single } from './common.js';

export const activations: Classes = {
  Activation: single('activation', (layer) => ({
    activation: activationOf(layer.config.get('activation'), layer.version),
  })),
  ELU: single('elu', (layer) => ({ alpha: layer.config.number('alpha', 1) })),
  /** Keras 2 calls it alpha. */
  LeakyReLU: single('leakyRelu', (layer) => ({
    alpha: layer.config.number(layer.config.has('negative_slope') ? 'negative_slope' : 'alpha', 0.3),
  })),
  PReLU(layer, inputs) {
    const x = only(inputs);
    const sharedAxes = layer.config.integers('shared_axes', []);
    if (x.rank === undefined) throw new Unsupported('the number of axes of its input is not known');
    const shape = Array.from({ length: Math.max(0, x.rank - 1) }, (_, at) => (sharedAxes.includes(at + 1) ? 1 : null));
    const [alpha] = layer.weights(['alpha', shape]);
    return layer.add('prelu', { sharedAxes, alpha }, [x]);
  },
  ReLU: single('relu', (layer) => {
    requireField(layer, 'threshold', 0);
    return optional(layer, { max_value: 'cap', negative_slope: 'alpha' });
  }),
  Softmax: single('softmax', (layer) => {
    const axis = layer.config.get('axis') ?? -1;
    return { axis: Array.isArray(axis) && axis.length === 1 ? (axis[0] as unknown) : axis };
  }),
  ThresholdedReLU: single('thresholdedRelu', (layer) => ({ theta: layer.config.number('theta', 1) })),
};
