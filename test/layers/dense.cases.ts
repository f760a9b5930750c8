import * as tf from '@tensorflow/tfjs-core';
import { single, tfjs, tfjsLayer, type LayerCase } from './case.js';
import { combine, convolve, generate, withShape } from './reference.js';

const both = ['weight', 'bias'];

/** x · w with the channels of both last, as a convolution of one tap. */
const dense: readonly LayerCase[] = [
  ...[1, 2, 4, 7, 8, 9, 16, 33].flatMap((units) =>
    [1, 5].map((batch) =>
      single(
        `${units} units, batch ${batch}`,
        'dense',
        { units },
        [batch, 11],
        tfjsLayer((factory) => factory.dense({ units }), both),
      ),
    ),
  ),
  ...(['relu', 'sigmoid', 'tanh', 'softmax', 'elu'] as const).map((activation) =>
    single(
      activation,
      'dense',
      { units: 6, activation },
      [3, 5],
      tfjsLayer((factory) => factory.dense({ units: 6, activation }), both),
    ),
  ),
  single(
    'without bias',
    'dense',
    { units: 3, bias: false },
    [2, 5],
    tfjs(([x], [w]) => tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D), ['weight']),
  ),
  single(
    'inputUnits',
    'dense',
    { units: 3, inputUnits: 5 },
    [2, 5],
    tfjsLayer((factory) => factory.dense({ units: 3 }), both),
  ),
  ...[
    [2, 3, 5],
    [2, 3, 2, 5],
  ].map((shape) =>
    single(`rank ${shape.length}`, 'dense', { units: 4 }, shape, ([x], variable) => {
      const rows = withShape(x!, [1, 1, x!.data.length / 5, 5]);
      const y = convolve(rows, withShape(variable('layer.weight'), [1, 1, 5, 4]));
      return combine([withShape(y, [...shape.slice(0, -1), 4]), variable('layer.bias')], (a, b) => a + b);
    }),
  ),
];

const embedding: readonly LayerCase[] = [
  ...[[3, 4], [2, 1], [2, 3, 2], [5]].map((shape) =>
    single(
      `of indices (${shape.join(', ')})`,
      'embedding',
      { inputDim: 10, outputDim: 6 },
      { shape, indices: { below: 10 } },
      ([x], variable) =>
        generate([...shape, 6], (index) => {
          const position = index.slice(0, -1).reduce((sum, at, axis) => sum * shape[axis]! + at, 0);
          return variable('layer.weight').data[x!.data[position]! * 6 + index.at(-1)!]!;
        }),
    ),
  ),
  ...[1, 4, 7].map((outputDim) =>
    single(
      `of ${outputDim}`,
      'embedding',
      { inputDim: 3, outputDim },
      { shape: [2, 5], indices: { below: 3 } },
      tfjs(([x], [w]) => tf.gather(w!, tf.cast(x!, 'int32')), ['weight']),
    ),
  ),
];

export const denseCases: readonly LayerCase[] = [...dense, ...embedding];
