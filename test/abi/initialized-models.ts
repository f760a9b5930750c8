import type { Model } from './models.js';

/** An initializer as declarations write it. */
type Source = string | { readonly kind: string; readonly [option: string]: unknown };
type Layer = Model['layers'][number];

const inputs: Model['inputs'] = [
  { name: 'x', shape: ['batch', 11] },
  { name: 'image', shape: ['batch', 3, 3, 4] },
];

/** Layers whose names end in `i` and whose weights are filled alike. */
const placed = {
  dense: (i: number, weight: Source): Layer => ({
    ...{ name: `dense_${i}`, kind: 'dense', from: 'x', units: 19, weight, bias: weight },
  }),
  matrix: (i: number, weight: Source): Layer => ({ ...placed.dense(i, weight), bias: false }),
  bias: (i: number, bias: Source): Layer => ({
    ...placed.dense(i, { kind: 'constant', value: 0.5 }),
    ...{ name: `bias_${i}`, units: 20, bias },
  }),
  conv: (i: number, weight: Source): Layer => ({
    ...{ name: `conv_${i}`, kind: 'conv2d', from: 'image', filters: 10, kernelSize: 3, weight, bias: false },
  }),
  groups: (i: number, weight: Source): Layer => ({
    ...{ name: `groups_${i}`, kind: 'conv2d', from: 'image', filters: 6, kernelSize: 2, groups: 2 },
    ...{ weight, bias: false },
  }),
  depth: (i: number, weight: Source): Layer => ({
    ...{ name: `depth_${i}`, kind: 'depthwiseConv2d', from: 'image', kernelSize: 2, depthMultiplier: 3 },
    ...{ weight, bias: false },
  }),
};
type Place = keyof typeof placed;

const everywhere: readonly Place[] = ['dense', 'conv', 'groups', 'depth'];
const weights: readonly Place[] = ['matrix', 'conv', 'groups', 'depth'];

type Row = readonly [initializer: Source, places: readonly Place[]];

const modes = ['fanIn', 'fanOut', 'fanAvg'];
const distributions = ['uniform', 'truncatedNormal', 'untruncatedNormal'];

/** New ones come last: the names of the layers, which values depend on, must stay. */
const philox: readonly Row[] = [
  ...[
    ...['zeros', 'ones'],
    { kind: 'constant', value: -0.3 },
    { kind: 'uniform', low: -2, high: 3 },
    { kind: 'normal', mean: 0.1, std: 1.5 },
    { kind: 'normal', std: 0.02, seed: 7 },
    { kind: 'truncatedNormal', mean: -1, std: 0.5 },
    { kind: 'truncatedNormal', std: 2, low: 0.5, high: 3 },
    ...modes.flatMap((mode) =>
      distributions.map((distribution) => ({ kind: 'varianceScaling', scale: 1.7, mode, distribution })),
    ),
    ...['glorotUniform', 'glorotNormal', 'heUniform', 'heNormal', 'lecunUniform', 'lecunNormal'],
  ].map((initializer): Row => [initializer, everywhere]),
  ...[
    ...['xavier', { kind: 'xavier', rndType: 'gaussian', factorType: 'in', magnitude: 2.24 }],
    ...['msraPrelu', { kind: 'msraPrelu', factorType: 'out', slope: 0.1 }],
    ...['orthogonal', { kind: 'orthogonal', gain: -1.5, seed: 3 }],
  ].map((initializer): Row => [initializer, weights]),
  [{ kind: 'deltaOrthogonal', gain: 0.5 }, ['conv', 'groups']],
  [{ kind: 'identity', gain: -2 }, ['matrix']],
  ['dirac', ['conv', 'depth']],
  [{ kind: 'dirac', groups: 2 }, ['groups']],
  ['bilinear', ['conv', 'groups', 'depth']],
  [{ kind: 'lstmBias', forgetBias: 1.5 }, ['bias']],
  [{ kind: 'sparse', sparsity: 0.3 }, ['matrix']],
  [{ kind: 'varianceScaling', scale: 1.7, mode: 'weightFanIn', distribution: 'uniform' }, ['dense', 'bias']],
  [{ kind: 'truncatedNormal', mean: 0.1, std: 0.02, low: 0.09, high: 0.3, absolute: true }, everywhere],
];

/** What has the names and definitions of another framework, drawn by its generator. */
const foreign: readonly Row[] = [
  [{ kind: 'uniform', low: -2, high: 3 }, everywhere],
  [{ kind: 'uniform', low: 0, high: 1, seed: 42 }, everywhere],
  [{ kind: 'normal', mean: 0.1, std: 1.5 }, everywhere],
  [{ kind: 'normal', std: 1, seed: '18446744073709551615' }, everywhere],
  [{ kind: 'truncatedNormal', mean: -1, std: 0.5 }, everywhere],
  [{ kind: 'truncatedNormal', mean: 0.1, std: 0.02, low: 0.09, high: 0.3, absolute: true }, everywhere],
  ...distributions.map((distribution): Row => [{ kind: 'varianceScaling', scale: 1 / 3, distribution }, everywhere]),
  ['glorotUniform', everywhere],
  [{ kind: 'varianceScaling', scale: 1 / 3, mode: 'weightFanIn', distribution: 'uniform' }, ['dense', 'bias']],
  ['orthogonal', weights],
];

function modelOf(rows: readonly Row[], fields: Partial<Model> = {}): Model {
  const layers = rows.flatMap(([initializer, places], i) => places.map((place) => placed[place](i, initializer)));
  return { nacre: 1, ...fields, inputs, layers, outputs: layers.map(({ name }) => name) };
}

/** Every initializer over the weights of dense, full, grouped and depthwise layers and over a bias, where it fits. */
export const everyInitializer = modelOf(philox);

const jax: Model = modelOf([...foreign, [{ kind: 'deltaOrthogonal', gain: 0.5 }, ['conv', 'groups']]], { rng: 'jax' });
const torch: Model = modelOf(foreign, { rng: 'torch', defaults: { layout: 'oi' } });

/** Initializers of the model's own, which draw all that they may. */
const own: Model = modelOf(
  [
    ['gamma', everywhere],
    [{ kind: 'gamma', alpha: 2.5, seed: 7 }, ['dense']],
    ['mathematics', everywhere],
    ['walk', ['dense', 'conv']],
  ],
  {
    initializers: [
      {
        ...{ name: 'gamma', options: { alpha: 0.01 } },
        source: `export function sample(alpha: f32): f32 {
  const d: f32 = alpha + 2.0 / 3.0, c: f32 = 1 / sqrt(9 * d);
  while (true) {
    const x = normal(), t: f32 = 1 + c * x, v: f32 = t * t * t;
    if (t > 0 && log(uniform()) < 0.5 * x * x + d * (1 - v + log(v))) return d * v * exp(log(uniform()) / alpha);
  }
}`,
      },
      {
        name: 'mathematics',
        source: `export function sample(): f32 {
  const x = normal(0, 100), y = uniform(-3, 3), i = f32(index()) + f32(dim(0)) + f32(dim(1)) + fanIn() / fanOut();
  return sin(x) + cos(x * i) + exp(y) + log(abs(x)) + pow(abs(y), y) + f32(bits() >>> 8);
}`,
      },
      {
        ...{ name: 'walk', options: { step: 0.5 } },
        source: `export function fill(data: usize, count: i32, step: f32): void {
  let x: f32 = 0;
  for (let i = 0; i < count; i++) { x += normal(0, step); store<f32>(data + (i << 2), x); }
}`,
      },
    ],
  },
);

/** Models of all the initializers, by what their golden values are called after. */
export const initializedModels: Readonly<Record<string, Model>> = { '': everyInitializer, jax, torch, own };
