import { tfjsLayer, type InputSource, type LayerCase, type Oracle } from './case.js';
import {
  alongAxes,
  at,
  combine,
  count,
  generate,
  permuted,
  softmaxed,
  withShape,
  type Reference,
} from './reference.js';

/** A case of one layer of inputs a, b, …, all of whose sizes may be open unless `open` tells. */
function joined(
  name: string,
  kind: string,
  attributes: Readonly<Record<string, unknown>>,
  shapes: readonly (readonly number[])[],
  expected: Oracle,
  open?: readonly number[],
): LayerCase {
  const names = shapes.map((_, i) => 'abcd'[i]!);
  const inputs = shapes.map((shape, i): [string, InputSource] => [names[i]!, { shape, ...(open && { open }) }]);
  return {
    name: `${kind} ${name}`,
    layers: [{ name: 'layer', kind, from: names, ...attributes }],
    inputs: Object.fromEntries(inputs),
    expected,
  };
}

/** [batch, …] with an axis last, as [batch, rows, axis]. */
function rowsOf(x: Reference, axis: number): Reference {
  const along = axis < 0 ? axis + x.shape.length : axis;
  const others = x.shape.map((_, other) => other).filter((other) => other !== along);
  const moved = permuted(x, [...others, along]);
  return withShape(moved, [x.shape[0]!, count(moved.shape.slice(1, -1)), x.shape[along]!]);
}

const unit = (x: Reference, axis: number): Reference =>
  alongAxes(x, [axis], (values) => {
    const length = Math.sqrt(
      Math.max(
        values.reduce((sum, value) => sum + value ** 2, 0),
        1e-12,
      ),
    );
    return values.map((value) => value / length);
  });

const product =
  (left: number, right: number, normalize = false): Oracle =>
  ([a, b]) => {
    const [rows, columns] = [
      rowsOf(normalize ? unit(a!, left) : a!, left),
      rowsOf(normalize ? unit(b!, right) : b!, right),
    ];
    const [batch, m, k] = rows.shape as readonly [number, number, number];
    const others = (x: Reference, axis: number) =>
      x.shape.filter((_, other) => other !== 0 && other !== (axis + x.shape.length) % x.shape.length);
    const shape = [...others(a!, left), ...others(b!, right)];
    const y = generate([batch, m, columns.shape[1]!], ([example, row, column]) => {
      let sum = 0;
      for (let i = 0; i < k; i++) sum += at(rows, [example!, row!, i]) * at(columns, [example!, column!, i]);
      return sum;
    });
    return withShape(y, [batch, ...(shape.length > 0 ? shape : [1])]);
  };

const dot: readonly LayerCase[] = [
  ...(
    [
      [[2, 5], [2, 5], 1],
      [[2, 5], [2, 5], -1],
      [[2, 3, 4], [2, 3, 5], 1],
      [[2, 3, 4], [2, 6, 4], 2],
      [[2, 3, 4], [2, 6, 4], -1],
      [
        [2, 3, 4],
        [2, 4, 6],
        [2, 1],
      ],
      [
        [2, 3, 4],
        [2, 5, 3],
        [1, 2],
      ],
      [[3, 4], [3, 4, 2], 1],
      [[3, 4, 2], [3, 4], 1],
      [
        [3, 2, 4],
        [3, 4],
        [-1, -1],
      ],
    ] as const
  ).flatMap(([a, b, axes]) => {
    const pair = typeof axes === 'number' ? ([axes, axes] as const) : axes;
    const name = `(${a.join(', ')}) (${b.join(', ')}) along ${pair.join(' and ')}`;
    return [
      joined(name, 'dot', { axes }, [a, b], product(...pair)),
      joined(`${name}, of unit length`, 'dot', { axes, normalize: true }, [a, b], product(...pair, true)),
    ];
  }),
  ...(
    [
      [
        [2, 3, 4, 5],
        [2, 6, 4],
        [2, 2],
      ],
      [
        [2, 3, 4, 5],
        [2, 7, 5],
        [3, -1],
      ],
      [
        [2, 3, 4, 5],
        [2, 3, 2, 4],
        [1, 1],
      ],
      [
        [2, 3, 4, 5],
        [2, 4],
        [2, 1],
      ],
      [
        [2, 4],
        [2, 3, 5, 4],
        [1, 3],
      ],
      [
        [2, 3, 2, 2, 4],
        [2, 4, 3],
        [-1, 1],
      ],
    ] as const
  ).map(([a, b, axes]) =>
    joined(
      `(${a.join(', ')}) (${b.join(', ')}) along ${axes.join(' and ')}`,
      'dot',
      { axes },
      [a, b],
      product(axes[0], axes[1]),
    ),
  ),
  joined(
    'of vectors, as tfjs',
    'dot',
    { axes: -1, normalize: true },
    [
      [3, 7],
      [3, 7],
    ],
    tfjsLayer((factory) => factory.dot({ axes: -1, normalize: true })),
  ),
  joined(
    'of matrices, as tfjs',
    'dot',
    { axes: [2, 1] },
    [
      [2, 3, 4],
      [2, 4, 5],
    ],
    tfjsLayer((factory) => factory.dot({ axes: [2, 1] })),
  ),
];

const gated =
  (gateIndex: number, softmax = false): Oracle =>
  (inputs) => {
    const position = gateIndex < 0 ? gateIndex + inputs.length : gateIndex;
    const gate = softmax ? alongAxes(inputs[position]!, [1], softmaxed) : inputs[position]!;
    const others = inputs.filter((_, index) => index !== position);
    const terms = others.map((x, column) => generate(x.shape, (index) => at(x, index) * at(gate, [index[0]!, column])));
    return combine(terms, (...values) => values.reduce((a, b) => a + b));
  };

const gatedAverage: readonly LayerCase[] = [
  joined('of two', 'gatedAverage', {}, [[3, 2], [3, 5], [3, 5]], gated(0)), // prettier-ignore
  joined('of one', 'gatedAverage', {}, [[3, 1], [3, 5]], gated(0)), // prettier-ignore
  joined('of three sequences', 'gatedAverage', {}, [[2, 3], [2, 4, 5], [2, 4, 5], [2, 4, 5]], gated(0)), // prettier-ignore
  joined('of maps', 'gatedAverage', { gateIndex: 1 }, [[2, 3, 4, 5], [2, 2], [2, 3, 4, 5]], gated(1)), // prettier-ignore
  joined('by its last', 'gatedAverage', { gateIndex: -1 }, [[3, 5], [3, 5], [3, 2]], gated(-1)), // prettier-ignore
  joined('by softmax', 'gatedAverage', { activation: 'softmax' }, [[3, 2], [3, 5], [3, 5]], gated(0, true)), // prettier-ignore
  joined('broadcasts', 'gatedAverage', {}, [[3, 2], [3, 1, 5], [3, 4, 1]], gated(0), []), // prettier-ignore
];

export const mergeProductCases: readonly LayerCase[] = [...dot, ...gatedAverage];
