/** What the initializers of MXNet Gluon mean, python/mxnet/initializer.py. */
import { normal as anyNormal, ones, orthogonal as anyOrthogonal, uniform as anyUniform, zeros } from '../table.js';
import type { Initializer } from '../values.js';
import { seeded, type Seeded } from './scaling.js';

export { bilinear, constant, lstmBias, msraPrelu, xavier } from '../table.js';
export { zeros as zero, ones as one };

/** U(−scale, scale); `scale` may be given alone. */
export function uniform(options: number | ({ readonly scale?: number } & Seeded) = {}): Initializer {
  const { scale = 0.07, ...rest } = typeof options === 'number' ? { scale: options } : options;
  return anyUniform({ low: -scale, high: scale, ...seeded(rest) });
}

/** N(0, sigma²); `sigma` may be given alone. */
export function normal(options: number | ({ readonly sigma?: number } & Seeded) = {}): Initializer {
  const { sigma = 0.01, ...rest } = typeof options === 'number' ? { sigma: options } : options;
  return anyNormal({ mean: 0, std: sigma, ...seeded(rest) });
}

/**
 * Orthonormal rows or columns times `scale`. Gluon takes them from the singular vectors of a matrix of `randType`, of
 * which 'normal' makes all directions alike likely; here they are so for 'uniform' too.
 */
export const orthogonal = ({
  scale = 1.414,
  ...rest
}: { readonly scale?: number; readonly randType?: 'uniform' | 'normal' } & Seeded = {}): Initializer =>
  anyOrthogonal({ gain: scale, ...seeded(rest) });

/** What Gluon does where nothing is said: weights U(±0.07), outputs first. Biases, gammas and betas are nacre's. */
export const defaults = Object.freeze({ layout: 'oi', initializer: uniform() } as const);
