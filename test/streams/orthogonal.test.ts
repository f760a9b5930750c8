import test from 'ava';
import { deriveKey, fnv1a64, normal } from '../../compiler/random.js';
import {
  deltaOrthogonal,
  jaxOrthogonal,
  orthogonal,
  orthogonalize,
  torchOrthogonal,
} from '../../compiler/streams/orthogonal.js';
import { TorchGenerator } from '../../compiler/streams/torch.js';
import { fill, floats, kernels, memory, relaxed, SCRATCH, withScratch } from '../random/kernels.js';
import { golden, hex } from './fixtures.js';

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
  return floats(withScratch(kernels.orthogonalScratch(rows, columns), () => fill(count, kernel)));
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

const layouts = [
  // [taps, in, out] and [out, in, taps], with 9 taps, 3 channels and 5 filters.
  { title: 'io', rows: 3, columns: 5, centre: 4 * 15, strideRow: 5, strideColumn: 1 },
  { title: 'oi', rows: 5, columns: 3, centre: 4, strideRow: 27, strideColumn: 9 },
];

for (const { title, rows, columns, centre, strideRow, strideColumn } of layouts) {
  test(`deltaOrthogonal: one tap of a convolution kernel, ${title}`, (t) => {
    const count = 9 * rows * columns;
    const tap = { count, centre, strideRow, strideColumn };
    const matrices = {
      fillDeltaOrthogonal: orthogonal(key, rows, columns, 1.5),
      fillJaxDeltaOrthogonal: jaxOrthogonal(key, rows, columns, 1.5),
    };
    for (const [name, matrix] of Object.entries(matrices)) {
      const fillKernel = kernels[name as keyof typeof matrices];
      const kernel = withScratch(kernels.deltaOrthogonalScratch(rows, columns), () =>
        fill(count, (target) =>
          fillKernel(target, count, centre, rows, columns, strideRow, strideColumn, key, 1.5, SCRATCH),
        ),
      );
      const expected = new Float32Array(count);
      for (let i = 0; i < 3; i++) {
        for (let o = 0; o < 5; o++) {
          if (title === 'io') expected[(4 * 3 + i) * 5 + o] = matrix[i * 5 + o]!;
          else expected[(o * 3 + i) * 9 + 4] = matrix[o * 3 + i]!;
        }
      }
      t.is(hex(floats(kernel)), hex(expected), name);
      t.is(hex(deltaOrthogonal(matrix, columns, tap) as Float32Array<ArrayBuffer>), hex(expected), name);
    }
  });
}

/** Q of the QR decomposition with a positive diagonal of R, by Gram and Schmidt, twice, in f64. */
function gramSchmidt(columns: readonly Float64Array[]): Float64Array[] {
  const q: Float64Array[] = [];
  for (const column of columns) {
    const rest = column.slice();
    for (const other of [...q, ...q]) {
      const factor = dot(other, rest);
      for (let i = 0; i < rest.length; i++) rest[i] = rest[i]! - factor * other[i]!;
    }
    q.push(rest.map((value) => value / Math.sqrt(dot(rest, rest))));
  }
  return q;
}

const TORCH_STATE = 32768;

for (const [rows, columns] of [
  [3, 3],
  [2, 9],
  [9, 2],
  [40, 17],
  [130, 70],
  [70, 130],
] as const) {
  const [long, short] = [Math.max(rows, columns), Math.min(rows, columns)];
  const count = rows * columns;
  const check = (
    matrix: Float32Array<ArrayBuffer>,
    mirror: Float32Array,
    normalAt: (i: number, j: number) => number,
  ): string | undefined => {
    if (hex(matrix) !== hex(Float32Array.from(mirror))) return 'the mirror differs';
    const a = Array.from({ length: short }, (_, j) => Float64Array.from({ length: long }, (_, i) => normalAt(i, j)));
    const q = vectors(matrix, rows, columns);
    const distance = (j: number, column: Float64Array): number =>
      Math.max(...column.map((value, i) => Math.abs(1.5 * value - q[j]![i]!)));
    const largest = Math.max(...gramSchmidt(a).map((column, j) => distance(j, column)));
    return largest < 2e-5 ? undefined : `the decomposition differs by ${largest}`;
  };

  test(`jax orthogonal [${rows}, ${columns}]: the decomposition of its normal numbers`, (t) => {
    const matrix = run(rows, columns, count, (target) =>
      kernels.fillJaxOrthogonal(target, rows, columns, 42n, 1.5, SCRATCH),
    );
    const normals = floats(fill(count, (target) => kernels.fillJaxNormal(target, count, 0n, 42n, 0, 1)));
    t.is(
      check(matrix, jaxOrthogonal(42n, rows, columns, 1.5), (i, j) => normals[i * short + j]!),
      undefined,
    );
  });

  test(`torch orthogonal_ [${rows}, ${columns}]: the decomposition of its normal numbers`, (t) => {
    kernels.seedTorch(TORCH_STATE, 42n);
    const matrix = run(rows, columns, count, (target) =>
      kernels.fillTorchOrthogonal(target, rows, columns, TORCH_STATE, 1.5, SCRATCH),
    );
    const generator = new TorchGenerator(42n);
    const mirror = torchOrthogonal(generator, rows, columns, 1.5);
    t.is(fill(1, (target) => kernels.fillTorchBits(target, 1, TORCH_STATE))[0], generator.bits());
    const normals = new TorchGenerator(42n).normal(count, 0, 1);
    const element = (row: number, column: number): number => normals[row * columns + column]!;
    t.is(
      check(matrix, mirror, (i, j) => (rows < columns ? element(j, i) : element(i, j))),
      undefined,
    );
  });
}

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
  for (const kind of ['jaxOrthogonal', 'torchOrthogonal'] as const) {
    for (const {
      seed,
      shape: [rows, columns],
      gain,
      values,
    } of golden[kind]) {
      kernels.seedTorch(TORCH_STATE, BigInt(seed));
      const matrix = run(rows, columns, rows * columns, (target) => {
        if (kind === 'jaxOrthogonal') kernels.fillJaxOrthogonal(target, rows, columns, BigInt(seed), gain, SCRATCH);
        else kernels.fillTorchOrthogonal(target, rows, columns, TORCH_STATE, gain, SCRATCH);
      });
      t.is(hex(matrix), values, kind);
    }
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
