import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import test from 'ava';
import { parseDeclaration, type DefinedLayer } from '../compiler/declaration.js';
import { gluon, neupy, tfjs, torch } from '../compiler/index.js';
import { expandInitializer } from '../compiler/initializers/resolve.js';
import type { Initializer, InitializerDeclaration } from '../compiler/initializers/index.js';
import type { Recipe } from '../compiler/ir.js';

/** What a declaration makes of it. */
function recipeOf(weight: Initializer): Recipe {
  const { layers } = parseDeclaration({
    nacre: 1,
    inputs: [{ name: 'x', shape: ['batch', 2] }],
    layers: [{ name: 'a', kind: 'dense', units: 1, weight }],
    outputs: ['a'],
  });
  return expandInitializer((layers[0] as DefinedLayer)['weight'] as InitializerDeclaration).recipe;
}

const [FAN_IN, FAN_OUT] = [20, 30];

/** What a recipe draws for a matrix of 20 × 30: the bounds of a uniform, the deviation of a normal. */
function drawn(recipe: Recipe): Readonly<Record<string, number>> {
  if (recipe.kind === 'uniform') return { low: recipe.low, high: recipe.high };
  if (recipe.kind === 'normal') return { mean: recipe.mean, std: recipe.std };
  if (recipe.kind !== 'varianceScaling') throw new TypeError(recipe.kind);
  const { scale, mode, distribution } = recipe;
  const fan = { fanIn: FAN_IN, weightFanIn: FAN_IN, fanOut: FAN_OUT, fanAvg: (FAN_IN + FAN_OUT) / 2 }[mode];
  const bound = Math.sqrt((3 * scale) / fan);
  if (distribution === 'uniform') return { low: -bound, high: bound };
  const std = Math.sqrt(scale / fan);
  return distribution === 'truncatedNormal' ? { cut: std / 0.87962566103423978 } : { mean: 0, std };
}

const within = (bound: number) => ({ low: -bound, high: bound });
const around0 = (std: number) => ({ mean: 0, std });
const sum = FAN_IN + FAN_OUT;

const distributions: readonly (readonly [name: string, initializer: Initializer, Readonly<Record<string, number>>])[] =
  [
    ['neupy.normal', neupy.normal(), around0(0.01)],
    ['neupy.normal', neupy.normal({ mean: 1, std: 2 }), { mean: 1, std: 2 }],
    ['neupy.uniform', neupy.uniform(), { low: 0, high: 1 }],
    ['neupy.uniform', neupy.uniform({ minval: -3, maxval: 2 }), { low: -3, high: 2 }],
    ['neupy.heNormal', neupy.heNormal(), around0(Math.sqrt(1 / FAN_IN))],
    ['neupy.heNormal', neupy.heNormal({ gain: 2 }), around0(Math.sqrt(2 / FAN_IN))],
    ['neupy.heUniform', neupy.heUniform({ gain: 2 }), within(Math.sqrt(6 / FAN_IN))],
    ['neupy.xavierNormal', neupy.xavierNormal(), around0(Math.sqrt(1 / sum))],
    ['neupy.xavierNormal', neupy.xavierNormal({ gain: 3 }), around0(Math.sqrt(3 / sum))],
    ['neupy.xavierUniform', neupy.xavierUniform({ gain: 2 }), within(Math.sqrt(6 / sum))],
    ['gluon.uniform', gluon.uniform(), within(0.07)],
    ['gluon.uniform', gluon.uniform(0.1), within(0.1)],
    ['gluon.uniform', gluon.uniform({ scale: 0.2 }), within(0.2)],
    ['gluon.normal', gluon.normal(), around0(0.01)],
    ['gluon.normal', gluon.normal(0.5), around0(0.5)],
    ['gluon.normal', gluon.normal({ sigma: 3 }), around0(3)],
    ['gluon.xavier', gluon.xavier(), within(Math.sqrt(3 / (sum / 2)))],
    [
      'gluon.xavier',
      gluon.xavier({ rndType: 'gaussian', factorType: 'in', magnitude: 2 }),
      around0(Math.sqrt(2 / FAN_IN)),
    ],
    ['gluon.msraPrelu', gluon.msraPrelu(), around0(Math.sqrt(2 / (1 + 0.25 ** 2) / (sum / 2)))],
    ['torch.uniform', torch.uniform(), { low: 0, high: 1 }],
    ['torch.uniform', torch.uniform({ a: -1, b: 2 }), { low: -1, high: 2 }],
    ['torch.normal', torch.normal(), around0(1)],
    ['torch.normal', torch.normal({ mean: 2, std: 3 }), { mean: 2, std: 3 }],
    ['torch.xavierUniform', torch.xavierUniform(), within(Math.sqrt(6 / sum))],
    ['torch.xavierUniform', torch.xavierUniform({ gain: 5 / 3 }), within((5 / 3) * Math.sqrt(6 / sum))],
    ['torch.xavierNormal', torch.xavierNormal({ gain: 2 }), around0(2 * Math.sqrt(2 / sum))],
    ['torch.kaimingUniform', torch.kaimingUniform(), within(Math.sqrt(6 / FAN_IN))],
    ['torch.kaimingUniform', torch.kaimingUniform({ a: Math.sqrt(5) }), within(1 / Math.sqrt(FAN_IN))],
    ['torch.kaimingUniform', torch.kaimingUniform({ nonlinearity: 'tanh' }), within((5 / 3) * Math.sqrt(3 / FAN_IN))],
    ['torch.kaimingNormal', torch.kaimingNormal({ mode: 'fan_out', a: 3 }), around0(Math.sqrt(2 / 10 / FAN_OUT))],
    [
      'torch.kaimingNormal',
      torch.kaimingNormal({ mode: 'fanOut', nonlinearity: 'relu' }),
      around0(Math.sqrt(2 / FAN_OUT)),
    ],
    ['tfjs.varianceScaling', tfjs.varianceScaling(), { cut: Math.sqrt(1 / FAN_IN) }],
    ['tfjs.varianceScaling', tfjs.varianceScaling({ scale: 3, mode: 'fanOut' }), { cut: Math.sqrt(3 / FAN_OUT) }],
    ['tfjs.varianceScaling', tfjs.varianceScaling({ distribution: 'uniform' }), within(Math.sqrt(3 / FAN_IN))],
    ['tfjs.glorotNormal', tfjs.glorotNormal(), { cut: Math.sqrt(2 / sum) }],
    ['tfjs.heNormal', tfjs.heNormal(), { cut: Math.sqrt(2 / FAN_IN) }],
    ['tfjs.leCunNormal', tfjs.leCunNormal(), { cut: Math.sqrt(1 / FAN_IN) }],
    ['torch.defaults', torch.defaults.initializer, within(1 / Math.sqrt(FAN_IN))],
    ['torch.defaults', torch.defaults.rules[0]![1], within(1 / Math.sqrt(FAN_IN))],
  ];

const recipes: readonly (readonly [name: string, initializer: Initializer, Recipe])[] = [
  ['neupy.constant', neupy.constant(3), { kind: 'constant', value: 3 }],
  ['neupy.orthogonal', neupy.orthogonal(), { kind: 'orthogonal', gain: 1 }],
  ['neupy.orthogonal', neupy.orthogonal({ scale: 2 }), { kind: 'orthogonal', gain: 2 }],
  ['gluon.zero', gluon.zero(), { kind: 'constant', value: 0 }],
  ['gluon.one', gluon.one(), { kind: 'constant', value: 1 }],
  ['gluon.constant', gluon.constant(42), { kind: 'constant', value: 42 }],
  ['gluon.orthogonal', gluon.orthogonal(), { kind: 'orthogonal', gain: 1.414 }],
  ['gluon.orthogonal', gluon.orthogonal({ scale: 1, randType: 'normal' }), { kind: 'orthogonal', gain: 1 }],
  ['gluon.bilinear', gluon.bilinear(), { kind: 'bilinear' }],
  ['gluon.lstmBias', gluon.lstmBias(2), { kind: 'lstmBias', forgetBias: 2 }],
  ['torch.constant', torch.constant(0.3), { kind: 'constant', value: 0.3 }],
  ['torch.ones', torch.ones(), { kind: 'constant', value: 1 }],
  ['torch.zeros', torch.zeros(), { kind: 'constant', value: 0 }],
  ['torch.eye', torch.eye(), { kind: 'identity', gain: 1 }],
  ['torch.dirac', torch.dirac({ groups: 2 }), { kind: 'dirac', groups: 2 }],
  ['torch.truncNormal', torch.truncNormal(), { kind: 'truncatedNormal', mean: 0, std: 1, low: -2, high: 2 }],
  [
    'torch.truncNormal',
    torch.truncNormal({ mean: 1, std: 0.5, a: 0, b: 3 }),
    { kind: 'truncatedNormal', mean: 1, std: 0.5, low: 0, high: 3 },
  ],
  ['torch.orthogonal', torch.orthogonal({ gain: 2 }), { kind: 'orthogonal', gain: 2 }],
  ['torch.sparse', torch.sparse({ sparsity: 0.1 }), { kind: 'sparse', sparsity: 0.1, std: 0.01 }],
];

test('presets draw what their framework draws', (t) => {
  for (const [name, initializer, expected] of distributions) {
    const got = drawn(recipeOf(initializer));
    t.deepEqual(Object.keys(got), Object.keys(expected), name);
    for (const [key, value] of Object.entries(expected)) {
      t.true(Math.abs(got[key]! - value) <= 1e-12 * Math.abs(value), `${name} ${key}: ${got[key]!}, not ${value}`);
    }
  }
});

test('presets without fans', (t) => {
  for (const [name, initializer, recipe] of recipes) t.deepEqual(recipeOf(initializer), recipe, name);
});

test('every preset has a row', (t) => {
  const rows = new Set([...distributions, ...recipes].map(([name]) => name));
  for (const [framework, preset] of Object.entries({ neupy, gluon, torch, tfjs })) {
    for (const name of Object.keys(preset)) {
      if (!['defaults', 'gain'].includes(name)) t.true(rows.has(`${framework}.${name}`), `${framework}.${name}`);
    }
  }
});

test('presets take seeds', (t) => {
  const seeded: readonly Initializer[] = [
    ...[neupy.normal, neupy.uniform, neupy.orthogonal, neupy.heNormal, neupy.heUniform].map((make) =>
      make({ seed: 7 }),
    ),
    ...[neupy.xavierNormal, neupy.xavierUniform, gluon.uniform, gluon.normal].map((make) => make({ seed: 7 })),
    ...[gluon.orthogonal, torch.uniform, torch.normal, torch.truncNormal].map((make) => make({ seed: 7 })),
    ...[torch.orthogonal, torch.xavierUniform, torch.xavierNormal].map((make) => make({ seed: 7 })),
    ...[torch.kaimingUniform, torch.kaimingNormal, tfjs.varianceScaling].map((make) => make({ seed: 7 })),
    ...[tfjs.glorotNormal, tfjs.heNormal, tfjs.leCunNormal].map((make) => make({ seed: 7 })),
  ];
  for (const initializer of seeded) t.like(initializer, { seed: 7 });
  for (const initializer of seeded) t.notThrows(() => recipeOf(initializer));
});

test('gains', (t) => {
  const rows: readonly (readonly [nonlinearity: torch.Nonlinearity, slope: number | undefined, gain: number])[] = [
    ['linear', undefined, 1],
    ['conv2d', undefined, 1],
    ['conv_transpose3d', undefined, 1],
    ['sigmoid', undefined, 1],
    ['tanh', undefined, 5 / 3],
    ['relu', undefined, Math.sqrt(2)],
    ['selu', undefined, 0.75],
    ['leaky_relu', undefined, Math.sqrt(2 / (1 + 0.01 ** 2))],
    ['leakyRelu', 0.2, Math.sqrt(2 / (1 + 0.2 ** 2))],
  ];
  for (const [nonlinearity, slope, gain] of rows) t.is(torch.gain(nonlinearity, slope), gain);
  t.throws(() => torch.gain('rleu' as never), { message: `torch.gain: unknown nonlinearity 'rleu'` });
});

test('tfjs cuts a normal without making up for it', async (t) => {
  await tf.setBackend('cpu');
  const shape: [number, number] = [200, 300];
  const rows = [
    [tfl.initializers.heNormal({ seed: 1 }), tfjs.heNormal()],
    [tfl.initializers.glorotNormal({ seed: 1 }), tfjs.glorotNormal()],
    [tfl.initializers.leCunNormal({ seed: 1 }), tfjs.leCunNormal()],
  ] as const;
  for (const [theirs, ours] of rows) {
    const values = (await (theirs as unknown as { apply(shape: number[]): tf.Tensor })
      .apply(shape)
      .data()) as Float32Array;
    const std = Math.sqrt(values.reduce((total, value) => total + value ** 2, 0) / values.length);
    const { scale, mode } = recipeOf(ours) as Extract<Recipe, { kind: 'varianceScaling' }>;
    const fan = mode === 'fanIn' ? shape[0] : (shape[0] + shape[1]) / 2;
    t.true(Math.abs(std / Math.sqrt(scale / fan) - 1) < 0.02, `${std}, not ${Math.sqrt(scale / fan)}`);
  }
});
