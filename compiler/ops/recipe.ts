import { InternalError } from '../errors.js';
import { describeShape, type Fact } from '../facts.js';
import type { Recipe } from '../ir.js';
import { deriveKey, normal, truncatedNormal, uniform, varianceScale } from '../random.js';
import { jaxBits, jaxNormal, jaxTruncatedNormal, jaxUniform } from '../streams/jax.js';
import { deltaOrthogonal, jaxOrthogonal, orthogonal, torchOrthogonal } from '../streams/orthogonal.js';
import { bilinear, dirac, identity, lstmBias } from '../streams/patterns.js';
import { sparse } from '../streams/sparse.js';
import { TorchGenerator } from '../streams/torch.js';
import { volume } from '../tensor.js';
import type { Stream } from './rule.js';

type Elementwise = Extract<Recipe, { readonly kind: 'uniform' | 'normal' | 'truncatedNormal' }>;
type Facts = Readonly<Record<Fact, number>>;

/** What one generator draws for a variable. */
interface Generator {
  /** @param factor of variance scaling, where it is applied to each element */
  elements(count: number, recipe: Elementwise, factor: number): Float32Array;
  orthogonal(rows: number, columns: number, gain: number): Float32Array;
  /** The bound or standard deviation of variance scaling. */
  scale(scale: number, fan: number, distribution: 'uniform' | 'truncatedNormal' | 'untruncatedNormal'): number;
  /** Whether a uniform distribution is drawn on [−1, 1) and multiplied. */
  readonly scalesUnit: boolean;
}

const { fround } = Math;

const each = (count: number, sample: (index: number) => number): Float32Array =>
  Float32Array.from({ length: count }, (_, index) => sample(index));

const philox = (key: bigint): Generator => ({
  elements(count, recipe) {
    if (recipe.kind === 'uniform') {
      const [low, high] = [fround(recipe.low), fround(recipe.high)];
      return each(count, (index) => uniform(key, index, low, high));
    }
    const [mean, std] = [fround(recipe.mean), fround(recipe.std)];
    if (recipe.kind === 'normal') return each(count, (index) => normal(key, index, mean, std));
    const [low, high] = [fround(recipe.low), fround(recipe.high)];
    return each(count, (index) => truncatedNormal(key, index, mean, std, low, high));
  },
  orthogonal: (rows, columns, gain) => orthogonal(key, rows, columns, gain),
  scale: (scale, fan, distribution) => varianceScale(fround(scale), fan, distribution),
  scalesUnit: false,
});

const jax = (seed: bigint): Generator => ({
  elements(count, recipe, factor) {
    const words = (draw: (word: number) => number): Float32Array => each(count, (index) => draw(jaxBits(seed, index)));
    if (recipe.kind === 'uniform') {
      const [low, high] = [fround(recipe.low), fround(recipe.high)];
      return words((word) => fround(jaxUniform(word, low, high) * factor));
    }
    const [mean, std] = [fround(recipe.mean), fround(recipe.std)];
    const scaled = (z: number): number => fround(mean + fround(std * z));
    if (recipe.kind === 'normal') return words((word) => scaled(jaxNormal(word)));
    const bound = (x: number): number => fround((x - recipe.mean) / recipe.std);
    const [low, high] = [bound(recipe.low), bound(recipe.high)];
    return words((word) => scaled(jaxTruncatedNormal(word, low, high)));
  },
  orthogonal: (rows, columns, gain) => jaxOrthogonal(seed, rows, columns, gain),
  scale(scale, fan, distribution) {
    const variance = fround(fround(scale) / fan);
    if (distribution === 'uniform') return fround(Math.sqrt(fround(3 * variance)));
    const std = fround(Math.sqrt(variance));
    return distribution === 'truncatedNormal' ? fround(std / fround(0.87962566103423978)) : std;
  },
  scalesUnit: true,
});

const torch = (generator: TorchGenerator): Generator => ({
  elements(count, recipe) {
    if (recipe.kind === 'uniform') return generator.uniform(count, fround(recipe.low), fround(recipe.high));
    if (recipe.kind === 'normal') return generator.normal(count, recipe.mean, recipe.std);
    return generator.truncatedNormal(count, recipe.mean, recipe.std, recipe.low, recipe.high);
  },
  orthogonal: (rows, columns, gain) => torchOrthogonal(generator, rows, columns, gain),
  scale: varianceScale,
  scalesUnit: false,
});

function generatorOf({ rng, seed, hash, generator }: Stream, own: bigint | undefined): Generator {
  if (rng === 'torch') return torch(own === undefined ? generator! : new TorchGenerator(own));
  if (rng === 'jax' && own !== undefined) return jax(own);
  const key = deriveKey(own ?? seed, hash);
  return rng === 'jax' ? jax(key) : philox(key);
}

/** The values that a recipe gives a variable, the naive way. */
export function drawRecipe(
  recipe: Recipe,
  own: bigint | undefined,
  shape: readonly number[],
  stream: Stream,
): Float32Array {
  const count = volume(shape);
  const facts = describeShape(shape, stream.layout) as Facts;
  const { rows, columns, centre, strideInput, strideOutput, strideRow, strideColumn } = facts;
  const generator = generatorOf(stream, own);
  switch (recipe.kind) {
    case 'constant':
      return new Float32Array(count).fill(recipe.value);
    case 'uniform':
    case 'normal':
    case 'truncatedNormal':
      return generator.elements(count, recipe, 1);
    case 'varianceScaling': {
      const { fanIn, fanOut, weightFanIn } = stream;
      const fan = { fanIn, fanOut, fanAvg: (fanIn + fanOut) / 2, weightFanIn }[recipe.mode];
      const size = generator.scale(recipe.scale, fan, recipe.distribution);
      if (recipe.distribution === 'untruncatedNormal') {
        return generator.elements(count, { kind: 'normal', mean: 0, std: size }, 1);
      }
      if (recipe.distribution === 'truncatedNormal') {
        const bounds = { low: -2 * size, high: 2 * size };
        return generator.elements(count, { kind: 'truncatedNormal', mean: 0, std: size, ...bounds }, 1);
      }
      const [bound, factor] = generator.scalesUnit ? [1, size] : [size, 1];
      return generator.elements(count, { kind: 'uniform', low: -bound, high: bound }, factor);
    }
    case 'orthogonal':
      return generator.orthogonal(rows, columns, recipe.gain);
    case 'deltaOrthogonal': {
      const matrix = generator.orthogonal(facts.tapRows, facts.tapColumns, recipe.gain);
      return deltaOrthogonal(matrix, facts.tapColumns, { count, centre: facts.middle, strideRow, strideColumn });
    }
    case 'sparse':
      return sparse(deriveKey(own ?? stream.seed, stream.hash), rows, columns, recipe.sparsity, fround(recipe.std));
    case 'identity':
      return identity(rows, columns, recipe.gain);
    case 'dirac':
      return dirac({ count, centre, strideInput, strideOutput }, facts.inputs, facts.outputs, recipe.groups);
    case 'bilinear':
      return bilinear(count, facts.height, facts.width, facts.strideTap);
    case 'lstmBias':
      return lstmBias(count, recipe.forgetBias);
    case 'custom':
    case 'host':
      throw new InternalError(`no naive form of ${recipe.kind} initializers`);
  }
}
