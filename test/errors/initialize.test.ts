import { glorotUniform, truncatedNormal } from '../../compiler/initializers/index.js';
import { instantiateSync, type Model } from '../../runtime/index.js';
import { testRow, type Row } from './row.js';

type Loose = Model & { initialize(options: unknown): unknown };
type Initialization = Row<Loose>;

const initialize = (
  title: string,
  options: unknown,
  message: string,
  row: Partial<Initialization> = {},
): Initialization => ({
  title,
  model: 'dense',
  fresh: true,
  action: (net) => net.initialize(options),
  class: 'InputError',
  message: `initialize: ${message}`,
  ...row,
});

const missing = (kind: string, has: string): string =>
  `the module does not carry '${kind}' (it carries ${has}); compile with initializers: ['${kind}']`;
const seeds = "seed must be a whole number from 0 to 2^64 - 1 or 'random', got";
const refused = { class: 'VariableError' } as const;

const initializations: readonly Initialization[] = [
  initialize('16: a kind not carried', { initializer: 'normal' }, missing('normal', 'glorotUniform, zeros'), {
    ...refused,
    model: 'open',
    details: { code: 'initializer' },
  }),
  initialize(
    '16: another family',
    { initializer: truncatedNormal() },
    missing('truncatedNormal', 'glorotUniform, ones'),
    refused,
  ),
  initialize('16: a scaled kind', { initializer: 'he_normal' }, missing('heNormal', 'glorotUniform, ones'), refused),
  initialize('16: a module of values', { initializer: glorotUniform() }, missing('glorotUniform', 'none'), {
    ...refused,
    model: 'embedded',
  }),
  initialize(
    'a seed for a module of values',
    { seed: 3 },
    "the module carries values, not recipes; compile with weights: 'seed'",
    {
      ...refused,
      model: 'embedded',
      details: { code: 'values' },
    },
  ),
  initialize('a negative seed', { seed: -1 }, `${seeds} -1`, { details: { code: 'option' } }),
  initialize('half a seed', { seed: 0.5 }, `${seeds} 0.5`),
  initialize('a seed beyond 2^53', { seed: 2 ** 53 }, `${seeds} 9007199254740992`),
  initialize('a seed beyond 2^64', { seed: 1n << 64n }, `${seeds} 18446744073709551616`),
  initialize('a seed that is no number', { seed: NaN }, `${seeds} NaN`),
  initialize('a seed in words', { seed: 'ranodm' }, `${seeds} 'ranodm'`),
  initialize('no seed', { seed: null }, `${seeds} null`),
  initialize('an unknown option', { forced: true }, "unknown option 'forced'; it takes seed, force, only, initializer"),
  initialize('an unknown layer', { only: 'hiden' }, "only 'hiden' names no variable or layer", refused),
  initialize('part of a layer name', { only: 'hidde' }, "only 'hidde' names no variable or layer", refused),
  initialize('a pattern of nothing', { only: /^x/ }, "only '/^x/' names no variable or layer", refused),
  initialize('one unknown name of two', { only: ['hidden', 'b'] }, "only 'b' names no variable or layer", refused),
  initialize('a number for a layer', { only: 3 }, "only '3' names no variable or layer", refused),
  initialize(
    'an unknown kind',
    { initializer: 'glorot_unifrom' },
    "unknown initializer 'glorot_unifrom'; did you mean 'glorotUniform'?",
  ),
  initialize('no kind', { initializer: {} }, 'unknown initializer Object'),
  initialize('null', { initializer: null }, 'unknown initializer null'),
  initialize('a function of a number', { initializer: () => 0 }, '', {
    message: 'hidden.weight: its initializer must return a Float32Array of 30 values, got 0',
    details: { code: 'function' },
  }),
  initialize('a kind for its object', { initializer: { kind: 7 } }, 'unknown initializer 7'),
  initialize(
    'an unknown option of a kind',
    { initializer: { kind: 'uniform', sigma: 1 } },
    "unknown option 'sigma' of uniform; it takes seed, low, high",
  ),
  initialize(
    'an option of a kind without any',
    { initializer: { kind: 'glorotUniform', scale: 2 } },
    "unknown option 'scale' of glorotUniform; it takes seed",
  ),
  initialize(
    'limits that cross',
    { initializer: { kind: 'uniform', low: 2, high: 1 } },
    'low must not be above high, got 2 and 1',
  ),
  initialize(
    'an infinite limit',
    { initializer: { kind: 'uniform', high: Infinity } },
    'high must be a number, got Infinity',
  ),
  initialize('a limit in words', { initializer: { kind: 'uniform', high: '1' } }, "high must be a number, got '1'"),
  initialize('NaN everywhere', { initializer: NaN }, 'value must be a number, got NaN'),
  initialize('a negative deviation', { initializer: { kind: 'normal', std: -1 } }, 'std must be positive, got -1'),
  initialize(
    'no deviation to cut',
    { initializer: { kind: 'truncatedNormal', std: 0 } },
    'std must be positive, got 0',
  ),
  initialize('a scale of 0', { initializer: { kind: 'varianceScaling', scale: 0 } }, 'scale must be positive, got 0'),
  initialize(
    'an unknown mode',
    { initializer: { kind: 'varianceScaling', mode: 'fan_in' } },
    "mode must be one of fanIn, fanOut, fanAvg, weightFanIn, got 'fan_in'",
  ),
  initialize(
    'an unknown distribution',
    { initializer: { kind: 'varianceScaling', distribution: 'normal' } },
    "distribution must be one of truncatedNormal, uniform, untruncatedNormal, got 'normal'",
  ),
  initialize('a seed of a kind', { initializer: { kind: 'uniform', seed: -5 } }, `${seeds} -5`),
];

for (const row of initializations) {
  testRow(row, 'initialize', (bytes) => instantiateSync(bytes, { onWarning: () => undefined }) as Loose);
}
