/** What those initializers of TensorFlow.js mean that are not Keras's, @tensorflow/tfjs-layers/src/initializers.ts. */
import { scaling, type Seeded } from './scaling.js';
import type { Initializer } from '../values.js';

/** The standard deviation of N(0, 1) cut at ±2. TensorFlow.js does not divide by it. */
const CUT_DEVIATION = 0.87962566103423978;

const cutNormal = (scale: number, mode: 'fanIn' | 'fanOut' | 'fanAvg', options: Seeded): Initializer =>
  scaling(scale * CUT_DEVIATION ** 2, mode, 'truncatedNormal', options);

/** `normal`: N(0, scale / fan) cut at 2σ, which leaves 0.774 of the variance. `uniform`: U(±√(3 scale / fan)). */
export const varianceScaling = ({
  scale = 1,
  mode = 'fanIn',
  distribution = 'normal',
  ...rest
}: {
  readonly scale?: number;
  readonly mode?: 'fanIn' | 'fanOut' | 'fanAvg';
  readonly distribution?: 'normal' | 'uniform';
} & Seeded = {}): Initializer =>
  distribution === 'normal' ? cutNormal(scale, mode, rest) : scaling(scale, mode, 'uniform', rest);

/** N(0, 2 / (in + out)) cut at 2σ. */
export const glorotNormal = (options: Seeded = {}): Initializer => cutNormal(1, 'fanAvg', options);

/** N(0, 2 / in) cut at 2σ. */
export const heNormal = (options: Seeded = {}): Initializer => cutNormal(2, 'fanIn', options);

/** N(0, 1 / in) cut at 2σ. */
export const leCunNormal = (options: Seeded = {}): Initializer => cutNormal(1, 'fanIn', options);
