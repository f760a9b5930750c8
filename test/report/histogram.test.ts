import test from 'ava';
import fc from 'fast-check';
import { OptionError } from '../../compiler/errors.js';
import { histogram, type Histogram } from '../../compiler/report/index.js';
import { holds } from '../properties/holds.js';

/** Bins, moments and extremes in other words: sorted values are cut at the edges. */
function reference(values: readonly number[], bins: number): Partial<Histogram> {
  const sorted = values
    .filter(Number.isFinite)
    .map((value) => value + 0)
    .sort((a, b) => a - b);
  const [min, max] = [sorted[0]!, sorted.at(-1)!];
  const edges = Array.from({ length: bins + 1 }, (_, i) => (i < bins ? min + (i * (max - min)) / bins : max));
  const below = (edge: number): number => sorted.filter((value) => value < edge).length;
  const counts = edges
    .slice(0, -1)
    .map((edge, i) => (i < bins - 1 ? below(edges[i + 1]!) : sorted.length) - below(edge));
  return { count: values.length, min, max, edges, counts };
}

const samples = fc.array(fc.oneof(fc.float(), fc.constantFrom(0, -0, 1, 0.1, NaN, Infinity)), {
  minLength: 2,
  maxLength: 80,
});

test('bins are those of sorted values cut at the edges', (t) => {
  holds(
    t,
    fc.property(
      samples.map((list) => list.map(Math.fround)),
      fc.integer({ min: 1, max: 40 }),
      (values, bins) => {
        const finite = values.filter(Number.isFinite);
        fc.pre(new Set(finite.map((value) => value + 0)).size > 1);
        const found = histogram(Float32Array.from(values), { bins });
        const wanted = reference(values, bins);
        t.deepEqual(found.counts, wanted.counts);
        t.deepEqual(found.edges, wanted.edges);
        t.is(
          found.counts.reduce((sum, count) => sum + count, 0) + found.nan + found.infinity + found.negativeInfinity,
          values.length,
        );
      },
    ),
    300,
  );
});

test('a value on an edge belongs to the bin on its right, one just below to that on its left', (t) => {
  const below = (value: number): number => (value === 0 ? -Number.MIN_VALUE : value - Math.abs(value) * 2 ** -52);
  const range = fc.tuple(
    fc.double({ min: -1e3, max: 1e3, noNaN: true }),
    fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
  );
  holds(
    t,
    fc.property(range, fc.integer({ min: 2, max: 60 }), ([min, width], bins) => {
      const { edges } = histogram([min, min + width], { bins });
      const inner = edges.slice(1, -1).map(below);
      const { counts } = histogram([...edges, ...inner], { bins });
      t.deepEqual(counts, new Array<number>(bins).fill(2));
    }),
    300,
  );
});

type Row = readonly [name: string, values: readonly number[], bins: number | undefined, expected: Partial<Histogram>];

const rows: readonly Row[] = [
  // As numpy.histogram gives them.
  ['the right edge is inside', [0, 1, 2, 3, 4], 4, { edges: [0, 1, 2, 3, 4], counts: [1, 1, 1, 2] }],
  ['ten bins by default', [0, 10], undefined, { counts: [1, 0, 0, 0, 0, 0, 0, 0, 0, 1] }],
  ['values on inner edges go right', [0, 0.25, 0.5, 0.75, 1], 4, { counts: [1, 1, 1, 2] }],
  ['one bin', [3, 1, 2], 1, { edges: [1, 3], counts: [3], min: 1, max: 3, mean: 2, std: Math.sqrt(2 / 3) }],
  ['moments', [2, 4, 4, 4, 5, 5, 7, 9], 7, { mean: 5, std: 2, counts: [1, 0, 3, 2, 0, 1, 1] }],
  ['zeros', [0, 0, 0], 7, { edges: [-0.05, 0.05], counts: [3], min: 0, max: 0, mean: 0, std: 0 }],
  ['ones', [1, 1], 10, { edges: [0.95, 1.05], counts: [2], mean: 1, std: 0 }],
  ['a small constant', [-1e-8], 10, { edges: [-1.05e-8, -0.95e-8], counts: [1], std: 0 }],
  [
    'what is not finite is counted beside',
    [NaN, 1, Infinity, 2, -Infinity, NaN],
    2,
    { count: 6, nan: 2, infinity: 1, negativeInfinity: 1, min: 1, max: 2, mean: 1.5, std: 0.5, counts: [1, 1] },
  ],
  ['nothing finite', [NaN, NaN], 10, { count: 2, nan: 2, min: NaN, std: NaN, edges: [], counts: [] }],
  ['nothing', [], 10, { count: 0, nan: 0, mean: NaN, edges: [], counts: [] }],
  ['the largest floats', [-3.4028234663852886e38, 3.4028234663852886e38], 2, { counts: [1, 1], mean: 0 }],
  ['neighbours', [1, 1 + 2 ** -23], 3, { counts: [1, 0, 1] }],
  ['denormals', [0, 2 ** -149, 2 ** -148], 2, { counts: [1, 2], edges: [0, 2 ** -149, 2 ** -148] }],
];

for (const [name, values, bins, expected] of rows) {
  test(`histogram: ${name}`, (t) => {
    const found = histogram(values, bins === undefined ? {} : { bins });
    for (const [key, wanted] of Object.entries(expected) as [keyof Histogram, number | number[]][]) {
      const got = found[key];
      if (typeof wanted === 'number' || typeof got === 'number') {
        t.true(
          Object.is(got, wanted) || Math.abs((got as number) - (wanted as number)) < 1e-15,
          `${key} ${String(got)}`,
        );
      } else {
        t.is(got.length, wanted.length, key);
        wanted.forEach((value, i) => t.true(Math.abs(value - got[i]!) <= 1e-12 * Math.abs(value), `${key} ${got[i]}`));
      }
    }
  });
}

for (const bins of [0, -1, 1.5, NaN, Infinity, 10_001, '10', null]) {
  test(`bins cannot be ${JSON.stringify(bins)}: ${String(bins)}`, (t) => {
    const error = t.throws(() => histogram([1, 2], { bins: bins as number }), { instanceOf: OptionError });
    t.regex(error.message, /^histogram\.bins: must be a whole number from 1 to 10000, got /);
  });
}
