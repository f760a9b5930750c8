import { InternalError } from '../errors.js';
import { decode } from '../stored.js';
import { drawRecipe } from './recipe.js';
import type { Rule } from './rule.js';

export const constant: Rule<'constant'> = {
  infer: ({ tensor }) => [{ dtype: tensor.dtype, shape: tensor.shape }],
  evaluate: ({ tensor }) => tensor,
};

export const stored: Rule<'stored'> = {
  infer: ({ values }) => [{ dtype: 'float32', shape: values.shape }],
  evaluate: ({ values }, _inputs, shape) => ({ dtype: 'float32', shape, data: decode(values) }),
};

const variableOnly = (): never => {
  throw new InternalError('an initializer outside a variable');
};

export const initializer: Rule<'initializer'> = {
  infer: variableOnly,
  evaluate({ recipe, seed }, _inputs, shape, { stream }) {
    if (!stream) return variableOnly();
    return { dtype: 'float32', shape, data: drawRecipe(recipe, seed, shape, stream) };
  },
};
