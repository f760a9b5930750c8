import * as tf from '@tensorflow/tfjs-core';
import { single, tfjs, tfjsLayer, type LayerCase, type Oracle } from './case.js';
import { alongAxes, errorFunction, logSoftmaxed, map, softmaxed } from './reference.js';

const each =
  (f: (x: number) => number): Oracle =>
  ([x]) =>
    map(x!, f);

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const hardSigmoid = (x: number, alpha = 0.2, beta = 0.5): number => Math.min(1, Math.max(0, alpha * x + beta));
const elu = (x: number, alpha = 1): number => (x > 0 ? x : alpha * Math.expm1(x));
const leaky = (x: number, alpha: number): number => (x > 0 ? x : alpha * x);
const gelu = (x: number): number => (x / 2) * (1 + errorFunction(x / Math.SQRT2));
const geluTanh = (x: number): number => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

const shape = { shape: [3, 5, 4], scale: 8 };

/** On, next to and far from a threshold. */
const around = (theta: number) => ({
  shape: [2, 6],
  values: [
    theta,
    Math.fround(theta) + 2 ** -23,
    theta - 2 ** -24,
    theta + 1,
    theta + 1e30,
    -theta,
    0,
    -1e30,
    0.5,
    2,
    1,
    Infinity,
  ],
});

/** Functions of an element, as Keras defines them. */
const functions = {
  linear: (x) => x,
  relu: (x) => Math.max(x, 0),
  relu6: (x) => Math.min(Math.max(x, 0), 6),
  leakyRelu: (x) => leaky(x, 0.2),
  elu,
  selu: (x) => 1.0507009873554805 * elu(x, 1.6732632423543772),
  softplus,
  softsign: (x) => x / (1 + Math.abs(x)),
  sigmoid,
  hardSigmoid: (x) => hardSigmoid(x),
  hardSwish: (x) => x * hardSigmoid(x, 1 / 6),
  tanh: Math.tanh,
  gelu,
  geluTanh,
  swish: (x) => x * sigmoid(x),
  mish: (x) => x * Math.tanh(softplus(x)),
  exp: Math.exp,
} satisfies Record<string, (x: number) => number>;

const options: readonly [kind: string, options: Readonly<Record<string, unknown>>, f: (x: number) => number][] = [
  ['relu', { alpha: 0.1 }, (x) => leaky(x, 0.1)],
  ['relu', { cap: 1.5 }, (x) => Math.min(Math.max(x, 0), 1.5)],
  ['relu', { alpha: 0.25, cap: 2 }, (x) => Math.min(leaky(x, 0.25), 2)],
  ['relu', { alpha: -0.5 }, (x) => leaky(x, -0.5)],
  ['leakyRelu', { alpha: 0.05 }, (x) => leaky(x, 0.05)],
  ['leakyRelu', { alpha: 2 }, (x) => leaky(x, 2)],
  ['elu', { alpha: 0.5 }, (x) => elu(x, 0.5)],
  ['hardSigmoid', { alpha: 1 / 6 }, (x) => hardSigmoid(x, 1 / 6)],
  ['hardSigmoid', { alpha: 0.3, beta: 0.4 }, (x) => hardSigmoid(x, 0.3, 0.4)],
  ['gelu', { approximate: true }, geluTanh],
];

const layerKinds = Object.keys(functions).filter(
  (kind) => kind !== 'linear' && kind !== 'geluTanh' && kind !== 'leakyRelu',
) as (keyof typeof functions)[];

const asTfjs = {
  relu: tf.relu,
  relu6: tf.relu6,
  elu: tf.elu,
  selu: tf.selu,
  softplus: tf.softplus,
  sigmoid: tf.sigmoid,
  tanh: tf.tanh,
  exp: tf.exp,
};

export const activationCases: readonly LayerCase[] = [
  ...layerKinds.map((kind) => single('defaults', kind, {}, shape, each(functions[kind]))),
  ...Object.entries(functions).map(([name, f]) => single(name, 'activation', { activation: name }, shape, each(f))),
  ...options.flatMap(([kind, attributes, f]) => [
    single(JSON.stringify(attributes), kind, attributes, shape, each(f)),
    single(
      `${kind} ${JSON.stringify(attributes)}`,
      'activation',
      { activation: { kind, ...attributes } },
      shape,
      each(f),
    ),
  ]),
  ...Object.entries(asTfjs).map(([kind, f]) =>
    single(
      'as tfjs',
      kind,
      {},
      [2, 31],
      tfjs(([x]) => f(x!)),
    ),
  ),
  single(
    'defaults',
    'leakyRelu',
    {},
    shape,
    tfjsLayer((factory) => factory.leakyReLU()),
  ),
  ...[0, 0.5, 1, 1.25].map((theta) =>
    single(
      `theta ${theta}`,
      'thresholdedRelu',
      { theta },
      around(theta),
      tfjsLayer((factory) => factory.thresholdedReLU({ theta })),
    ),
  ),
  single(
    'defaults',
    'thresholdedRelu',
    {},
    around(1),
    tfjsLayer((factory) => factory.thresholdedReLU()),
  ),
  single(
    'nothing',
    'activation',
    {},
    shape,
    each((x) => x),
  ),
  single('softmax', 'activation', { activation: 'softmax' }, shape, ([x]) => alongAxes(x!, [-1], softmaxed)),
  single('softmax of an axis', 'activation', { activation: { kind: 'softmax', axis: 1 } }, shape, ([x]) =>
    alongAxes(x!, [1], softmaxed),
  ),
  single('logSoftmax', 'activation', { activation: 'logSoftmax' }, shape, ([x]) => alongAxes(x!, [-1], logSoftmaxed)),
  ...[1, 3, 4, 5, 10, 32, 33].map((size) =>
    single(
      `of ${size}`,
      'softmax',
      {},
      [2, size],
      tfjs(([x]) => tf.softmax(x!)),
    ),
  ),
  ...[0, 1, 2, -1, -2, -3].flatMap((axis) => [
    single(`axis ${axis}`, 'softmax', { axis }, shape, ([x]) => alongAxes(x!, [axis], softmaxed)),
    single(`axis ${axis}`, 'logSoftmax', { axis }, shape, ([x]) => alongAxes(x!, [axis], logSoftmaxed)),
  ]),
  single(
    'as tfjs',
    'logSoftmax',
    {},
    [3, 9],
    tfjs(([x]) => tf.logSoftmax(x!)),
  ),
];
