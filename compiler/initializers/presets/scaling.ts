import type { Seed } from '../define.js';
import type { Initializer } from '../values.js';

type Scaling = Extract<Initializer, { readonly kind: 'varianceScaling' }>;

/** Options that a preset passes on as they are. */
export interface Seeded {
  readonly seed?: Seed;
}

/** Only what was given. */
export const seeded = ({ seed }: Seeded): Seeded => (seed === undefined ? {} : { seed });

/** Variance `scale` / fan. */
export const scaling = (
  scale: number,
  mode: NonNullable<Scaling['mode']>,
  distribution: NonNullable<Scaling['distribution']>,
  options: Seeded = {},
): Initializer => Object.freeze({ kind: 'varianceScaling', scale, mode, distribution, ...seeded(options) });
