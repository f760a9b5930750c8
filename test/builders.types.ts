/**
 * What the types take and refuse: a directive fails to compile where its line is accepted.
 */
/* eslint-disable @typescript-eslint/no-unnecessary-type-parameters, @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unnecessary-condition -- the lines that are refused have no types */
import type { GraphSource, InitializerName, LayerSource, LayerKind } from '../compiler/declaration.js';
import { customLayer, graph, input, repeat, sequential, variable, type Graph } from '../compiler/graph.js';
import {
  constant,
  custom,
  heUniform,
  load,
  mixed,
  normal,
  sparse,
  torch,
  varianceScaling,
} from '../compiler/initializers/index.js';
import { defineLayer, integer, optionalParameter, parameter, type Edge } from '../compiler/layers/define.js';
import { add, argMaxOf, conv2d, dense, flatten } from './type-layers.js';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const isTrue = <T extends true>(): T => true as T;

const x = input(['batch', 4]);
const gamma = custom('gamma', { alpha: 0.01 }, '');
const tokens = input(['batch', 'time'], { dtype: 'int32' });

export const accepted = [
  dense({ units: 64, activation: 'relu', weight: heUniform() }),
  dense({ units: 64, weight: 'he_uniform', bias: 'random_normal' }),
  dense({ units: 2, bias: false, activation: { kind: 'relu', cap: 6 } }),
  dense({ units: 2, activation: 'hard_sigmoid' }),
  dense({ units: 2, activation: 'silu' }),
  dense({
    units: 2,
    weight: [
      [1, 2],
      [3, 4],
    ],
    bias: 0.5,
  }),
  dense({ units: 2, weight: new Float32Array(4), bias: { data: new Float32Array(2), shape: [2] } }),
  dense({ units: 2, ...dense({ units: 2 }).parameters }),
  dense({ units: 2, weight: dense({ units: 2 }).parameters.weight.transposed }),
  dense({
    units: 2,
    weight: mixed([
      [/a/, 'zeros'],
      ['b', 3],
      ['c', (_name, shape) => new Float32Array(shape[0]!)],
    ]),
    bias: load({ w: new Float32Array(4) }, (_name, shape, random) => random.normal(shape, 0, 1)),
  }),
  dense({ units: 2, weight: gamma({ alpha: 2, seed: 7 }), bias: gamma() }),
  sequential([dense({ units: 2 })], { rng: 'torch', defaults: torch.defaults }),
  sequential([dense({ units: 2 })], {
    defaults: { rules: [['a', gamma()]], initializer: (_, [n]) => new Float32Array(n!) },
  }),
  variable({ name: 'w', initializer: (_, shape) => new Float32Array(shape[0]!) }),
  conv2d({ filters: 1, kernelSize: 3, padding: [[1, 2], 3] }),
  conv2d({ filters: 1, kernelSize: [3, 5], padding: 'same' }),
  constant(42),
  varianceScaling({ mode: 'fanOut', seed: 7n }),
  flatten(),
  repeat(3, dense({ units: 7 })),
  repeat(3, (i) => dense({ units: i + 1 })),
];

export const refused = [
  // @ts-expect-error no such option
  () => gamma({ beta: 2 }),
  // @ts-expect-error an option is a number
  () => gamma({ alpha: '2' }),
  // @ts-expect-error not made by custom
  () => dense({ units: 3, weight: { kind: 'gamma', alpha: 2 } }),
  // @ts-expect-error a factory that is not called
  () => dense({ units: 3, weight: heUniform }),
  // @ts-expect-error an array of another type
  () => dense({ units: 3, weight: () => new Float64Array(3) }),
  // @ts-expect-error sparsity is required
  () => sparse({ std: 1 }),
  // @ts-expect-error sparsity is required
  () => sparse(),
  // @ts-expect-error no such generator
  () => sequential([], { rng: 'numpy' }),
  // @ts-expect-error no such layout
  () => sequential([], { defaults: { layout: 'hwio' } }),
  // @ts-expect-error units is required
  () => dense({ activation: 'relu' }),
  // @ts-expect-error units is required
  () => dense(),
  // @ts-expect-error unknown activation
  () => dense({ units: 3, activation: 'rellu' }),
  // @ts-expect-error unknown option of an activation
  () => dense({ units: 3, activation: { kind: 'relu', max: 6 } }),
  // @ts-expect-error Keras's word
  () => dense({ units: 3, kernelInitializer: 'zeros' }),
  // @ts-expect-error no parameters
  () => flatten({ weight: 'zeros' }),
  // @ts-expect-error mistyped initializer
  () => dense({ units: 3, weight: 'he_unifrom' }),
  // @ts-expect-error a weight cannot be left out
  () => dense({ units: 3, weight: false }),
  // @ts-expect-error no such option
  () => normal({ sigma: 1 }),
  // @ts-expect-error no main option
  () => normal(3),
  // @ts-expect-error a main option is of the option's type
  () => constant('one'),
  // @ts-expect-error kernels of two axes
  () => conv2d({ filters: 1, kernelSize: [1, 2, 3] }),
  // @ts-expect-error no such dtype
  () => input([1], { dtype: 'float64' }),
  // @ts-expect-error no such parameter
  () => dense({ units: 3 }).parameters.gamma,
  // @ts-expect-error a function of an index, not of an edge
  () => repeat(3, (x: Edge) => x),
];

const state = defineLayer('state', {
  inputs: ['x', 'hidden?'],
  outputs: ['output', 'hidden'],
  attributes: { units: integer() },
  parameters: { weight: parameter(heUniform()), bias: optionalParameter(constant(0)) },
  lower(build, { units }, { weight, bias }, [x, hidden]) {
    const w = weight([units]);
    // @ts-expect-error an optional parameter may be left out
    const b = bias([units]);
    // @ts-expect-error so may an optional input
    const h = build.binary('add', x, hidden);
    return [w, b ?? h];
  },
});
export const both = state({ units: 3 })(x, null);
// @ts-expect-error no such output
export const cell = both.cell;

export const net = graph({ inputs: { tokens, x }, outputs: { a: both.hidden, b: add()(x, x), c: argMaxOf()(x) } });
isTrue<
  Equal<
    typeof net,
    Graph<
      { readonly tokens: 'int32'; readonly x: 'float32' },
      { readonly a: 'float32'; readonly b: 'float32'; readonly c: 'int32' }
    >
  >
>();
const line = sequential([tokens, dense({ units: 3 }), argMaxOf()]);
isTrue<Equal<typeof line, Graph<{ readonly x: 'int32' }, { readonly y: 'int32' }>>>();
export const longer = line.pipe(dense({ units: 3 }));
isTrue<Equal<typeof longer, Graph<{ readonly x: 'int32' }, { readonly y: 'float32' }>>>();
export const piped = x.pipe(dense({ units: 3 }), argMaxOf());
isTrue<Equal<typeof piped, Edge<'int32'>>>();

const swish = customLayer('swish', { beta: 1 }, '');
export const acted = x.pipe(swish(), swish({ beta: 2 }), swish({ name: 'act', beta: 3 }));
isTrue<Equal<typeof acted, Edge<'float32'>>>();
// @ts-expect-error no such option
export const misspelt = swish({ bata: 2 });
// @ts-expect-error an option is a number
export const text = swish({ beta: '2' });

export const names: InitializerName[] = [
  'he_uniform',
  'heUniform',
  'random_normal',
  'truncated_normal',
  'glorot_uniform',
  'OrthogonalInitializer',
  'GlorotUniform',
  'zero',
];
export const kinds: LayerKind[] = ['dense', 'conv1d', 'maxPooling1d'];
export const layers: LayerSource[] = [
  { kind: 'dense', units: 3 },
  { name: 'b', use: 'a', from: ['a', null] },
  { kind: 'dense', units: 3, weight: { kind: 'normal', std: 1 }, bias: { variable: 'a.bias', transpose: false } },
];
// @ts-expect-error an attribute of another kind
export const mistaken: LayerSource = { name: 'a', kind: 'dense', units: 3, filters: 3 };
// @ts-expect-error the version
export const versioned: GraphSource = { nacre: 2, inputs: [], layers: [], outputs: [] };
