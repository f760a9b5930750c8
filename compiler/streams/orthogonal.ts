import { normal } from '../random.js';
import { jaxBits, jaxNormal } from './jax.js';
import type { TorchGenerator } from './torch.js';

/*
 * The orthogonal matrices of docs/random.md: the same bits as the kernels in assembly/orthogonal.ts. Columns are padded
 * with zeros to a multiple of four elements, and their number to a multiple of four.
 */

const { fround } = Math;
const PANEL = 4;

type Column = Float32Array;

/** Four reflections: v by columns, T by rows. */
interface Panel {
  readonly v: readonly Column[];
  readonly t: readonly Float32Array[];
}

const padded = (size: number): number => Math.ceil(size / PANEL) * PANEL;

const indices = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** a · b from row `first` on: four partial sums. */
function dot(a: Column, b: Column, first: number): number {
  const sums = new Float32Array(4);
  for (let i = first; i < a.length; i++) sums[i % 4] = sums[i % 4]! + fround(a[i]! * b[i]!);
  return fround(fround(sums[0]! + sums[2]!) + fround(sums[1]! + sums[3]!));
}

/**
 * Turns rows `begin` to `end` of a column into the v, with a first element of 1, of a reflection that takes them to
 * (r, 0, …, 0), and those from `first` to `begin` to 0. Gives its τ and the sign of r.
 */
function reflect(a: Column, first: number, begin: number, end: number): { tau: number; sign: number } {
  const head = begin < end ? a[begin]! : 0;
  a.fill(0, first, begin + 1);
  const tail = a.subarray(begin + 1, end).reduce((sum, x) => sum + x * x, 0);
  if (tail === 0) return { tau: 0, sign: head < 0 ? -1 : 1 };
  const norm = Math.sqrt(head * head + tail);
  const scale = head < 0 ? head - norm : head + norm;
  a[begin] = 1;
  let square = 1;
  for (let i = begin + 1; i < end; i++) {
    a[i] = a[i]! / scale;
    square += a[i]! * a[i]!;
  }
  return { tau: fround(2 / square), sign: head < 0 ? 1 : -1 };
}

function factorPanel(v: readonly Column[], first: number, end: number): { panel: Panel; signs: number[] } {
  const t = v.map(() => new Float32Array(PANEL));
  const signs = v.map((column, j) => {
    const { tau, sign } = reflect(column, first, first + j, end);
    for (const other of v.slice(j + 1)) {
      const factor = fround(tau * dot(column, other, first));
      for (let i = first; i < other.length; i++) other[i] = other[i]! - fround(factor * column[i]!);
    }
    for (let i = 0; i < j; i++) {
      const product = dot(v[i]!, column, first);
      for (let k = 0; k <= i; k++) t[k]![j] = t[k]![j]! - fround(tau * fround(t[k]![i]! * product));
    }
    t[j]![j] = tau;
    return sign;
  });
  return { panel: { v, t }, signs };
}

function sum4(a: number, b: number, c: number, d: number): number {
  return fround(fround(fround(a) + fround(b)) + fround(fround(c) + fround(d)));
}

/** a −= V·Tᵀ·Vᵀ·a from row `first` on. */
function applyPanel({ v, t }: Panel, a: Column, first: number): void {
  const w = v.map((column) => dot(a, column, first));
  const product = (j: number, k: number): number => w[k]! * t[k]![j]!;
  const f = indices(PANEL).map((j) => sum4(product(j, 0), product(j, 1), product(j, 2), product(j, 3)));
  for (let i = first; i < a.length; i++) {
    a[i] = a[i]! - sum4(f[0]! * v[0]![i]!, f[1]! * v[1]![i]!, f[2]! * v[2]![i]!, f[3]! * v[3]![i]!);
  }
}

/**
 * gain · Q · sign(diag R) of the QR decomposition of a matrix [max, min] of `rows` and `columns`, transposed where
 * rows < columns: [rows, columns], its rows or its columns orthonormal but for the gain.
 */
export function orthogonalize(matrix: Float32Array, rows: number, columns: number, gain: number): Float32Array {
  const long = Math.max(rows, columns);
  const short = Math.min(rows, columns);
  const q = indices(padded(short)).map((j) =>
    Float32Array.from({ length: padded(long) }, (_, i) => (i < long && j < short ? matrix[i * short + j]! : 0)),
  );
  const starts = indices(q.length / PANEL).map((index) => index * PANEL);
  const factored = starts.map((first) => {
    const { panel, signs } = factorPanel(q.slice(first, first + PANEL), first, long);
    for (const column of q.slice(first + PANEL)) applyPanel(panel, column, first);
    return { first, panel, signs };
  });
  for (const { first, panel } of factored.toReversed()) {
    const transposed = { v: panel.v, t: panel.t.map((_, k) => Float32Array.from(panel.t, (row) => row[k]!)) };
    for (let j = first; j < first + PANEL; j++) {
      q[j] = new Float32Array(padded(long));
      q[j]![j] = 1;
    }
    for (const column of q.slice(first)) applyPanel(transposed, column, first);
  }
  const signs = factored.flatMap((part) => part.signs);
  return Float32Array.from({ length: rows * columns }, (_, index) => {
    const [row, column] = [Math.floor(index / columns), index % columns];
    const [i, j] = rows < columns ? [column, row] : [row, column];
    return q[j]![i]! * fround(gain * signs[j]!);
  });
}

/** orthogonalize of the standard normal elements 0 on of a key, by rows of [max, min]. */
export function orthogonal(key: bigint, rows: number, columns: number, gain: number): Float32Array {
  return orthogonalize(
    Float32Array.from({ length: rows * columns }, (_, i) => normal(key, i, 0, 1)),
    rows,
    columns,
    gain,
  );
}

/** gain · jax.nn.initializers.orthogonal()(jax.random.key(seed), [rows, columns]) up to rounding. */
export function jaxOrthogonal(seed: bigint, rows: number, columns: number, gain: number): Float32Array {
  const normals = Float32Array.from({ length: rows * columns }, (_, i) => jaxNormal(jaxBits(seed, i)));
  return orthogonalize(normals, rows, columns, gain);
}

/** torch.nn.init.orthogonal_(tensor, gain) of a tensor [rows, columns] up to rounding, by the generator. */
export function torchOrthogonal(generator: TorchGenerator, rows: number, columns: number, gain: number): Float32Array {
  const drawn = generator.normal(rows * columns, 0, 1);
  const transposed = drawn.map((_, i) => drawn[(i % rows) * columns + Math.floor(i / rows)]!);
  return orthogonalize(rows < columns ? transposed : drawn, rows, columns, gain);
}

/** Where a matrix stands in a convolution kernel, in elements. */
export interface CentralTap {
  /** The elements of the kernel. */
  readonly count: number;
  /** Where element [0, 0] of the matrix stands. */
  readonly centre: number;
  readonly strideRow: number;
  readonly strideColumn: number;
}

/** A convolution kernel that is 0 but for a matrix of `columns` columns at its central tap. */
export function deltaOrthogonal(matrix: Float32Array, columns: number, tap: CentralTap): Float32Array {
  const kernel = new Float32Array(tap.count);
  matrix.forEach((value, i) => {
    kernel[tap.centre + Math.floor(i / columns) * tap.strideRow + (i % columns) * tap.strideColumn] = value;
  });
  return kernel;
}
