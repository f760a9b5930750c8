import * as tf from '@tensorflow/tfjs-core';
import { single, tfjs, type LayerCase, type Oracle } from './case.js';
import { alongAxes, combine, generate, mean, withShape } from './reference.js';

const square = (values: readonly number[]): number[] => values.map((value) => value ** 2);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const rms =
  (axes: readonly number[], epsilon = 1e-6, gamma = true): Oracle =>
  ([x], variable) => {
    const along = axes.map((axis) => (axis < 0 ? axis + x!.shape.length : axis));
    const y = alongAxes(x!, axes, (values) => {
      const root = Math.sqrt(mean(square(values)) + epsilon);
      return values.map((value) => value / root);
    });
    const scale = gamma
      ? withShape(
          variable('layer.gamma'),
          x!.shape.map((size, axis) => (along.includes(axis) ? size : 1)),
        )
      : generate([1], () => 1);
    return combine([y, scale], (value, factor) => value * factor);
  };

const rmsNormalization: readonly LayerCase[] = [
  ...[
    [3, 5],
    [2, 4, 3],
    [2, 3, 4, 7],
  ].map((shape) => single(`rank ${shape.length}`, 'rmsNormalization', {}, shape, rms([-1]))),
  ...[[1], [2], [-2], [1, 2], [1, 3], [2, 3], [1, 2, 3]].map((axis) =>
    single(
      `axis ${axis.join(', ')}`,
      'rmsNormalization',
      { axis: axis.length === 1 ? axis[0]! : axis },
      { shape: [2, 3, 4, 5], open: [0] },
      rms(axis),
    ),
  ),
  single('epsilon 0.1', 'rmsNormalization', { epsilon: 0.1 }, [2, 6], rms([-1], 0.1)),
  single('without gamma', 'rmsNormalization', { gamma: false }, [2, 6], rms([-1], 1e-6, false)),
  single('without gamma, axis 1', 'rmsNormalization', { gamma: false, axis: 1 }, [2, 6, 3], rms([1], 1e-6, false)),
];

const unit =
  (axes: readonly number[]): Oracle =>
  ([x]) =>
    alongAxes(x!, axes, (values) => {
      const length = Math.max(Math.sqrt(sum(square(values))), 1e-12);
      return values.map((value) => value / length);
    });

const unitNormalization: readonly LayerCase[] = [
  ...[
    [3, 5],
    [2, 4, 3],
    [2, 3, 4, 7],
  ].map((shape) => single(`rank ${shape.length}`, 'unitNormalization', {}, shape, unit([-1]))),
  ...[[1], [2], [-3], [1, 2], [1, 3]].map((axis) =>
    single(`axis ${axis.join(', ')}`, 'unitNormalization', { axis }, [2, 3, 4, 5], unit(axis)),
  ),
  single(
    'of nothing and of little',
    'unitNormalization',
    {},
    { shape: [3, 2], values: [0, 0, 3e-8, 4e-8, 1e-14, 0] },
    unit([-1]),
  ),
];

interface Window {
  readonly size?: number;
  readonly alpha?: number;
  readonly beta?: number;
  readonly bias?: number;
  readonly axis?: number;
}

const localResponse =
  ({ size = 5, alpha = 1e-4, beta = 0.75, bias = 2, axis = -1 }: Window): Oracle =>
  ([x]) =>
    alongAxes(x!, [axis], (values) =>
      values.map((value, channel) => {
        const first = channel - Math.floor((size - 1) / 2);
        const window = values.slice(Math.max(0, first), Math.max(0, first + size));
        return value / (bias + alpha * sum(square(window))) ** beta;
      }),
    );

const localResponseNormalization: readonly LayerCase[] = [
  ...(
    [
      [{}, [2, 3, 4, 7]],
      [{ size: 1, alpha: 0.5 }, [2, 3, 5]],
      [{ size: 2, alpha: 0.5 }, [2, 3, 5]],
      [{ size: 3, alpha: 0.5, beta: 0.5, bias: 1 }, [2, 3, 4, 6]],
      [{ size: 4, alpha: 0.3, beta: 1 }, [3, 9]],
      [{ size: 9, alpha: 0.3, beta: 0.6 }, [2, 2, 4]],
      [{ size: 19, alpha: 0.3, beta: 0.75 }, [2, 2, 23]],
      [{ size: 3, alpha: 0.5, axis: 1 }, [2, 6, 3, 4]],
      [{ size: 5, alpha: 0.5, axis: 1 }, [2, 6, 3]],
      [{ size: 3, alpha: 0.5, axis: -2 }, [2, 3, 6, 4]],
    ] as const
  ).map(([options, shape]) =>
    single(JSON.stringify(options), 'localResponseNormalization', options, { shape, scale: 3 }, localResponse(options)),
  ),
  single(
    'as tfjs',
    'localResponseNormalization',
    { size: 5, alpha: 1, beta: 0.5, bias: 1 },
    [2, 3, 4, 11],
    tfjs(([x]) => tf.localResponseNormalization(x as tf.Tensor4D, 2, 1, 1, 0.5)),
  ),
];

export const unitNormalizationCases: readonly LayerCase[] = [
  ...rmsNormalization,
  ...unitNormalization,
  ...localResponseNormalization,
];
