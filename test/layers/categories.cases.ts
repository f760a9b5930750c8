import { single, tfjsLayer, type InputSource, type LayerCase, type Oracle } from './case.js';
import { at, generate, map } from './reference.js';

const binned =
  (boundaries: readonly number[]): Oracle =>
  ([x]) =>
    map(x!, (value) => boundaries.filter((boundary) => value >= Math.fround(boundary)).length);

const discretization: readonly LayerCase[] = [
  ...[[0], [-0.5, 0.25], [-3, -1, 0, 2], [-4, -3.5, -1, 0, 0.1, 0.2, 6]].map((binBoundaries) =>
    single(
      `at ${binBoundaries.join(', ')}`,
      'discretization',
      { binBoundaries },
      { shape: [3, 5, 4], scale: 5 },
      binned(binBoundaries),
    ),
  ),
  single(
    'on boundaries',
    'discretization',
    { binBoundaries: [-1, 0.1, 2] },
    { shape: [2, 4], values: [-1, 0.1, 2, -2, Infinity, -Infinity, 3, 0] },
    binned([-1, 0.1, 2]),
  ),
  single(
    'of integers',
    'discretization',
    { binBoundaries: [1, 4, 6] },
    { shape: [3, 5], indices: { below: 8 } },
    binned([1, 4, 6]),
  ),
];

type Mode = 'oneHot' | 'multiHot' | 'count';

const encoded =
  (tokens: number, mode: Mode): Oracle =>
  ([x, weights]) => {
    const rank = x!.shape.length;
    if (mode === 'oneHot') {
      const kept = x!.shape.at(-1) === 1 ? x!.shape.slice(0, -1) : x!.shape;
      return generate([...kept, tokens], (index) => {
        const position = index.slice(0, -1);
        return at(x!, kept.length < rank ? [...position, 0] : position) === index.at(-1) ? 1 : 0;
      });
    }
    return generate([...x!.shape.slice(0, -1), tokens], (index) => {
      let total = 0;
      for (let i = 0; i < x!.shape[rank - 1]!; i++) {
        const position = [...index.slice(0, -1), i];
        if (at(x!, position) === index.at(-1)) total += weights ? at(weights, position) : 1;
      }
      return mode === 'multiHot' ? Math.min(total, 1) : total;
    });
  };

const indices = (below: number, shape: readonly number[], open?: readonly number[]): InputSource => ({
  shape,
  indices: { below },
  ...(open && { open }),
});

const categoryEncoding: readonly LayerCase[] = [
  single('defaults', 'categoryEncoding', { numTokens: 7 }, indices(7, [3, 4]), encoded(7, 'multiHot')),
  ...(['oneHot', 'multiHot', 'count'] as const).flatMap((outputMode) => [
    // Whether the last axis is 1 must be known.
    ...[[5], [3, 4], [2, 3, 4], [3, 1], [2, 3, 1]].map((shape) =>
      single(
        `${outputMode} of rank ${shape.length}, ${shape.at(-1)!} last`,
        'categoryEncoding',
        { numTokens: 6, outputMode },
        indices(6, shape, [...shape.keys()].slice(0, -1)),
        encoded(6, outputMode),
      ),
    ),
    single(
      `${outputMode}, as tfjs`,
      'categoryEncoding',
      { numTokens: 5, outputMode },
      indices(5, outputMode === 'oneHot' ? [4, 1] : [4, 3], [0]),
      tfjsLayer((factory) => factory.categoryEncoding({ numTokens: 5, outputMode })),
    ),
  ]),
  single(
    'of floats',
    'categoryEncoding',
    { numTokens: 4 },
    { shape: [2, 3], values: [0, 3, 1, 2, 2, 0] },
    encoded(4, 'multiHot'),
  ),
  {
    name: 'categoryEncoding of weighted categories',
    layers: [{ name: 'layer', kind: 'categoryEncoding', from: ['x', 'w'], numTokens: 5, outputMode: 'count' }],
    inputs: { x: indices(5, [3, 4]), w: { shape: [3, 4] } },
    expected: encoded(5, 'count'),
  },
  {
    name: 'discretization, then one vector a bin',
    layers: [
      { name: 'bins', kind: 'discretization', from: 'x', binBoundaries: [-0.5, 0, 0.5] },
      { name: 'layer', kind: 'categoryEncoding', from: 'bins', numTokens: 4, outputMode: 'oneHot' },
    ],
    inputs: { x: { shape: [3, 4], open: [0] } },
    expected: ([x], variable) => encoded(4, 'oneHot')([binned([-0.5, 0, 0.5])([x!], variable)], variable),
  },
];

export const categoryCases: readonly LayerCase[] = [...discretization, ...categoryEncoding];
