import { type Faults, type Fields, graphWith, hidden } from './sources.js';

const gamma = {
  name: 'gamma',
  options: { alpha: 0.01, beta: 2 },
  source: 'export function sample(): f32 { return 0; }',
};
const host = { name: 'my_init', host: true };
const entries = (...list: readonly unknown[]): Fields => graphWith({ initializers: list });
const used = (weight: unknown, fields: Fields = {}): Fields => ({
  ...hidden({ weight }),
  initializers: [gamma, host],
  ...fields,
});
const at = (key = ''): string => `/layers/0/weight${key}`;

export const initializerFaults: Faults = {
  'initializers of a declaration’s own': [
    [entries(3), ['/initializers/0', 'initializers[0]: an initializer must be an object, got 3']],
    [graphWith({ initializers: {} }), ['/initializers', 'declaration: initializers must be a list, got {}']],
    [entries({ host: true }), ['/initializers/0', `initializers[0]: needs 'name'`]],
    ...['a-b', '1a', 'a.b', ''].map(
      (name) =>
        [
          entries({ name, host: true }),
          [
            '/initializers/0/name',
            `initializers[0]: name must be of letters, digits and '_', no digit first, got '${name}'`,
          ],
        ] as const,
    ),
    ...['normal', 'random_uniform', 'GlorotUniform', 'mixed', 'load'].map(
      (name) =>
        [
          entries({ name, host: true }),
          ['/initializers/0/name', `initializers[0]: the name '${name}' is taken by nacre's own initializer`],
        ] as const,
    ),
    [
      entries(gamma, { ...host, name: 'gamma' }),
      ['/initializers/1/name', `initializers[1]: the name 'gamma' is taken by initializers[0]`],
    ],
    [
      entries({ ...gamma, sorce: 1 }),
      ['/initializers/0/sorce', `gamma: unknown field 'sorce'; did you mean 'source'?`],
    ],
    [entries({ name: 'g' }), ['/initializers/0', `g: needs 'source', AssemblyScript, or host: true`]],
    [
      entries({ ...gamma, source: ' ' }),
      ['/initializers/0/source', `gamma: source must be a text that is not empty, got ' '`],
    ],
    [entries({ name: 'g', host: false }), ['/initializers/0/host', 'g: host must be true, got false']],
    [
      entries({ ...gamma, host: true }),
      ['/initializers/0/options', `gamma: 'options' cannot be set beside 'host'`],
      ['/initializers/0/source', `gamma: 'source' cannot be set beside 'host'`],
    ],
    [entries({ ...gamma, options: [1] }), ['/initializers/0/options', 'gamma: options must be an object, got [1]']],
    [
      entries({ ...gamma, options: { seed: 1, 'a-b': 1, alpha: '1', beta: Infinity, wide: 1e39 } }),
      ['/initializers/0/options/seed', `gamma: an option cannot be called 'seed'`],
      ['/initializers/0/options/a-b', `gamma: an option cannot be called 'a-b'`],
      ['/initializers/0/options/alpha', `gamma: alpha must be a finite number, got '1'`],
      ['/initializers/0/options/beta', 'gamma: beta must be a finite number, got Infinity'],
      ['/initializers/0/options/wide', 'gamma: wide must be a finite number, got 1e+39'],
    ],
  ],
  'the use of initializers of a declaration’s own': [
    [used('gamma')],
    [used({ kind: 'gamma', alpha: 3, seed: 7 })],
    [used('my_init')],
    [used({ kind: 'my_init', seed: '7' })],
    [used('gama'), [at(), `hidden.weight: unknown initializer 'gama'; did you mean 'gamma'?`]],
    [
      used({ kind: 'gamma', alhpa: 1 }),
      [at('/alhpa'), `hidden.weight: gamma has no option 'alhpa'; did you mean 'alpha'?`],
    ],
    [used({ kind: 'gamma', alpha: NaN }), [at('/alpha'), 'hidden.weight: alpha must be a finite number, got NaN']],
    [used({ kind: 'gamma', alpha: true }), [at('/alpha'), 'hidden.weight: alpha must be a finite number, got true']],
    [used({ kind: 'my_init', std: 1 }), [at('/std'), `hidden.weight: my_init has no option 'std'`]],
    [
      used({ kind: 'gamma', seed: -1 }),
      [at('/seed'), 'hidden.weight: seed must be an integer from 0 to 2^53 - 1, or a bigint below 2^64, got -1'],
    ],
  ],
  options: [
    [hidden({ weight: 'sparse' }), [at(), `hidden.weight: needs 'sparsity', a number from 0 to 1`]],
    [hidden({ weight: { kind: 'sparse', std: 1 } }), [at(), `hidden.weight: needs 'sparsity', a number from 0 to 1`]],
    [
      hidden({ weight: { kind: 'sparse', sparsity: 1.5 } }),
      [at('/sparsity'), 'hidden.weight: sparsity must be a number from 0 to 1, got 1.5'],
    ],
    [
      hidden({ weight: { kind: 'sparse', sparsity: 0, std: -1 } }),
      [at('/std'), 'hidden.weight: std must be a number of at least 0, got -1'],
    ],
    ...(
      [
        ['normal', 'mean'],
        ['uniform', 'low'],
        ['uniform', 'high'],
        ['truncatedNormal', 'high'],
        ['orthogonal', 'gain'],
        ['deltaOrthogonal', 'gain'],
        ['identity', 'gain'],
        ['lstmBias', 'forgetBias'],
        ['msraPrelu', 'slope'],
        ['constant', 'value'],
      ] as const
    ).flatMap(([kind, option]) =>
      [NaN, -Infinity, '1', null].map(
        (value) =>
          [
            hidden({ weight: { kind, [option]: value } }),
            [
              at(`/${option}`),
              `hidden.weight: ${option} must be a finite number, got ${value === '1' ? `'1'` : String(value)}`,
            ],
          ] as const,
      ),
    ),
    [
      hidden({ weight: 1e39 }),
      [at('/value'), 'hidden.weight: value must be a finite number as a 32-bit float too, got 1e+39'],
    ],
    [
      hidden({ weight: { kind: 'truncatedNormal', std: 1e-50 } }),
      [at('/std'), 'hidden.weight: std must be a number above 0 as a 32-bit float too, got 1e-50'],
    ],
    [
      hidden({ weight: { kind: 'uniform', low: -3e38, high: 3e38 } }),
      [at(), 'hidden.weight: high - low must be a finite 32-bit float, got 6e+38'],
    ],
    ...(
      [
        ['truncatedNormal', 'std', 0],
        ['varianceScaling', 'scale', 0],
        ['varianceScaling', 'scale', -1],
        ['xavier', 'magnitude', 0],
      ] as const
    ).map(
      ([kind, option, value]) =>
        [
          hidden({ weight: { kind, [option]: value } }),
          [at(`/${option}`), `hidden.weight: ${option} must be a number above 0, got ${value}`],
        ] as const,
    ),
    [
      hidden({ weight: { kind: 'truncatedNormal', low: 1, high: 1 } }),
      [at(), 'hidden.weight: low must be below high, got 1 and 1'],
    ],
    [
      hidden({ weight: { kind: 'dirac', groups: 0 } }),
      [at('/groups'), 'hidden.weight: groups must be an integer of at least 1, got 0'],
    ],
    [
      hidden({ weight: { kind: 'orthogonal', scale: 2 } }),
      [at('/scale'), `hidden.weight: orthogonal has no option 'scale'; nacre's word is 'gain'`],
    ],
  ],
  'words of other frameworks': (
    [
      ['kaiming_normal', 'heNormal'],
      ['kaiming_uniform_', 'heUniform'],
      ['xavier_uniform_', 'glorotUniform'],
      ['XavierNormal', 'glorotNormal'],
      ['trunc_normal_', 'truncatedNormal'],
      ['eye', 'identity'],
      ['gaussian', 'normal'],
      ['zeros_initializer', 'zeros'],
    ] as const
  ).map(([word, own]) => [
    hidden({ weight: word }),
    [at(), `hidden.weight: unknown initializer '${word}'; nacre's word is '${own}'`],
  ]),
  generators: [
    [{ ...hidden({ weight: 'orthogonal' }), rng: 'torch' }],
    [
      { ...hidden({ weight: { kind: 'sparse', sparsity: 0.5 } }), rng: 'torch' },
      [at(), `hidden.weight: rng 'torch' has no sparse initializer`],
    ],
    [
      { ...hidden({}), rng: 'torch', defaults: { initializer: 'delta_orthogonal' } },
      [at(), `hidden.weight: rng 'torch' has no deltaOrthogonal initializer`],
    ],
    [{ ...hidden({}), rng: 'torch', defaults: { rules: [['never', 'delta_orthogonal']] } }],
    [
      {
        ...hidden({ weight: { variable: 'w' } }),
        rng: 'torch',
        variables: [{ name: 'w', initializer: { kind: 'sparse', sparsity: 0 } }],
      },
      ['/variables/0/initializer', `w: rng 'torch' has no sparse initializer`],
    ],
  ],
  layouts: [
    [
      graphWith({ defaults: { layout: 'OIHW' } }),
      ['/defaults/layout', `defaults: layout must be 'io' or 'oi', got 'OIHW'`],
    ],
    [
      graphWith({ variables: [{ name: 'w', shape: [1], initializer: 1, layout: 'hwio' }] }),
      ['/variables/0/layout', `w: layout must be 'io' or 'oi', got 'hwio'`],
    ],
  ],
  load: [
    [hidden({ weight: { kind: 'load' } })],
    [
      hidden({ weight: { kind: 'load', tensors: {} } }),
      [at('/tensors'), `hidden.weight: load has no option 'tensors'`],
    ],
    [
      hidden({ weight: { kind: 'load', fallback: 'zeross' } }),
      [at('/fallback'), `hidden.weight: unknown initializer 'zeross'; did you mean 'zeros'?`],
    ],
  ],
};
