import { InternalError } from '../errors.js';
import { drawRecipe } from './recipe.js';
import type { Rule } from './rule.js';

export const constant: Rule<'constant'> = {
  infer: ({ tensor }) => [{ dtype: tensor.dtype, shape: tensor.shape }],
  evaluate: ({ tensor }) => tensor,
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
