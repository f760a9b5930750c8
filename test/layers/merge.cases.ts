import * as tf from '@tensorflow/tfjs-core';
import { tfjs, tfjsLayer, type InputSource, type LayerCase, type Oracle } from './case.js';
import { combine, concatenated } from './reference.js';

const names = ['a', 'b', 'c', 'd'];

function merge(
  name: string,
  kind: string,
  attributes: Readonly<Record<string, unknown>>,
  shapes: readonly (readonly number[])[],
  expected: Oracle,
  open?: readonly number[],
): LayerCase {
  const inputs = shapes.map((shape, i): [string, InputSource] => [names[i]!, { shape, ...(open && { open }) }]);
  return {
    name: `${kind} ${name}`,
    layers: [{ name: 'layer', kind, from: names.slice(0, shapes.length), ...attributes }],
    inputs: Object.fromEntries(inputs),
    expected,
  };
}

const operations = {
  add: (...values: number[]) => values.reduce((a, b) => a + b),
  multiply: (...values: number[]) => values.reduce((a, b) => a * b),
  average: (...values: number[]) => values.reduce((a, b) => a + b) / values.length,
  maximum: (...values: number[]) => Math.max(...values),
  minimum: (...values: number[]) => Math.min(...values),
};

const kinds = Object.keys(operations) as (keyof typeof operations)[];

const elementwise: readonly LayerCase[] = [
  ...kinds.flatMap((kind) => [
    ...[2, 3, 4].map((arity) =>
      merge(
        `of ${arity}`,
        kind,
        {},
        Array.from({ length: arity }, () => [3, 5, 7]),
        tfjsLayer((factory) => factory[kind]()),
      ),
    ),
    merge('of one', kind, {}, [[2, 3]], ([a]) => a!),
    ...(
      [
        [
          [2, 4, 3],
          [2, 1, 3],
        ],
        [
          [2, 1, 5],
          [2, 4, 1],
        ],
        [
          [1, 6],
          [3, 6],
        ],
        [
          [2, 3, 4, 5],
          [2, 1, 1, 5],
          [1, 3, 4, 1],
        ],
        [[2, 3, 5], [5]],
        [
          [4, 3, 5],
          [3, 5],
        ],
      ] as const
    ).map((shapes) =>
      merge(
        `broadcasts ${shapes.map((shape) => `(${shape.join(', ')})`).join(' ')}`,
        kind,
        {},
        shapes,
        (inputs) => combine(inputs, operations[kind]),
        // Which axes are 1 must be known.
        [],
      ),
    ),
    ...[1, 3, 4, 5, 8, 17, 31].map((size) =>
      merge(`of ${size} elements`, kind, {}, [[size], [size]], (inputs) => combine(inputs, operations[kind])),
    ),
  ]),
  merge(
    'of two',
    'subtract',
    {},
    [
      [3, 5, 7],
      [3, 5, 7],
    ],
    tfjs(([a, b]) => tf.sub(a!, b!)),
  ),
  merge(
    'broadcasts',
    'subtract',
    {},
    [
      [3, 1, 7],
      [1, 5, 7],
    ],
    (inputs) => combine(inputs, (a, b) => a - b),
    [],
  ),
  {
    name: 'subtract a layer from itself',
    layers: [
      { name: 'twice', kind: 'add', from: ['x', 'x'] },
      { name: 'layer', kind: 'subtract', from: ['twice', 'x'] },
    ],
    inputs: { x: { shape: [2, 3] } },
    expected: ([x]) => x!,
  },
];

const concatenate: readonly LayerCase[] = [
  ...[-1, 1, 2, -2, -3].map((axis) =>
    merge(
      `axis ${axis}`,
      'concatenate',
      { axis },
      [
        [2, 3, 4],
        [2, 3, 4],
        [2, 3, 4],
      ],
      (inputs) => concatenated(inputs, axis),
    ),
  ),
  merge(
    'of different sizes',
    'concatenate',
    {},
    [
      [2, 3, 4],
      [2, 3, 1],
      [2, 3, 7],
    ],
    tfjs((inputs) => tf.concat(inputs, -1)),
  ),
  merge(
    'along axis 1',
    'concatenate',
    { axis: 1 },
    [
      [2, 5, 3],
      [2, 2, 3],
    ],
    tfjs((inputs) => tf.concat(inputs, 1)),
  ),
  merge(
    'along the batch',
    'concatenate',
    { axis: 0 },
    [
      [2, 3],
      [4, 3],
    ],
    tfjs((inputs) => tf.concat(inputs, 0)),
  ),
  merge('of one', 'concatenate', {}, [[2, 3]], ([a]) => a!),
  merge(
    'as tfjs',
    'concatenate',
    {},
    [
      [2, 5],
      [2, 3],
    ],
    tfjsLayer((factory) => factory.concatenate()),
  ),
];

export const mergeCases: readonly LayerCase[] = [...elementwise, ...concatenate];
