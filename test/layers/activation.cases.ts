import * as tf from '@tensorflow/tfjs-core';
import { single, tfjs, tfjsLayer, type LayerCase, type Oracle } from './case.js';
import { definitions } from './lowering.js';
import { alongAxes, at, errorFunction, generate, logSoftmaxed, map, softmaxed, withShape } from './reference.js';

const each =
  (f: (x: number) => number): Oracle =>
  ([x]) =>
    map(x!, f);

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const hardSigmoid = (x: number, alpha = 0.2, beta = 0.5): number => Math.min(1, Math.max(0, alpha * x + beta));
const elu = (x: number, alpha = 1): number => (x > 0 ? x : alpha * Math.expm1(x));
const leaky = (x: number, alpha: number): number => (x > 0 ? x : alpha * x);
const celu = (x: number, alpha: number): number => (x > 0 ? x : alpha * Math.expm1(x / alpha));
const softShrink = (x: number, threshold: number): number =>
  x > threshold ? x - threshold : x < -threshold ? x + threshold : 0;
const gelu = (x: number): number => (x / 2) * (1 + errorFunction(x / Math.SQRT2));
const geluTanh = (x: number): number => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

/** relu of Keras's backend. */
function kerasRelu(x: number, slope: number, most: number, threshold: number): number {
  const passed = x > threshold ? x : 0;
  const clipped = most < Infinity ? Math.min(Math.max(passed, 0), most) : passed;
  return clipped - slope * Math.max(threshold - x, 0);
}

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
  celu: (x) => celu(x, 1),
  logSigmoid: (x) => -softplus(-x),
  sparseSigmoid: (x) => hardSigmoid(x, 0.5),
  hardTanh: (x) => Math.min(1, Math.max(-1, x)),
  tanhShrink: (x) => x - Math.tanh(x),
  softShrink: (x) => softShrink(x, 0.5),
  hardShrink: (x) => (Math.abs(x) > 0.5 ? x : 0),
  threshold: (x) => (x > 0 ? x : 0),
  squareplus: (x) => (x + Math.sqrt(x * x + 4)) / 2,
  sparsePlus: (x) => (x <= -1 ? 0 : x < 1 ? (x + 1) ** 2 / 4 : x),
} satisfies Record<string, (x: number) => number>;

const options: readonly [kind: string, options: Readonly<Record<string, unknown>>, f: (x: number) => number][] = [
  ['relu', { alpha: 0.1 }, (x) => leaky(x, 0.1)],
  ['relu', { cap: 1.5 }, (x) => Math.min(Math.max(x, 0), 1.5)],
  ['relu', { alpha: 0.25, cap: 2 }, (x) => Math.min(leaky(x, 0.25), 2)],
  ['relu', { alpha: -0.5 }, (x) => leaky(x, -0.5)],
  ['relu', { alpha: -0.5, cap: 1 }, (x) => kerasRelu(x, -0.5, 1, 0)],
  ['relu', { threshold: 1.5 }, (x) => kerasRelu(x, 0, Infinity, 1.5)],
  ['relu', { threshold: 1.5, alpha: 0.5, cap: 4 }, (x) => kerasRelu(x, 0.5, 4, 1.5)],
  ['relu', { threshold: -2 }, (x) => (x > -2 ? x : 0)],
  ['relu', { threshold: -2, alpha: 0.25, cap: 3 }, (x) => kerasRelu(x, 0.25, 3, -2)],
  ['leakyRelu', { alpha: 0.05 }, (x) => leaky(x, 0.05)],
  ['leakyRelu', { alpha: 2 }, (x) => leaky(x, 2)],
  ['elu', { alpha: 0.5 }, (x) => elu(x, 0.5)],
  ['hardSigmoid', { alpha: 1 / 6 }, (x) => hardSigmoid(x, 1 / 6)],
  ['hardSigmoid', { alpha: 0.3, beta: 0.4 }, (x) => hardSigmoid(x, 0.3, 0.4)],
  ['gelu', { approximate: true }, geluTanh],
];

const layerKinds = Object.keys(functions).filter(
  (kind) => kind in definitions && kind !== 'leakyRelu',
) as (keyof typeof functions)[];

/** Options of functions that are no layers of their own. */
const functionOptions: typeof options = [
  ['celu', { alpha: 0.5 }, (x) => celu(x, 0.5)],
  ['softShrink', { threshold: 2 }, (x) => softShrink(x, 2)],
  ['hardShrink', { threshold: 2 }, (x) => (Math.abs(x) > 2 ? x : 0)],
  ['threshold', { threshold: -1.25, value: 7 }, (x) => (x > -1.25 ? x : 7)],
  ['squareplus', { b: 0.25 }, (x) => (x + Math.sqrt(x * x + 0.25)) / 2],
  ['squareplus', { b: 0 }, (x) => Math.max(x, 0)],
];

/** Names of other frameworks, and the function that each stands for. */
const aliases: Readonly<Record<string, (x: number) => number>> = {
  silu: functions.swish,
  hard_silu: functions.hardSwish,
  hardSilu: functions.hardSwish,
  exponential: Math.exp,
  hard_sigmoid: functions.hardSigmoid,
  log_sigmoid: functions.logSigmoid,
  gelu_new: geluTanh,
};

/** The nearest distribution by bisection: the sum of max(x − τ, 0) falls with τ. */
function sparsemax(values: readonly number[]): number[] {
  let [low, high] = [Math.min(...values) - 1, Math.max(...values)];
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    const sum = values.reduce((total, value) => total + Math.max(value - middle, 0), 0);
    if (sum > 1) low = middle;
    else high = middle;
  }
  return values.map((value) => Math.max(value - low, 0));
}

const glu =
  (axis: number): Oracle =>
  ([x]) => {
    const half = x!.shape[axis]! / 2;
    return generate(x!.shape.with(axis, half), (index) => {
      const gate = at(x!, index.with(axis, index[axis]! + half));
      return at(x!, index) * sigmoid(gate);
    });
  };

/** max(x, 0) + alpha · min(x, 0), alpha standing beside an example. */
const prelu: Oracle = ([x], variable) => {
  const alpha = variable('layer.alpha');
  const beside = withShape(alpha, [1, ...alpha.shape]);
  return generate(x!.shape, (index) => leaky(at(x!, index), at(beside, index)));
};

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
  ...Object.entries(aliases).map(([name, f]) => single(name, 'activation', { activation: name }, shape, each(f))),
  ...functionOptions.map(([kind, attributes, f]) =>
    single(
      `${kind} ${JSON.stringify(attributes)}`,
      'activation',
      { activation: { kind, ...attributes } },
      shape,
      each(f),
    ),
  ),
  ...[0, 1, 2].map((axis) =>
    single(`glu, axis ${axis}`, 'activation', { activation: { kind: 'glu', axis } }, [4, 6, 2], glu(axis)),
  ),
  single('glu', 'activation', { activation: 'glu' }, [3, 10], glu(1)),
  ...[-1, 0, 1].map((axis) =>
    single(`sparsemax, axis ${axis}`, 'activation', { activation: { kind: 'sparsemax', axis } }, [4, 6, 3], ([x]) =>
      alongAxes(x!, [axis], sparsemax),
    ),
  ),
  single('sparsemax of near ones', 'activation', { activation: 'sparsemax' }, { shape: [3, 9], scale: 0.1 }, ([x]) =>
    alongAxes(x!, [-1], sparsemax),
  ),
  single('defaults', 'prelu', {}, [2, 5, 3], prelu),
  single(
    'as tfjs',
    'prelu',
    {},
    [3, 7],
    tfjsLayer((factory) => factory.prelu(), ['alpha']),
  ),
  ...[[1], [1, 2], [2], [1, 2, 3], [3]].map((sharedAxes) =>
    single(`shared along ${sharedAxes.join(', ')}`, 'prelu', { sharedAxes }, [2, 3, 4, 5], prelu),
  ),
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
  ...[[1, 2], [-1, 1], [1, -2], [2], [1, 2, 3]].map((axis) =>
    single(`axes ${axis.join(', ')}`, 'softmax', { axis }, { shape: [2, 3, 4, 5], scale: 4 }, ([x]) =>
      alongAxes(x!, axis, softmaxed),
    ),
  ),
  single(
    'as tfjs',
    'logSoftmax',
    {},
    [3, 9],
    tfjs(([x]) => tf.logSoftmax(x!)),
  ),
];
