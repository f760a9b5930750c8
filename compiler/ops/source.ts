import { InternalError } from '../errors.js';
import type { Recipe } from '../ir.js';
import { normal, truncatedNormal, uniform, varianceScale } from '../random.js';
import { volume, zerosOf } from '../tensor.js';
import type { Rule, Stream } from './rule.js';

export const constant: Rule<'constant'> = {
  infer: ({ tensor }) => [{ dtype: tensor.dtype, shape: tensor.shape }],
  evaluate: ({ tensor }) => tensor,
};

const variableOnly = (): never => {
  throw new InternalError('an initializer outside a variable');
};

/** One element of a random variable, by its index. */
function sampler(recipe: Recipe, { key, fanIn, fanOut, weightFanIn }: Stream): (index: number) => number {
  const { fround } = Math;
  switch (recipe.kind) {
    case 'constant':
      return () => recipe.value;
    case 'uniform': {
      const [low, high] = [fround(recipe.low), fround(recipe.high)];
      return (index) => uniform(key, index, low, high);
    }
    case 'normal': {
      const [mean, std] = [fround(recipe.mean), fround(recipe.std)];
      return (index) => normal(key, index, mean, std);
    }
    case 'truncatedNormal': {
      const [mean, std] = [fround(recipe.mean), fround(recipe.std)];
      const [low, high] = [fround(recipe.low), fround(recipe.high)];
      return (index) => truncatedNormal(key, index, mean, std, low, high);
    }
    case 'varianceScaling': {
      const fan = { fanIn, fanOut, fanAvg: (fanIn + fanOut) / 2, weightFanIn }[recipe.mode];
      const size = varianceScale(fround(recipe.scale), fan, recipe.distribution);
      if (recipe.distribution === 'uniform') return (index) => uniform(key, index, -size, size);
      if (recipe.distribution === 'untruncatedNormal') return (index) => normal(key, index, 0, size);
      const bound = fround(2 * size);
      return (index) => truncatedNormal(key, index, 0, size, -bound, bound);
    }
  }
  throw new InternalError(`no naive form of ${recipe.kind}`);
}

export const initializer: Rule<'initializer'> = {
  infer: variableOnly,
  evaluate({ recipe }, _inputs, shape, { stream }) {
    if (!stream) return variableOnly();
    const result = zerosOf(shape);
    const sample = sampler(recipe, stream);
    for (let index = 0; index < volume(shape); index++) result.data[index] = sample(index);
    return result;
  },
};
