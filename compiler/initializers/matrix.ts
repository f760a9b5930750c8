import { integer, number, optional } from '../attributes.js';
import { defineInitializer } from './define.js';

const gain = () => optional(number(), 1);

/** `gain` on the main diagonal, 0 elsewhere; the matrix need not be square. */
export const identity = defineInitializer('identity', {
  options: { gain: gain() },
  aliases: ['Identity', 'IdentityInitializer'],
  main: 'gain',
  ranks: [2, 2],
  expand: ({ gain }) => ({ kind: 'identity', gain }),
});

/** Orthonormal rows or columns, whichever are fewer, times `gain` (Saxe et al. 2014); leading axes count as one. */
export const orthogonal = defineInitializer('orthogonal', {
  options: { gain: gain() },
  aliases: ['Orthogonal', 'OrthogonalInitializer', 'orthogonal_initializer'],
  main: 'gain',
  ranks: [2, Infinity],
  expand: ({ gain }) => ({ kind: 'orthogonal', gain }),
});

/** A convolution kernel, not more channels in than out, that is orthogonal in its central tap and 0 elsewhere (Xiao et al. 2018). */
export const deltaOrthogonal = defineInitializer('deltaOrthogonal', {
  options: { gain: gain() },
  main: 'gain',
  ranks: [3, 5],
  rngs: ['philox', 'jax'],
  expand: ({ gain }) => ({ kind: 'deltaOrthogonal', gain }),
});

/** PyTorch's: a convolution kernel that passes its channels on, within each of `groups` groups. */
export const dirac = defineInitializer('dirac', {
  options: { groups: optional(integer(), 1) },
  main: 'groups',
  ranks: [3, 5],
  expand: ({ groups }) => ({ kind: 'dirac', groups }),
});

/** PyTorch's: normal around 0, the share `sparsity` of each column's elements 0 (Martens 2010). */
export const sparse = defineInitializer('sparse', {
  options: { sparsity: number({ min: 0, max: 1 }), std: optional(number({ min: 0 }), 0.01) },
  ranks: [2, 2],
  rngs: ['philox'],
  expand: ({ sparsity, std }) => ({ kind: 'sparse', sparsity, std }),
});

/** Gluon's: bilinear upsampling, for the kernel of a transposed convolution. */
export const bilinear = defineInitializer('bilinear', {
  options: {},
  ranks: [4, 4],
  expand: () => ({ kind: 'bilinear' }),
});

/** Gluon's: 0 but for the second quarter, the forget gate's, which is `forgetBias`. */
export const lstmBias = defineInitializer('lstmBias', {
  options: { forgetBias: optional(number(), 1) },
  main: 'forgetBias',
  ranks: [1, 1],
  expand: ({ forgetBias }) => ({ kind: 'lstmBias', forgetBias }),
});
