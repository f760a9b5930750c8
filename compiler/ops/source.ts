import { InternalError } from '../errors.js';
import { zerosOf } from '../tensor.js';
import type { Rule } from './rule.js';

export const constant: Rule<'constant'> = {
  infer: ({ tensor }) => [{ dtype: tensor.dtype, shape: tensor.shape }],
  evaluate: ({ tensor }) => tensor,
};

const variableOnly = (): never => {
  throw new InternalError('an initializer outside a variable');
};

export const fill: Rule<'fill'> = {
  infer: variableOnly,
  evaluate({ value }, _inputs, shape) {
    const result = zerosOf(shape);
    result.data.fill(value);
    return result;
  },
};

export const random: Rule<'random'> = {
  infer: variableOnly,
  evaluate: variableOnly,
};
