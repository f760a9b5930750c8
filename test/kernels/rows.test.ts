import test from 'ava';
import { Harness, close, combinations, random, relative } from './harness.js';

const harness = new Harness('(local.get $value)');

type Row = (values: number[]) => number[];

/** Applies `row` along the middle axis of [outer, length, inner]. */
function alongMiddle(x: Float32Array, outer: number, length: number, inner: number, results: number, row: Row) {
  const y = new Float64Array(outer * results * inner);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const values = Array.from({ length }, (_, l) => x[(o * length + l) * inner + i]!);
      row(values).forEach((value, l) => (y[(o * results + l) * inner + i] = value));
    }
  }
  return y;
}

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
const lengths = [1, 2, 3, 4, 5, 8, 15, 16, 17, 35];
const inners = [1, 2, 3, 4, 5, 7, 8, 16, 19, 37];
const sizes = combinations([0, 1, 3], lengths, inners) as [number, number, number][];

const reductions: [kernel: string, row: Row][] = [
  ['reduceSum', (values) => [sum(values)]],
  ['reduceMean', (values) => [sum(values) / values.length]],
  ['reduceMax', (values) => [Math.max(...values)]],
  ['reduceMin', (values) => [Math.min(...values)]],
];

for (const [kernel, row] of reductions) {
  test(kernel, (t) => {
    for (const [outer, length, inner] of [...sizes, [2, 0, 1], [2, 0, 5], [2, 3, 0]] as [number, number, number][]) {
      const x = random(outer * length * inner, length + inner);
      if (length % 4 === 3) x[x.length >> 1] = NaN;
      if (length === 8) x.fill(-Infinity, 0, 3);
      const { outputs } = harness.run(t, {
        kernel,
        inputs: [x],
        outputs: [outer * inner],
        args: ([px], [py]) => [px!, py!, outer, length, inner],
      });
      close(t, outputs[0]!, alongMiddle(x, outer, length, inner, 1, row), [outer, length, inner].join(), 1e-5);
    }
  });
}

/** Math.max ignores the NaN that a softmax must spread. */
const logSumExp = (values: number[]) => {
  const largest = Math.max(...values.filter((value) => !Number.isNaN(value)));
  return largest + Math.log(sum(values.map((value) => Math.exp(value - largest))));
};

const exponentials: [kernel: string, row: Row, tolerance: number][] = [
  ['softmax', (values) => values.map((value) => Math.exp(value - logSumExp(values))), 1e-6],
  ['logSoftmax', (values) => values.map((value) => value - logSumExp(values)), 1e-6],
];

for (const [kernel, row, tolerance] of exponentials) {
  test(kernel, (t) => {
    for (const [outer, length, inner] of sizes) {
      for (const [scale, shift] of [
        [3, 0],
        [60, 1000],
        [60, -1000],
      ] as const) {
        const x = random(outer * length * inner, length * inner).map((value) => value * scale + shift);
        if (scale === 3) {
          if (length > 3 && x.length) x[x.length - 1] = -Infinity;
          if (length > 8 && x.length) x[0] = NaN;
        }
        const expected = alongMiddle(x, outer, length, inner, length, row);
        const { outputs } = harness.run(t, {
          kernel,
          inputs: [x],
          outputs: [x.length],
          args: ([px], [py]) => [px!, py!, outer, length, inner],
        });
        close(t, outputs[0]!, expected, `${[outer, length, inner].join()} · ${scale}`, tolerance);
        if (kernel === 'softmax') relative(t, outputs[0]!, expected);
        const place = harness.runInPlace(kernel, x, (at) => [at, at, outer, length, inner]);
        t.deepEqual(place, outputs[0], 'in place');
      }
    }
  });
}

test('normalizeRows', (t) => {
  for (const [rows, length] of combinations([0, 1, 3], [1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 16, 31, 64, 100]) as [
    number,
    number,
  ][]) {
    for (const [scale, shift, epsilon] of [
      [1, 0, 1e-5],
      [1e-3, 5, 0],
      [100, -3000, 1e-3],
    ] as const) {
      if (length === 1 && epsilon === 0) continue;
      const x = random(rows * length, length).map((value) => value * scale + shift);
      const expected = alongMiddle(x, rows, length, 1, length, (values) => {
        const mean = sum(values) / length;
        const variance = sum(values.map((value) => (value - mean) ** 2)) / length;
        return values.map((value) => (value - mean) / Math.sqrt(variance + Math.fround(epsilon)));
      });
      const { outputs } = harness.run(t, {
        kernel: 'normalizeRows',
        inputs: [x],
        outputs: [x.length],
        args: ([px], [py]) => [px!, py!, rows, length, epsilon],
      });
      close(
        t,
        outputs[0]!,
        expected,
        `${rows} × ${length} · ${scale} + ${shift}`,
        2e-6 * (1 + Math.abs(shift) / scale),
      );
      const place = harness.runInPlace('normalizeRows', x, (at) => [at, at, rows, length, epsilon]);
      t.deepEqual(place, outputs[0], 'in place');
    }
  }
});
