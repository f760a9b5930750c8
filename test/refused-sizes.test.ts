import test from 'ava';
import type { GraphSource } from '../compiler/declaration.js';
import { compile } from '../compiler/index.js';
import { instantiateSync, type ShapeError } from '../runtime/index.js';

type Shapes = Readonly<Record<string, readonly number[]>>;

/** Sizes a model takes, and others that its layers cannot take, known only when they come. */
const refusals: readonly (readonly [
  layers: GraphSource['layers'],
  inputs: GraphSource['inputs'],
  taken: Shapes,
  refused: Shapes,
  message: string,
])[] = [
  [
    [{ name: 'y', kind: 'add', from: ['a', 'b'] }],
    [
      { name: 'a', shape: ['batch', 'n'] },
      { name: 'b', shape: ['batch', 'm'] },
    ],
    { a: [2, 3], b: [2, 3] },
    { a: [2, 3], b: [2, 4] },
    'y: inputs do not broadcast: axis 1 has sizes 3 and 4',
  ],
  [
    [{ name: 'y', kind: 'concatenate', from: ['a', 'b'] }],
    [
      { name: 'a', shape: ['batch', 'n', 2] },
      { name: 'b', shape: ['batch', 'm', 3] },
    ],
    { a: [2, 5, 2], b: [2, 5, 3] },
    { a: [2, 5, 2], b: [2, 4, 3] },
    'y: inputs (batch, n, 2) and (batch, m, 3) differ on axis 1: 5 and 4',
  ],
  [
    [{ name: 'y', kind: 'conv1d', filters: 2, kernelSize: 5, dilation: 2, from: 'x' }],
    [{ name: 'x', shape: ['batch', 'length', 3] }],
    { x: [1, 9, 3] },
    { x: [1, 8, 3] },
    'y: kernel 9 is longer than its input (8)',
  ],
  [
    [{ name: 'y', kind: 'maxPooling1d', poolSize: 3, from: 'x' }],
    [{ name: 'x', shape: ['batch', 'length', 2] }],
    { x: [2, 3, 2] },
    { x: [3, 2, 2] },
    'y: pool 3 is longer than its input (2)',
  ],
  [
    [{ name: 'y', kind: 'reshape', targetShape: [4, -1], from: 'x' }],
    [{ name: 'x', shape: ['batch', 'length', 2] }],
    { x: [3, 6, 2] },
    { x: [2, 5, 2] },
    'y: cannot reshape (batch, length, 2) to (batch, 4, -1)',
  ],
];

for (const [layers, inputs, taken, refused, message] of refusals) {
  test(message, async (t) => {
    const source: GraphSource = { nacre: 1, inputs, layers, outputs: ['y'] };
    const model = instantiateSync((await compile(source)).binary);
    const feeds = (shapes: Shapes) =>
      Object.fromEntries(
        Object.entries(shapes).map(([name, shape]) => {
          const count = shape.reduce((product, size) => product * size, 1);
          return [name, { shape, data: Float32Array.from({ length: count }, (_, i) => Math.sin(i)) }];
        }),
      );
    t.throws<ShapeError>(() => model.forward(feeds(refused)), { name: 'ShapeError', message }, 'at the first call');
    const expected = model.forward(feeds(taken));
    t.throws<ShapeError>(() => model.resize(refused), { name: 'ShapeError', message }, 'at a later call');
    model.run();
    t.deepEqual(model.outputs['y'], expected['y']!.data, 'the sizes before stand');
    t.deepEqual(model.forward(feeds(taken)), expected);
  });
}
