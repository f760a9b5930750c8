import { type Faults, type Row, layers, hidden, one } from './sources.js';

export const parameterFaults: Faults = {
  parameters: [
    [
      hidden({ weight: 'he_unifrom' }),
      ['/layers/0/weight', `hidden.weight: unknown initializer 'he_unifrom'; did you mean 'he_uniform'?`],
    ],
    [
      hidden({ weight: 'xavier_uniform' }),
      ['/layers/0/weight', `hidden.weight: unknown initializer 'xavier_uniform'; nacre's word is 'glorotUniform'`],
    ],
    [
      hidden({ weight: { kind: 'Normal' } }),
      ['/layers/0/weight', `hidden.weight: unknown initializer 'Normal'; did you mean 'normal'?`],
    ],
    [
      hidden({ weight: { kind: 'normal', sigma: 1 } }),
      ['/layers/0/weight/sigma', `hidden.weight: normal has no option 'sigma'; nacre's word is 'std'`],
    ],
    [
      hidden({ weight: { kind: 'normal', std: -1 } }),
      ['/layers/0/weight/std', 'hidden.weight: std must be a number of at least 0, got -1'],
    ],
    [
      hidden({ weight: { kind: 'uniform', low: 2, high: 1 } }),
      ['/layers/0/weight', 'hidden.weight: low must not be above high, got 2 and 1'],
    ],
    [
      hidden({ weight: { kind: 'varianceScaling', mode: 'fan_in' } }),
      [
        '/layers/0/weight/mode',
        `hidden.weight: mode must be 'fanIn', 'fanOut', 'fanAvg' or 'weightFanIn', got 'fan_in'; did you mean 'fanIn'?`,
      ],
    ],
    ...[-1, 1.5, 2 ** 53, -1n, 2n ** 64n, '99999999999999999999', 'seven'].map((seed): Row => [
      hidden({ weight: { kind: 'normal', seed } }),
      [
        '/layers/0/weight/seed',
        `hidden.weight: seed must be an integer from 0 to 2^53 - 1, or a bigint below 2^64, got ${typeof seed === 'string' ? `'${seed}'` : seed}`,
      ],
    ]),
    [hidden({ weight: NaN }), ['/layers/0/weight/value', 'hidden.weight: value must be a finite number, got NaN']],
    [hidden({ weight: false }), ['/layers/0/weight', 'hidden.weight: cannot be false; every dense has it']],
    [
      hidden({ bias: true }),
      ['/layers/0/bias', 'hidden.bias: must be an initializer, a number, values or {tensor}, got true'],
    ],
    [
      hidden({ bias: new Float32Array(3) }),
      ['/layers/0/bias', 'hidden.bias: must be an initializer, a number, values or {tensor}, got a Float32Array'],
    ],
    [
      hidden({ weight: { std: 3 } }),
      ['/layers/0/weight', `hidden.weight: must be an initializer, a number, values or {tensor}, got {"std":3}`],
    ],
    [
      hidden({ weight: [[1, 2], [3]] }),
      ['/layers/0/weight', 'hidden.weight: values must have one shape, but [0] has 2 elements and [1] 1'],
    ],
    [
      hidden({ weight: [[1, 2], 3] }),
      ['/layers/0/weight', 'hidden.weight: values must have one shape, but [1] is 3, not a list'],
    ],
    [
      hidden({ weight: [[1], [[3]]] }),
      ['/layers/0/weight', 'hidden.weight: values must have one shape, but [1][0] is a list, not a number'],
    ],
    [
      hidden({ weight: [[1], [NaN]] }),
      ['/layers/0/weight', 'hidden.weight: values must be finite numbers, got NaN at [1][0]'],
    ],
    [hidden({ weight: [] }), ['/layers/0/weight', 'hidden.weight: values must not be empty']],
    [
      hidden({ weight: { tensor: 3 } }),
      ['/layers/0/weight', 'hidden.weight: must be {tensor: name}, got {"tensor":3}'],
    ],
    [
      hidden({ weight: { kind: 'mixed', rules: [['bias$', 'zeros']] } }),
      ['/layers/0/weight', `hidden.weight: no rule of mixed is found in 'hidden.weight'; add ['.*', …] as the last`],
    ],
    [
      hidden({ weight: { kind: 'mixed' } }),
      ['/layers/0/weight/rules', `hidden.weight: needs 'rules', a list of [pattern, initializer]`],
    ],
  ],
  sharing: [
    [
      layers(one, { ...one, name: 'two', weight: { variable: 'oen.weight' } }),
      [
        '/layers/1/weight/variable',
        `two.weight: 'oen.weight' names no variable and no parameter of a layer above it; did you mean 'one.weight'?`,
      ],
    ],
    [
      layers({ ...one, weight: { variable: 'two.weight' } }, { ...one, name: 'two' }),
      ['/layers/0/weight/variable', `one.weight: 'two.weight' names no variable and no parameter of a layer above it`],
    ],
    [
      layers({ ...one, bias: false }, { ...one, name: 'two', bias: { variable: 'one.bias' } }),
      ['/layers/1/bias/variable', `two.bias: 'one.bias' is left out there (false), so it cannot be shared`],
    ],
    [
      hidden({ weight: { variable: 'w', transposed: true } }),
      [
        '/layers/0/weight',
        `hidden.weight: must be {variable: name} with transpose: true or false, got {"variable":"w","transposed":true}`,
      ],
    ],
  ],
};
