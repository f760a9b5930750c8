import test from 'ava';
import { deriveKey, fnv1a64, normal } from '../../compiler/random.js';
import { orthogonal, orthogonalize } from '../../compiler/streams/orthogonal.js';
import { fill, floats, kernels, memory, relaxed } from '../random/kernels.js';
import { golden, hex } from './fixtures.js';

const SCRATCH = 65536;
const GUARD = 0xa5;
const key = deriveKey(0n, fnv1a64('dense_1.weight'));

const shapes: [rows: number, columns: number][] = [
  [1, 1],
  [1, 7],
  [9, 1],
  [2, 3],
  [3, 2],
  [4, 4],
  [5, 5],
  [8, 6],
  [17, 40],
  [43, 12],
  [33, 34],
  [64, 64],
];

/** Runs a kernel that takes scratch, which must keep to it. */
function run(
  rows: number,
  columns: number,
  count: number,
  kernel: (target: number) => void,
): Float32Array<ArrayBuffer> {
  const scratch = kernels.orthogonalScratch(rows, columns);
  const guards = [SCRATCH - 16, SCRATCH + scratch].map((start) => new Uint8Array(memory.buffer, start, 16).fill(GUARD));
  new Uint8Array(memory.buffer, SCRATCH, scratch).fill(0xff);
  const matrix = floats(fill(count, kernel));
  if (!guards.every((guard) => guard.every((byte) => byte === GUARD))) throw new Error('a kernel left its scratch');
  return matrix;
}

const drawn = (rows: number, columns: number, gain = 1): Float32Array<ArrayBuffer> =>
  run(rows, columns, rows * columns, (target) => kernels.fillOrthogonal(target, rows, columns, key, gain, SCRATCH));

const orthogonalized = (matrix: Float32Array, rows: number, columns: number): Float32Array<ArrayBuffer> =>
  run(rows, columns, matrix.length, (target) => {
    new Float32Array(memory.buffer, target, matrix.length).set(matrix);
    kernels.orthogonalize(target, rows, columns, 1, SCRATCH);
  });

/** The columns of a matrix, or its rows where those are fewer. */
function vectors(matrix: Float32Array, rows: number, columns: number): Float64Array[] {
  const long = Math.max(rows, columns);
  return Array.from({ length: Math.min(rows, columns) }, (_, j) =>
    Float64Array.from({ length: long }, (_, i) => matrix[rows < columns ? j * columns + i : i * columns + j]!),
  );
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** The largest |QᵀQ − I|, over every `step`th column times all. */
function deviation(matrix: Float32Array, rows: number, columns: number, step = 1): number {
  const all = vectors(matrix, rows, columns);
  let largest = 0;
  for (let i = 0; i < all.length; i += step) {
    all.forEach((vector, j) => {
      largest = Math.max(largest, Math.abs(dot(all[i]!, vector) - (i === j ? 1 : 0)));
    });
  }
  return largest;
}

for (const [rows, columns] of shapes) {
  const title = `[${rows}, ${columns}]`;
  test(`${title}: the kernel gives the mirror’s bits, orthonormal`, (t) => {
    const matrix = drawn(rows, columns);
    t.is(hex(matrix), hex(Float32Array.from(orthogonal(key, rows, columns, 1))));
    t.true(deviation(matrix, rows, columns) < 1e-6);
  });

  test(`${title}: Q of a decomposition whose R has a positive diagonal`, (t) => {
    const [long, short] = [Math.max(rows, columns), Math.min(rows, columns)];
    const q = vectors(drawn(rows, columns), rows, columns);
    const drawnColumns = Array.from({ length: short }, (_, j) =>
      Float64Array.from({ length: long }, (_, i) => normal(key, i * short + j, 0, 1)),
    );
    drawnColumns.forEach((column, j) => {
      t.true(dot(q[j]!, column) > 0, `R[${j}, ${j}]`);
      for (let i = j + 1; i < short; i++) t.true(Math.abs(dot(q[i]!, column)) < 1e-5, `R[${i}, ${j}]`);
    });
  });
}

for (const [rows, columns] of [
  [1024, 1024],
  [700, 128],
  [128, 1000],
] as const) {
  test(`[${rows}, ${columns}] is orthonormal`, (t) => {
    t.true(deviation(drawn(rows, columns), rows, columns, 37) < 1e-5);
  });
}

test('the gain scales', (t) => {
  for (const [rows, columns] of [
    [6, 5],
    [5, 6],
  ] as const) {
    t.deepEqual(
      drawn(rows, columns, 2),
      drawn(rows, columns).map((value) => 2 * value),
    );
    t.deepEqual(
      drawn(rows, columns, -0.5),
      drawn(rows, columns).map((value) => -0.5 * value),
    );
  }
});

const dependent: [title: string, value: (row: number, column: number) => number][] = [
  ['zeros', () => 0],
  ['equal columns', (row) => Math.sin(row + 1)],
  ['one column of zeros', (row, column) => (column === 1 ? 0 : Math.sin(3 * row + 7 * column))],
  ['small numbers', (row, column) => 1e-30 * Math.cos(row * column)],
  ['large numbers', (row, column) => 1e18 * Math.cos(row + 5 * column)],
];

for (const [title, value] of dependent) {
  test(`${title} give an orthonormal matrix too`, (t) => {
    for (const [rows, columns] of [
      [1, 1],
      [6, 6],
      [9, 5],
      [5, 9],
    ] as const) {
      const [long, short] = [Math.max(rows, columns), Math.min(rows, columns)];
      const matrix = Float32Array.from({ length: long * short }, (_, i) => value(Math.floor(i / short), i % short));
      const q = orthogonalized(matrix, rows, columns);
      t.true(deviation(q, rows, columns) < 1e-6, `[${rows}, ${columns}]`);
      t.is(hex(q), hex(Float32Array.from(orthogonalize(matrix, rows, columns, 1))));
    }
  });
}

test('deltaOrthogonal: one tap of a convolution kernel', (t) => {
  const [taps, centre, inChannels, outChannels] = [9, 4, 3, 5];
  const size = inChannels * outChannels;
  const kernel = run(inChannels, outChannels, taps * size, (target) =>
    kernels.fillDeltaOrthogonal(target, taps, centre, inChannels, outChannels, key, 1.5, SCRATCH),
  );
  const expected = new Float32Array(taps * size);
  expected.set(orthogonal(key, inChannels, outChannels, 1.5), centre * size);
  t.deepEqual(kernel, expected);
});

test('golden values of docs/random.md', (t) => {
  for (const {
    seed,
    shape: [rows, columns],
    gain,
    values,
  } of golden.orthogonal) {
    const seeded = deriveKey(BigInt(seed), fnv1a64('dense_1.weight'));
    t.is(hex(Float32Array.from(orthogonal(seeded, rows, columns, gain))), values);
    const matrix = run(rows, columns, rows * columns, (target) =>
      kernels.fillOrthogonal(target, rows, columns, seeded, gain, SCRATCH),
    );
    t.is(hex(matrix), values);
  }
});

(relaxed ? test : test.skip)('both targets give the same bits', (t) => {
  const { kernels: library, memory: other } = relaxed!;
  const target = SCRATCH + 65536;
  other.grow(16);
  for (const [rows, columns] of shapes) {
    library.fillOrthogonal(target, rows, columns, key, 1, SCRATCH);
    const matrix = new Float32Array(other.buffer, target, rows * columns).slice();
    t.is(hex(matrix), hex(drawn(rows, columns)));
  }
});
