import test from 'ava';
import { deriveKey, fnv1a64, normal } from '../../compiler/random.js';
import { sparse } from '../../compiler/streams/sparse.js';
import { fill, floats, kernels, relaxed, SCRATCH, withScratch } from '../random/kernels.js';
import { golden, hex } from './fixtures.js';

const key = deriveKey(0n, fnv1a64('dense_1.weight'));

const drawn = (
  rows: number,
  columns: number,
  sparsity: number,
  std = 0.01,
  matrixKey = key,
): Float32Array<ArrayBuffer> =>
  floats(
    withScratch(kernels.sparseScratch(rows, columns), () =>
      fill(rows * columns, (target) => kernels.fillSparse(target, rows, columns, matrixKey, sparsity, std, SCRATCH)),
    ),
  );

const cases: [rows: number, columns: number, sparsity: number, zeros: number][] = [
  [1, 1, 0.5, 1],
  [10, 3, 0, 0],
  [10, 3, 0.1, 1],
  [10, 3, 0.25, 3],
  [7, 5, 1, 7],
  [3, 100, 0.34, 2],
  [100, 33, 0.9, 90],
  [100, 2, 0.29, 29],
  [50, 4, 1.5, 50],
];

for (const [rows, columns, sparsity, zeros] of cases) {
  test(`[${rows}, ${columns}], ${sparsity} of it: ${zeros} zeros a column, the rest normal`, (t) => {
    const matrix = drawn(rows, columns, sparsity);
    t.is(hex(matrix), hex(Float32Array.from(sparse(key, rows, columns, sparsity, Math.fround(0.01)))));
    for (let column = 0; column < columns; column++) {
      t.is(matrix.filter((value, i) => i % columns === column && value === 0).length, zeros);
    }
    t.true(matrix.every((value, i) => value === 0 || value === normal(key, i, 0, Math.fround(0.01))));
  });
}

test('more sparsity adds zeros and moves none', (t) => {
  const [few, many] = [drawn(40, 20, 0.3), drawn(40, 20, 0.6)];
  t.true(few.every((value, i) => value !== 0 || many[i] === 0));
});

test('every row and every pair of rows is chosen as often', (t) => {
  const [rows, columns, zeros] = [12, 60000, 3];
  const matrix = drawn(rows, columns, zeros / rows);
  const pairs = new Float64Array(rows * rows);
  for (let column = 0; column < columns; column++) {
    const chosen = Array.from({ length: rows }, (_, row) => row).filter((row) => matrix[row * columns + column] === 0);
    for (const a of chosen) for (const b of chosen) pairs[a * rows + b] = pairs[a * rows + b]! + 1;
  }
  const singles = pairs.filter((_, i) => i % (rows + 1) === 0);
  const distinct = pairs.filter((_, i) => Math.floor(i / rows) < i % rows);
  // The counts of a sample without replacement vary less than the statistic assumes, by the factors behind.
  for (const [counts, expected, limit] of [
    [singles, (columns * zeros) / rows, 31.3 * (1 - zeros / rows)],
    [distinct, (columns * zeros * (zeros - 1)) / (rows * (rows - 1)), 105],
  ] as const) {
    const statistic = counts.reduce((sum, value) => sum + (value - expected) ** 2 / expected, 0);
    t.true(statistic < limit, `χ² ${statistic} of ${counts.length}`);
    t.true(statistic > counts.length / 5, `χ² ${statistic} of ${counts.length}`);
  }
});

test('golden values of docs/random.md', (t) => {
  for (const {
    seed,
    shape: [rows, columns],
    sparsity,
    std,
    values,
  } of golden.sparse) {
    const seeded = deriveKey(BigInt(seed), fnv1a64('dense_1.weight'));
    t.is(hex(drawn(rows, columns, sparsity, std, seeded)), values);
  }
});

(relaxed ? test : test.skip)('both targets give the same bits', (t) => {
  const { kernels: library, memory } = relaxed!;
  const target = SCRATCH;
  memory.grow(2);
  library.fillSparse(target, 30, 41, key, 0.4, 0.01, target + 8192);
  t.is(hex(new Float32Array(memory.buffer, target, 30 * 41).slice()), hex(drawn(30, 41, 0.4)));
});
