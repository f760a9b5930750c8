import { single, tfjsLayer, type InputSource, type LayerCase, type Oracle } from './case.js';
import { alongAxes, combine, generate, standardized, withShape, type Reference } from './reference.js';

const batchNorm =
  (axis: number, epsilon = 1e-3, gamma = true, beta = true): Oracle =>
  ([x], variable) => {
    const along = axis < 0 ? axis + x!.shape.length : axis;
    const read = (name: string): Reference => {
      const vector = variable(`layer.${name}`);
      return withShape(vector, [...vector.shape, ...x!.shape.slice(along + 1).map(() => 1)]);
    };
    const constant = (value: number): Reference => generate([1], () => value);
    return combine(
      [x!, read('mean'), read('variance'), gamma ? read('gamma') : constant(1), beta ? read('beta') : constant(0)],
      (value, mean, variance, scale, shift) => ((value - mean) / Math.sqrt(variance + epsilon)) * scale + shift,
    );
  };

const batchNormalization: readonly LayerCase[] = [
  ...[
    [3, 5],
    [2, 4, 3],
    [2, 3, 4, 7],
  ].map((shape) =>
    single(
      `rank ${shape.length}`,
      'batchNormalization',
      {},
      shape,
      tfjsLayer((factory) => factory.batchNormalization(), ['gamma', 'beta', 'mean', 'variance']),
    ),
  ),
  ...[1, 2, 3, -1, -2, -3].map((axis) =>
    single(`axis ${axis}`, 'batchNormalization', { axis }, [2, 3, 4, 5], batchNorm(axis)),
  ),
  ...[1e-5, 0.01, 0.5].map((epsilon) =>
    single(`epsilon ${epsilon}`, 'batchNormalization', { epsilon }, [2, 4, 3], batchNorm(-1, epsilon)),
  ),
  ...[
    [true, false],
    [false, true],
    [false, false],
  ].map(([gamma, beta]) =>
    single(
      `${gamma ? 'with' : 'without'} gamma, ${beta ? 'with' : 'without'} beta`,
      'batchNormalization',
      { ...(!gamma && { gamma: false }), ...(!beta && { beta: false }) },
      [2, 3, 6],
      batchNorm(-1, 1e-3, gamma, beta),
    ),
  ),
  {
    name: 'batchNormalization after a convolution',
    layers: [
      { name: 'convolution', kind: 'conv2d', from: 'x', filters: 4, kernelSize: 1, weight: 'ones', bias: false },
      { name: 'layer', kind: 'batchNormalization', from: 'convolution' },
      { name: 'out', kind: 'relu', from: 'layer' },
    ],
    inputs: { x: { shape: [1, 3, 3, 2] } },
    expected: ([x], variable) => {
      const w = variable('convolution.weight');
      const y = generate([1, 3, 3, 4], ([, row, column, filter]) =>
        [0, 1].reduce((sum, c) => sum + x!.data[(row! * 3 + column!) * 2 + c]! * w.data[c * 4 + filter!]!, 0),
      );
      const normalized = batchNorm(-1)([y], variable);
      return { shape: normalized.shape, data: normalized.data.map((value) => Math.max(value, 0)) };
    },
  },
];

const layerNorm =
  (axes: readonly number[], epsilon = 1e-3, gamma = true, beta = true): Oracle =>
  ([x], variable) => {
    const along = axes.map((axis) => (axis < 0 ? axis + x!.shape.length : axis));
    const shape = x!.shape.map((size, axis) => (along.includes(axis) ? size : 1));
    const read = (name: string): Reference => withShape(variable(`layer.${name}`), shape);
    const constant = (value: number): Reference => generate([1], () => value);
    const y = alongAxes(x!, axes, (values) => standardized(values, epsilon));
    return combine(
      [y, gamma ? read('gamma') : constant(1), beta ? read('beta') : constant(0)],
      (value, scale, shift) => value * scale + shift,
    );
  };

/** Parameters span the axes normalized, so those must be fixed. */
const fixedAxes = (shape: readonly number[], axes: readonly number[]): InputSource => ({
  shape,
  open: shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis) && !axes.includes(axis - shape.length)),
});

const layerNormalization: readonly LayerCase[] = [
  ...[
    [3, 5],
    [2, 4, 3],
    [2, 3, 4, 7],
  ].map((shape) =>
    single(
      `rank ${shape.length}`,
      'layerNormalization',
      {},
      shape,
      tfjsLayer((factory) => factory.layerNormalization(), ['gamma', 'beta']),
    ),
  ),
  ...[1, 4, 8, 9, 33, 64].map((size) =>
    single(`${size} elements`, 'layerNormalization', {}, [3, size], layerNorm([-1])),
  ),
  ...[[-1], [-2, -1], [1, 2, 3], [1], [1, 2], [1, 3], [-2]].map((axis) =>
    single(
      `axis ${String(axis)}`,
      'layerNormalization',
      { axis: axis.length === 1 ? axis[0]! : axis },
      fixedAxes([2, 3, 4, 5], axis),
      layerNorm(axis),
    ),
  ),
  ...[1e-5, 0.1].map((epsilon) =>
    single(`epsilon ${epsilon}`, 'layerNormalization', { epsilon }, [2, 6], layerNorm([-1], epsilon)),
  ),
  ...[
    [true, false],
    [false, true],
    [false, false],
  ].map(([gamma, beta]) =>
    single(
      `${gamma ? 'with' : 'without'} gamma, ${beta ? 'with' : 'without'} beta`,
      'layerNormalization',
      { ...(!gamma && { gamma: false }), ...(!beta && { beta: false }) },
      [2, 3, 6],
      layerNorm([-1], 1e-3, gamma, beta),
    ),
  ),
];

export const normalizationCases: readonly LayerCase[] = [...batchNormalization, ...layerNormalization];
