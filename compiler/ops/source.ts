import { InternalError } from '../errors.js';
import type { Distribution } from '../ir.js';
import { normal, truncatedNormal, uniform, varianceScale } from '../random.js';
import { volume, zerosOf } from '../tensor.js';
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

/** One element of a distribution, by its index. */
function sampler(distribution: Distribution, fanIn: number, fanOut: number, key: bigint): (index: number) => number {
  const { fround } = Math;
  switch (distribution.kind) {
    case 'uniform': {
      const [low, high] = [fround(distribution.low), fround(distribution.high)];
      return (index) => uniform(key, index, low, high);
    }
    case 'normal': {
      const [mean, std] = [fround(distribution.mean), fround(distribution.std)];
      return (index) => normal(key, index, mean, std);
    }
    case 'truncatedNormal': {
      const [mean, std] = [fround(distribution.mean), fround(distribution.std)];
      const [low, high] = [fround(distribution.low), fround(distribution.high)];
      return (index) => truncatedNormal(key, index, mean, std, low, high);
    }
    case 'varianceScaling': {
      const fan = { fanIn, fanOut, fanAvg: (fanIn + fanOut) / 2 }[distribution.mode];
      const size = varianceScale(fround(distribution.scale), fan, distribution.distribution);
      if (distribution.distribution === 'uniform') return (index) => uniform(key, index, -size, size);
      if (distribution.distribution === 'untruncatedNormal') return (index) => normal(key, index, 0, size);
      const bound = fround(2 * size);
      return (index) => truncatedNormal(key, index, 0, size, -bound, bound);
    }
  }
}

export const random: Rule<'random'> = {
  infer: variableOnly,
  evaluate({ distribution }, _inputs, shape, { stream }) {
    if (!stream) return variableOnly();
    const result = zerosOf(shape);
    const sample = sampler(distribution, stream.fanIn, stream.fanOut, stream.key);
    for (let index = 0; index < volume(shape); index++) result.data[index] = sample(index);
    return result;
  },
};
