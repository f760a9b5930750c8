/** What NeuPy's initializers mean, neupy/init.py of version 0.8. */
import { constant, normal as anyNormal, orthogonal as anyOrthogonal, uniform as anyUniform } from '../table.js';
import type { Initializer } from '../values.js';
import { scaling, seeded, type Seeded } from './scaling.js';

export { constant };

/** N(mean, std²). */
export const normal = (options: { readonly mean?: number; readonly std?: number } & Seeded = {}): Initializer =>
  anyNormal({ std: 0.01, ...options });

/** U[minval, maxval). */
export const uniform = ({
  minval = 0,
  maxval = 1,
  ...rest
}: { readonly minval?: number; readonly maxval?: number } & Seeded = {}): Initializer =>
  anyUniform({ low: minval, high: maxval, ...seeded(rest) });

/** Orthonormal rows or columns times `scale`. */
export const orthogonal = ({ scale = 1, ...rest }: { readonly scale?: number } & Seeded = {}): Initializer =>
  anyOrthogonal({ gain: scale, ...seeded(rest) });

/** `gain` multiplies the variance; NeuPy's advice for relu is 2. */
type Gain = { readonly gain?: number } & Seeded;

/** N(0, gain / in): with its default, half the variance of nacre's. */
export const heNormal = ({ gain = 1, ...rest }: Gain = {}): Initializer =>
  scaling(gain, 'fanIn', 'untruncatedNormal', rest);

/** U(±√(3 gain / in)): with its default, half the variance of nacre's. */
export const heUniform = ({ gain = 1, ...rest }: Gain = {}): Initializer => scaling(gain, 'fanIn', 'uniform', rest);

/** N(0, gain / (in + out)): with its default, half the variance of Glorot's. */
export const xavierNormal = ({ gain = 1, ...rest }: Gain = {}): Initializer =>
  scaling(gain / 2, 'fanAvg', 'untruncatedNormal', rest);

/** U(±√(3 gain / (in + out))): with its default, half the variance of Glorot's. */
export const xavierUniform = ({ gain = 1, ...rest }: Gain = {}): Initializer =>
  scaling(gain / 2, 'fanAvg', 'uniform', rest);
