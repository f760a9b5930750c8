import test from 'ava';
import { parseDeclaration } from '../../compiler/declaration.js';
import { ShapeError } from '../../compiler/errors.js';
import type { TensorGraph } from '../../compiler/ir.js';
import { lower } from '../../compiler/lower/index.js';

type Fields = Readonly<Record<string, unknown>>;

const graphOf = (layer: Fields, shape: readonly unknown[], rest: Fields = {}): TensorGraph =>
  lower(
    parseDeclaration({
      nacre: 1,
      inputs: [{ name: 'x', shape }],
      layers: [{ name: 'a', ...layer }],
      outputs: ['a'],
      ...rest,
    }),
  );

const dense = (fields: Fields): Fields => ({ kind: 'dense', units: 3, ...fields });
const conv2d = (fields: Fields): Fields => ({ kind: 'conv2d', filters: 6, kernelSize: 3, ...fields });
const row = ['batch', 2];
const map = [1, 8, 8, 4];
const oi = { defaults: { layout: 'oi' } };

const refused: readonly (readonly [layer: Fields, shape: readonly unknown[], message: string, rest?: Fields])[] = [
  [dense({ bias: 'orthogonal' }), row, 'a.bias: orthogonal needs at least 2 axes, got (3)'],
  [dense({ bias: 'identity' }), row, 'a.bias: identity needs 2 axes, got (3)'],
  [conv2d({ weight: 'identity' }), map, 'a.weight: identity needs 2 axes, got (3, 3, 4, 6)'],
  [conv2d({ weight: { kind: 'sparse', sparsity: 0.5 } }), map, 'a.weight: sparse needs 2 axes, got (3, 3, 4, 6)'],
  [dense({ weight: 'dirac' }), row, 'a.weight: dirac needs 3 to 5 axes, got (2, 3)'],
  [dense({ weight: 'delta_orthogonal' }), row, 'a.weight: deltaOrthogonal needs 3 to 5 axes, got (2, 3)'],
  [dense({ weight: 'bilinear' }), row, 'a.weight: bilinear needs 4 axes, got (2, 3)'],
  [dense({ weight: 'lstmBias' }), row, 'a.weight: lstmBias needs 1 axis, got (2, 3)'],
  [dense({ bias: 'lstmBias' }), row, 'a.bias: lstmBias needs four gates of one size, got 3'],
  [
    conv2d({ filters: 3, weight: 'deltaOrthogonal' }),
    map,
    'a.weight: deltaOrthogonal needs at least as many channels out as in, 4, got 3',
  ],
  [
    conv2d({ filters: 3, weight: 'deltaOrthogonal' }),
    map,
    'a.weight: deltaOrthogonal needs at least as many channels out as in, 4, got 3',
    oi,
  ],
  [
    conv2d({ weight: { kind: 'dirac', groups: 4 } }),
    map,
    'a.weight: dirac needs outputs that divide into 4 groups, got 6',
  ],
  [
    conv2d({ weight: { kind: 'dirac', groups: 4 } }),
    map,
    'a.weight: dirac needs outputs that divide into 4 groups, got 6',
    oi,
  ],
  [
    { kind: 'layerNormalization', beta: { kind: 'varianceScaling', mode: 'weightFanIn' } },
    row,
    `a.beta: varianceScaling of mode 'weightFanIn' needs a weight in the same layer`,
  ],
];

test('an initializer refuses a variable of a shape it cannot fill', (t) => {
  for (const [layer, shape, message, rest] of refused) {
    t.throws(() => graphOf(layer, shape, rest), { instanceOf: ShapeError, message });
  }
});

test('an initializer takes a variable of a shape it can fill', (t) => {
  for (const weight of ['deltaOrthogonal', { kind: 'dirac', groups: 3 }, 'orthogonal', 'bilinear', 'xavier']) {
    for (const rest of [{}, oi]) t.notThrows(() => graphOf(conv2d({ weight }), map, rest));
  }
  t.notThrows(() => graphOf(dense({ units: 8, bias: 'lstmBias', weight: 'identity' }), row));
});

test('an open size is checked when it is known', (t) => {
  const { constraints } = graphOf(conv2d({ filters: 3, weight: 'deltaOrthogonal' }), [1, 8, 8, null]);
  t.deepEqual(
    constraints.filter(({ subject }) => subject === 'a.weight').map(({ rule, message }) => [rule, message]),
    [['atLeast', 'deltaOrthogonal needs at least as many channels out as in, {expected}, got {got}']],
  );
});

test('a variable knows the fan-in of its layer’s weight', (t) => {
  const rows: readonly (readonly [layer: Fields, shape: readonly unknown[], fans: readonly unknown[]])[] = [
    [dense({}), [1, 10], [10, 10]],
    [conv2d({}), map, [36, 36]],
    [conv2d({ groups: 2 }), map, [18, 18]],
    [{ kind: 'depthwiseConv2d', kernelSize: [2, 3] }, map, [6, 6]],
    [{ kind: 'layerNormalization' }, [1, 10], [undefined, undefined]],
    [{ kind: 'layerNormalization', axis: [1, 2] }, [1, 10, 4], [undefined, undefined]],
  ];
  for (const [layer, shape, fans] of rows) {
    for (const rest of [{}, oi]) {
      const { variables } = graphOf(layer, shape, rest);
      t.deepEqual(
        variables.map(({ weightFanIn }) => weightFanIn),
        [...fans] as never,
        JSON.stringify(layer),
      );
    }
  }
});

test('a shared variable has the fans of its first user in the straight', (t) => {
  const { variables } = graphOf({}, row, {
    layers: [
      { name: 'a', kind: 'dense', units: 5, weight: { variable: 'w', transpose: true }, bias: { variable: 'b' } },
      { name: 'c', kind: 'dense', units: 2, weight: { variable: 'w' }, bias: false },
      { name: 'd', kind: 'dense', units: 5, bias: { variable: 'b' } },
    ],
    variables: [{ name: 'w' }, { name: 'b' }],
    outputs: ['d'],
  });
  t.deepEqual(
    variables.map(({ name, fanIn, fanOut, weightFanIn }) => [name, fanIn, fanOut, weightFanIn]),
    [
      ['w', 5, 2, 5],
      ['b', 5, 5, 2],
      ['d.weight', 2, 5, 2],
    ],
  );
});

test('the graph has the declaration’s generator and its custom initializers', (t) => {
  const custom = { name: 'gamma', options: { alpha: 0.01, beta: 2 }, source: 'text' };
  const { rng, customs, variables, initialize } = graphOf(
    dense({ weight: { kind: 'gamma', beta: 3, seed: 7 }, bias: 'mine' }),
    row,
    { rng: 'jax', initializers: [custom, { name: 'mine', host: true }] },
  );
  t.is(rng, 'jax');
  t.deepEqual(customs, [custom]);
  t.deepEqual(
    variables.map(({ initializer }) => initializer),
    ['gamma(0.01, 3, seed 7)', 'mine'],
  );
  t.deepEqual(
    initialize.map(({ op }) => op),
    [
      { kind: 'initializer', recipe: { kind: 'custom', name: 'gamma', options: [0.01, 3] }, seed: 7n },
      { kind: 'initializer', recipe: { kind: 'host', name: 'mine' } },
    ],
  );
});
