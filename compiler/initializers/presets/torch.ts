/** What the functions of torch.nn.init mean, torch/nn/init.py, and how torch.nn.modules fills its layers. */
import {
  constant as anyConstant,
  identity,
  normal as anyNormal,
  orthogonal as anyOrthogonal,
  truncatedNormal,
  uniform as anyUniform,
} from '../table.js';
import type { Initializer } from '../values.js';
import { scaling, seeded, type Seeded } from './scaling.js';

export { dirac, ones, sparse, zeros } from '../table.js';
export { identity as eye };

/** U[a, b). */
export const uniform = ({ a = 0, b = 1, ...rest }: { readonly a?: number; readonly b?: number } & Seeded = {}) =>
  anyUniform({ low: a, high: b, ...seeded(rest) });

/** N(mean, std²). */
export const normal = (options: { readonly mean?: number; readonly std?: number } & Seeded = {}): Initializer =>
  anyNormal({ mean: 0, std: 1, ...options });

export const constant = (value: number): Initializer => anyConstant(value);

/** N(mean, std²) cut at the values a and b. */
export const truncNormal = ({
  mean = 0,
  std = 1,
  a = -2,
  b = 2,
  ...rest
}: {
  readonly mean?: number;
  readonly std?: number;
  readonly a?: number;
  readonly b?: number;
} & Seeded = {}): Initializer => truncatedNormal({ mean, std, low: a, high: b, absolute: true, ...seeded(rest) });

/** Orthonormal rows or columns times `gain`. */
export const orthogonal = ({ gain = 1, ...rest }: { readonly gain?: number } & Seeded = {}): Initializer =>
  anyOrthogonal({ gain, ...seeded(rest) });

const gains = {
  linear: 1,
  conv1d: 1,
  conv2d: 1,
  conv3d: 1,
  convTranspose1d: 1,
  convTranspose2d: 1,
  convTranspose3d: 1,
  sigmoid: 1,
  tanh: 5 / 3,
  relu: Math.SQRT2,
  selu: 3 / 4,
} as const;

export type Nonlinearity =
  keyof typeof gains | 'leakyRelu' | 'conv_transpose1d' | 'conv_transpose2d' | 'conv_transpose3d' | 'leaky_relu';

/**
 * torch.nn.init.calculate_gain: by how much a layer's deviation is enlarged to make up for what follows.
 *
 * @param slope of leakyRelu below 0
 */
export function gain(nonlinearity: Nonlinearity, slope = 0.01): number {
  const word = nonlinearity.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  if (word === 'leakyRelu') return Math.sqrt(2 / (1 + slope ** 2));
  if (Object.hasOwn(gains, word)) return gains[word as keyof typeof gains];
  throw new TypeError(`torch.gain: unknown nonlinearity '${nonlinearity}'`);
}

type Gain = { readonly gain?: number } & Seeded;

/** U(±gain √(6 / (in + out))). */
export const xavierUniform = ({ gain = 1, ...rest }: Gain = {}): Initializer =>
  scaling(gain ** 2, 'fanAvg', 'uniform', rest);

/** N(0, gain² · 2 / (in + out)). */
export const xavierNormal = ({ gain = 1, ...rest }: Gain = {}): Initializer =>
  scaling(gain ** 2, 'fanAvg', 'untruncatedNormal', rest);

export interface KaimingOptions extends Seeded {
  /** The slope of leakyRelu below 0. */
  readonly a?: number;
  readonly mode?: 'fanIn' | 'fanOut' | 'fan_in' | 'fan_out';
  readonly nonlinearity?: Nonlinearity;
}

const kaiming = (
  { a = 0, mode = 'fanIn', nonlinearity = 'leakyRelu', ...rest }: KaimingOptions,
  distribution: 'uniform' | 'untruncatedNormal',
): Initializer => {
  const fan = mode === 'fan_in' ? 'fanIn' : mode === 'fan_out' ? 'fanOut' : mode;
  return scaling(gain(nonlinearity, a) ** 2, fan, distribution, rest);
};

/** U(±gain √(3 / fan)), with the gain of the nonlinearity. */
export const kaimingUniform = (options: KaimingOptions = {}): Initializer => kaiming(options, 'uniform');

/** N(0, gain² / fan), with the gain of the nonlinearity. */
export const kaimingNormal = (options: KaimingOptions = {}): Initializer => kaiming(options, 'untruncatedNormal');

/**
 * What torch.nn.Linear and its convolutions do where nothing is said: outputs first, weights kaimingUniform with a = √5,
 * biases U(±1 / √in) with the fan-in of the layer's weight.
 */
export const defaults = Object.freeze({
  layout: 'oi',
  rules: Object.freeze([['\\.bias$', scaling(1 / 3, 'weightFanIn', 'uniform')] as const]),
  initializer: scaling(1 / 3, 'fanIn', 'uniform'),
} as const);
