import type { InputSource, LayerCase, LayerSource } from './case.js';
import { testFunctions } from './functions.js';
import { combine, map, type Reference } from './reference.js';

const names = ['a', 'b', 'c'];

const functionNamed = (name: string) => testFunctions.find((candidate) => candidate.name === name)!;

function call(
  name: string,
  title: string,
  inputs: readonly (readonly number[] | InputSource)[],
  options?: Readonly<Record<string, number>>,
  open?: readonly number[],
): LayerCase {
  const from = names.slice(0, inputs.length);
  const { options: defaults, expected } = functionNamed(name);
  const values = Object.values({ ...defaults, ...options });
  const sources = inputs.map((input, i): [string, InputSource] => [
    from[i]!,
    'shape' in input ? input : { shape: input, ...(open && { open }) },
  ]);
  return {
    name: `elementwise ${name} ${title}`,
    layers: [{ name: 'layer', kind: 'elementwise', function: name, from, ...(options && { options }) }],
    inputs: Object.fromEntries(sources),
    expected: (given) => combine(given, (...elements) => expected(...elements, ...values)),
  };
}

/** Elements in (1, 4). */
const allowed = (shape: readonly number[]): InputSource => ({
  shape,
  values: Array.from({ length: shape.reduce((all, size) => all * size, 1) }, (_, i) => 1.25 + (i % 5) / 2),
});

const product = (x: Reference, w: Reference): Reference => {
  const [rows, inner, columns] = [x.shape[0]!, x.shape[1]!, w.shape[1]!];
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      for (let k = 0; k < inner; k++) data[i * columns + j]! += x.data[i * inner + k]! * w.data[k * columns + j]!;
  return { shape: [rows, columns], data };
};

/** A dense layer `dense` of 11 units, a call of `name`, and what comes after. */
function afterDense(
  title: string,
  layer: Omit<LayerSource, 'name' | 'kind'>,
  rows: number,
  expected: (dense: Reference, inputs: readonly Reference[]) => Reference,
  rest: Readonly<Record<string, InputSource>> = {},
): LayerCase {
  return {
    name: `elementwise ${title}, ${rows} rows`,
    layers: [
      { name: 'dense', kind: 'dense', from: 'x', units: 11 },
      { name: 'layer', kind: 'elementwise', ...layer },
      { name: 'last', kind: 'relu', from: 'layer' },
    ],
    inputs: { x: { shape: [rows, 6], open: [0] }, ...rest },
    expected: (inputs, variable) => {
      const bias = variable('dense.bias');
      const dense = combine([product(inputs[0]!, variable('dense.weight')), bias], (x, y) => x + y);
      return map(expected(dense, inputs), (x) => Math.max(x, 0));
    },
  };
}

const { expected: swish } = functionNamed('swish');
const { expected: gate } = functionNamed('gate');
const { expected: root } = functionNamed('root');
const { expected: strict } = functionNamed('strict');

export const elementwiseCases: readonly LayerCase[] = [
  ...[1, 3, 4, 5, 8, 17].map((size) => call('swish', `of ${size} elements`, [[size]])),
  call('swish', 'with an option', [[2, 3, 5]], { beta: -2.5 }),
  call('gate', 'of two', [
    [3, 7],
    [3, 7],
  ]),
  call(
    'gate',
    'with an option given',
    [
      [3, 7],
      [3, 7],
    ],
    { shift: -1 },
  ),
  ...(['gate', 'blend', 'root', 'strict'] as const).flatMap((name) =>
    (
      [
        [
          [2, 4, 3],
          [2, 1, 3],
          [4, 1],
        ],
        [
          [2, 1, 5],
          [2, 4, 1],
          [1, 1, 5],
        ],
        [[2, 3, 5], [5], [1]],
        [[6], [6], [6]],
      ] as const
    ).map((shapes) => {
      const count = { gate: 2, blend: 3, root: 1, strict: 2 }[name];
      const inputs = shapes.slice(0, count).map((shape, i): InputSource => {
        const source = name === 'strict' && i === 1 ? allowed(shape) : { shape };
        // Which axes are 1 must be known.
        return { ...source, open: [] };
      });
      return call(name, `broadcasts ${inputs.map(({ shape }) => `(${shape.join(', ')})`).join(' ')}`, inputs);
    }),
  ),
  ...[1, 5, 16].flatMap((rows) => [
    afterDense('swish after dense', { function: 'swish', from: 'dense' }, rows, (dense) =>
      map(dense, (x) => swish(x, 1)),
    ),
    afterDense(
      'gate of dense and a residual',
      { function: 'gate', from: ['dense', 'r'] },
      rows,
      (dense, [, r]) => combine([dense, r!], (x, y) => gate(x, y, 2, 0.5)),
      { r: { shape: [rows, 11], open: [0] } },
    ),
    afterDense('root after dense', { function: 'root', from: 'dense' }, rows, (dense) => map(dense, (x) => root(x))),
    afterDense(
      'strict after dense',
      { function: 'strict', from: ['dense', 'r'] },
      rows,
      (dense, [, r]) => combine([dense, r!], strict),
      { r: { ...allowed([rows, 11]), open: [0] } },
    ),
  ]),
];
