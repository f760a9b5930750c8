import { glorotUniform, truncatedNormal } from '../../compiler/initializers/index.js';
import { instantiateSync, type Model } from '../../runtime/index.js';
import { testRow, type Row } from './row.js';

type Loose = Model & { initialize(options: unknown): unknown };
type Variables = Row<Loose>;

const floats = (count: number): Float32Array => new Float32Array(count);

const names: readonly Variables[] = [
  {
    title: 'an unknown variable that is nearly one',
    model: 'open',
    action: (net) => net.variables.get('dense_9.weight'),
    class: 'VariableError',
    message: "dense_9.weight: no such variable; did you mean 'dense_1.weight'?",
    details: { code: 'unknown' },
  },
  {
    title: 'an unknown variable that is like no other',
    model: 'open',
    action: (net) => {
      net.variables.set('attention', floats(1));
    },
    class: 'VariableError',
    message: 'attention: no such variable',
  },
  {
    title: 'an unknown variable to update',
    model: 'open',
    action: (net) => {
      net.variables.update('dense_1.wieght', () => undefined);
    },
    class: 'VariableError',
    message: "dense_1.wieght: no such variable; did you mean 'dense_1.weight'?",
  },
  {
    title: 'a number for a name',
    model: 'dense',
    action: (net) => net.variables.get(0 as never),
    class: 'VariableError',
    message: '0: no such variable',
  },
];

const states: readonly Variables[] = [
  {
    title: '14: a shape that waits',
    model: 'open',
    fresh: true,
    action: (net) => net.variables.get('dense_1.weight'),
    class: 'VariableError',
    message:
      'dense_1.weight: not initialized; its shape (?, 256) waits for axis 1 of input x; ' +
      'run forward, call resize, or give inputUnits',
    details: { code: 'deferred', waitsFor: 'axis 1 of input x' },
  },
  {
    title: '14: a shape that waits for channels',
    model: 'sequence',
    fresh: true,
    action: (net) => {
      net.variables.update('conv1d_1.weight', () => undefined);
    },
    class: 'VariableError',
    message:
      'conv1d_1.weight: not initialized; its shape (5, ?, 4) waits for axis 2 of input x; ' +
      'run forward, call resize, or give inputChannels',
  },
  {
    title: '14: a shape that waits, after initialize',
    model: 'open',
    fresh: true,
    action: (net) => {
      net.initialize();
      net.variables.get('dense_1.weight');
    },
    class: 'VariableError',
    message:
      'dense_1.weight: not initialized; its shape (?, 256) waits for axis 1 of input x; ' +
      'run forward, call resize, or give inputUnits',
  },
  {
    title: '15: not initialized',
    model: 'dense',
    fresh: true,
    action: (net) => net.variables.get('hidden.weight'),
    class: 'VariableError',
    message: 'hidden.weight: not initialized; call initialize() or run forward first',
    details: { code: 'uninitialized', waitsFor: undefined },
  },
  {
    title: '15: not initialized after resize',
    model: 'open',
    fresh: true,
    action: (net) => {
      net.resize({ x: [2, 20] });
      net.variables.get('dense_1.weight');
    },
    class: 'VariableError',
    message: 'dense_1.weight: not initialized; call initialize() or run forward first',
  },
  {
    title: '15: a known shape while another size is open',
    model: 'open',
    fresh: true,
    action: (net) => net.variables.get('dense_1.bias'),
    class: 'VariableError',
    message: 'dense_1.bias: not initialized; the model waits for axis 1 of input x; run forward or call resize',
    details: { waitsFor: 'axis 1 of input x' },
  },
  {
    title: 'set before its shape is known',
    model: 'open',
    fresh: true,
    action: (net) => {
      net.variables.set('dense_1.weight', floats(5120));
    },
    class: 'VariableError',
    message:
      'dense_1.weight: its shape (?, 256) waits for axis 1 of input x; run forward, call resize, or give inputUnits',
  },
  {
    title: 'set before there is memory',
    model: 'open',
    fresh: true,
    action: (net) => {
      net.variables.set('dense_1.bias', floats(256));
    },
    class: 'VariableError',
    message: 'dense_1.bias: the model waits for axis 1 of input x; run forward or call resize',
  },
];

const values: readonly Variables[] = (
  [
    ['a shape', { data: floats(30), shape: [3, 10] }, 'ShapeError', 'expects shape (10, 3), got (3, 10)'],
    ['a rank', { data: floats(30), shape: [30] }, 'ShapeError', 'expects (10, 3), got (30)'],
    ['a nested list of another shape', [[1, 2, 3]], 'ShapeError', 'expects shape (10, 3), got (1, 3)'],
    ['a count', floats(29), 'InputError', '29 values do not fill (10, 3)'],
    ['a count besides its shape', { data: floats(29), shape: [10, 3] }, 'InputError', '29 values do not fill (10, 3)'],
    ['a dtype', new Float64Array(30), 'InputError', 'expects a list or Float32Array, got Float64Array'],
    ['a ragged list', [[1, 2, 3], [1]], 'InputError', 'rows of the list differ in length'],
    ['a text', 'zeros', 'ShapeError', "expects (10, 3), got 'zeros'"],
    ['nothing', undefined, 'ShapeError', 'expects (10, 3), got undefined'],
  ] as const
).flatMap(([title, value, type, what]): Variables[] => {
  const row = { model: 'dense', class: type, message: `hidden.weight: ${what}` } as const;
  const set: Variables = {
    ...row,
    title: `set: ${title}`,
    action: (net) => {
      net.variables.set('hidden.weight', value as never);
    },
  };
  const update: Variables = {
    ...row,
    title: `update: ${title}`,
    action: (net) => {
      net.variables.update('hidden.weight', (data) => {
        data.fill(7);
        return value as never;
      });
    },
  };
  return value === undefined ? [set] : [set, update];
});

const updates: readonly Variables[] = (
  [
    ['an index beyond its axis', [0, 3], '(0, 3)'],
    ['an index below its axis', [-1, 0], '(-1, 0)'],
    ['too few indices', [5], '(5)'],
    ['half an index', [0.5, 0], '(0.5, 0)'],
  ] as const
).map(([title, at, shown]) => ({
  title: `update: ${title}`,
  model: 'dense',
  action: (net) => {
    net.variables.update('hidden.weight', (data, { index }) => {
      data[index(...at)] = 42;
    });
  },
  class: 'InputError',
  message: `hidden.weight: index ${shown} is outside (10, 3)`,
}));

const initialize = (title: string, options: unknown, message: string, row: Partial<Variables> = {}): Variables => ({
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

const initializations: readonly Variables[] = [
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
  initialize('a function', { initializer: () => 0 }, 'unknown initializer Function'),
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
    "mode must be one of fanIn, fanOut, fanAvg, got 'fan_in'",
  ),
  initialize(
    'an unknown distribution',
    { initializer: { kind: 'varianceScaling', distribution: 'normal' } },
    "distribution must be one of truncatedNormal, uniform, untruncatedNormal, got 'normal'",
  ),
  initialize('a seed of a kind', { initializer: { kind: 'uniform', seed: -5 } }, `${seeds} -5`),
];

for (const row of [...names, ...states, ...values, ...updates, ...initializations]) {
  testRow(row, 'variables', (bytes) => instantiateSync(bytes, { onWarning: () => undefined }) as Loose);
}
