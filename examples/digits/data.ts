import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** The example's source folder, where its data and weights lie; valid from the compiled files. */
export const folder = new URL('../../../examples/digits/', import.meta.url);

/** Handwritten digits: `images` of shape (count, 8, 8, 1) in 0…1, one label 0…9 for each. */
export interface Digits {
  readonly count: number;
  readonly images: Float32Array;
  readonly labels: Uint8Array;
}

export const pixelsPerImage = 64;
const trainCount = 1437;

/** Reads all 1,797 digits: the first 1,437 rows are for training, the last 360 for the test. */
export function loadDigits(): { train: Digits; test: Digits } {
  const rows = gunzipSync(readFileSync(new URL('digits.csv.gz', folder)))
    .toString('ascii')
    .trim()
    .split('\n')
    .map((line) => line.split(',').map(Number));
  return { train: collect(rows.slice(0, trainCount)), test: collect(rows.slice(trainCount)) };
}

function collect(rows: readonly number[][]): Digits {
  return {
    count: rows.length,
    images: Float32Array.from(rows.flatMap((row) => row.slice(0, pixelsPerImage).map((value) => value / 16))),
    labels: Uint8Array.from(rows, (row) => row[pixelsPerImage]!),
  };
}

/** The most probable class of each row of ten probabilities. */
function argMax(probabilities: Float32Array): Uint8Array {
  return Uint8Array.from({ length: probabilities.length / 10 }, (_, row) => {
    const classes = probabilities.subarray(row * 10, row * 10 + 10);
    return classes.indexOf(Math.max(...classes));
  });
}

/** The share of rows whose most probable class is the label. */
export function accuracy(probabilities: Float32Array, labels: Uint8Array): number {
  const predicted = argMax(probabilities);
  return predicted.filter((digit, row) => digit === labels[row]).length / labels.length;
}
