import { bits, normal, truncatedNormal, uniform } from '../../compiler/random.js';
import { kernels, type RandomKernels } from './kernels.js';

export type Draw = readonly [distribution: 'bits' | 'uniform' | 'normal' | 'truncatedNormal', ...numbers: number[]];

/** The word of element `index` by the mirror: the bits of its float, or the word itself. */
export function expected([distribution, ...given]: Draw, key: bigint, index: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = distribution === 'bits' ? given : given.map(Math.fround);
  if (distribution === 'bits') return bits(key, index, a, b);
  const value = new Float32Array(1);
  if (distribution === 'uniform') value[0] = uniform(key, index, a, b);
  else if (distribution === 'normal') value[0] = normal(key, index, a, b);
  else value[0] = truncatedNormal(key, index, a, b, c, d);
  return new Uint32Array(value.buffer)[0]!;
}

/** Fills `count` elements from `first` on by the kernel. */
export function draw(
  [distribution, a = 0, b = 0, c = 0, d = 0]: Draw,
  key: bigint,
  first: number,
  target: number,
  count: number,
  library: RandomKernels = kernels,
): void {
  const index = BigInt(first);
  if (distribution === 'bits') library.fillBits(target, count, index, key, a, b);
  else if (distribution === 'uniform') library.fillUniform(target, count, index, key, a, b);
  else if (distribution === 'normal') library.fillNormal(target, count, index, key, a, b);
  else library.fillTruncatedNormal(target, count, index, key, a, b, c, d);
}
