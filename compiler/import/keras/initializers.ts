import type { ParameterSource } from '../../declaration/types.js';
import { show } from '../../show.js';
import { camelCase, isFields, own, snakeCase, Unsupported, type Config, type Fields } from './config.js';

type Convert = (config: Fields) => ParameterSource;

const numberOf = (config: Fields, name: string, fallback: number): number => {
  const value = own(config, name) ?? fallback;
  if (typeof value === 'number') return value;
  throw new Unsupported(`its initializer's ${name} must be a number, got ${show(value)}`);
};

const modes: Readonly<Record<string, string>> = { fan_in: 'fanIn', fan_out: 'fanOut', fan_avg: 'fanAvg' };
const distributions: Readonly<Record<string, string>> = {
  normal: 'truncatedNormal',
  truncated_normal: 'truncatedNormal',
  untruncated_normal: 'untruncatedNormal',
  uniform: 'uniform',
};

const wordOf = (words: Readonly<Record<string, string>>, word: unknown): string | undefined =>
  typeof word === 'string' && Object.hasOwn(words, word) ? words[word] : undefined;

const simple =
  (kind: string): Convert =>
  () => ({ kind });
const withGain =
  (kind: string): Convert =>
  (config) => ({ kind, gain: numberOf(config, 'gain', 1) });

/** Initializers by their name in camel case. Their seeds are Keras's own and say nothing here. */
const initializers: Readonly<Record<string, Convert>> = {
  zeros: simple('zeros'),
  ones: simple('ones'),
  constant: (config) => ({ kind: 'constant', value: numberOf(config, 'value', 0) }),
  randomUniform: (config) => ({
    kind: 'uniform',
    min: numberOf(config, 'minval', -0.05),
    max: numberOf(config, 'maxval', 0.05),
  }),
  randomNormal: (config) => normal('normal', config),
  truncatedNormal: (config) => normal('truncatedNormal', config),
  varianceScaling: (config) => {
    const [mode, distribution] = [own(config, 'mode') ?? 'fan_in', own(config, 'distribution') ?? 'truncated_normal'];
    const found = { mode: wordOf(modes, mode), distribution: wordOf(distributions, distribution) };
    if (found.mode === undefined || found.distribution === undefined) {
      throw new Unsupported(`its initializer scales variance by ${show(mode)}, ${show(distribution)}`);
    }
    return { kind: 'varianceScaling', scale: numberOf(config, 'scale', 1), ...found };
  },
  orthogonal: withGain('orthogonal'),
  orthogonalInitializer: withGain('orthogonal'),
  identity: withGain('identity'),
  identityInitializer: withGain('identity'),
  glorotUniform: simple('glorotUniform'),
  glorotNormal: simple('glorotNormal'),
  heUniform: simple('heUniform'),
  heNormal: simple('heNormal'),
  lecunUniform: simple('lecunUniform'),
  lecunNormal: simple('lecunNormal'),
  leCunUniform: simple('lecunUniform'),
  leCunNormal: simple('lecunNormal'),
};

const normal = (kind: string, config: Fields): ParameterSource => ({
  kind,
  mean: numberOf(config, 'mean', 0),
  std: numberOf(config, 'stddev', 0.05),
});

/**
 * What fills a weight of a layer that has no values: `kernel` is filled by `kernel_initializer`. Undefined where the
 * configuration does not say.
 */
export function initializerOf(config: Config, weight: string): ParameterSource | undefined {
  const leaf = weight.slice(weight.lastIndexOf('/') + 1);
  const stem = leaf === 'kernel' ? leaf : leaf.replace(/_kernel$/, '');
  const given = config.get(`${stem}_initializer`) ?? config.get(`${leaf}_initializer`);
  if (given === undefined) return undefined;
  const [name, options] = isFields(given) ? [own(given, 'class_name'), own(given, 'config') ?? {}] : [given, {}];
  const key = typeof name === 'string' ? camelCase(name[0]?.toUpperCase() === name[0] ? snakeCase(name) : name) : '';
  const convert = Object.hasOwn(initializers, key) ? initializers[key] : undefined;
  if (!convert || !isFields(options)) throw new Unsupported(`its initializer ${show(name)} is not read`);
  if (leaf === 'bias' && config.get('unit_forget_bias') === true && key === 'zeros') return { kind: 'lstmBias' };
  return convert(options);
}
