import type { Draw } from './draw.js';

/** Activations that come up in layers. */
export const activations = [
  'linear',
  'relu',
  'sigmoid',
  'tanh',
  'gelu',
  'swish',
  'softmax',
  { kind: 'relu', alpha: 0.1, cap: 4 },
];

/** Attributes that are often left to their defaults. */
export const some = (draw: Draw, attributes: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined && draw.chance(0.6)));

/** A divisor, as often each. */
export const divisor = (draw: Draw, of: number): number =>
  draw.pick(Array.from({ length: of }, (_, i) => i + 1).filter((candidate) => of % candidate === 0));

export const dataFormat = (draw: Draw): string | undefined => (draw.chance(0.25) ? 'channelsFirst' : undefined);
