import { setFlagsFromString } from 'node:v8';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import test from 'ava';
import { binary, element, scalar, type Build } from '../../compiler/build.js';
import type { TensorGraph, Value } from '../../compiler/ir.js';
import { optimize } from '../../compiler/optimize/index.js';
import { plan } from '../../compiler/plan/index.js';
import type { Tensor } from '../../compiler/tensor.js';
import { referenceOf } from '../layers/evaluation.js';
import { difference } from '../layers/values.js';
import { graphOf, modelOf, runNaive, tensorOf, type Declared } from './run.js';

// Node 20 has relaxed SIMD behind a flag.
if (process.version.startsWith('v20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');

interface Row {
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly transposeRight?: boolean;
  /** The kernels of the product and of one with a bias, a residual and an activation, w being an input. */
  readonly steps: readonly string[];
}

const twice = (step: string): string[] => [step, step];
const batched = twice('batchedMatmul');
const rows: readonly Row[] = [
  { x: [2, 3, 4], w: [4, 5], steps: ['packGroups', 'gemm', 'packGroups', 'gemm'] },
  { x: [2, 3, 4], w: [1, 4, 9], steps: ['packGroups', 'gemm', 'packGroups', 'gemm'] },
  { x: [4], w: [4, 9], steps: ['packGroups', 'gemv', 'packGroups', 'gemv', 'loop'] },
  { x: [2, 3, 4], w: [2, 4, 9], steps: batched },
  { x: [3, 1, 7], w: [3, 7, 11], steps: batched },
  { x: [3, 7, 8], w: [3, 13, 8], transposeRight: true, steps: batched },
  { x: [3, 1, 5], w: [3, 9, 5], transposeRight: true, steps: batched },
  { x: [2, 3, 6, 5], w: [2, 3, 5, 8], steps: batched },
  { x: [2, 3, 6, 5], w: [3, 5, 9], steps: batched },
  { x: [6, 5], w: [2, 3, 5, 9], steps: batched },
  { x: [2, 1, 6, 5], w: [1, 3, 5, 9], steps: batched },
  { x: [1, 3, 2, 5], w: [4, 1, 5, 3], steps: batched },
  { x: [2, 3, 1, 6, 5], w: [2, 1, 4, 9, 5], transposeRight: true, steps: batched },
  { x: [2, 3, 1, 5], w: [2, 1, 5, 9], steps: batched },
  { x: [2, 1, 3, 1, 2, 1, 2, 3], w: [1, 2, 1, 3, 1, 2, 3, 4], steps: ['loop', 'loop', 'batchedMatmul', 'loop', 'loop', 'batchedMatmul'] }, // prettier-ignore
  { x: [0, 2, 3], w: [0, 3, 4], steps: batched },
  { x: [2, 0, 3], w: [2, 3, 4], steps: batched },
  { x: [2, 3, 0], w: [2, 0, 9], steps: batched },
  { x: [2, 1, 0], w: [2, 9, 0], transposeRight: true, steps: batched },
  { x: [2, 3, 4], w: [2, 4, 0], steps: batched },
];

const outputShape = ({ x, w, transposeRight }: Row): number[] => {
  const rank = Math.max(x.length, w.length) - 2;
  const leading = Array.from({ length: Math.max(0, rank) }, (_, axis) => {
    const sizes = [x, w].map((shape) => shape[axis - rank + shape.length - 2] ?? 1);
    return sizes[0] === 1 ? sizes[1]! : sizes[0]!;
  });
  return [...leading, ...x.slice(-2, -1), w.at(transposeRight ? -2 : -1)!];
};

/** The axes of x, w, a bias and a residual, named where they are open. */
function declared(row: Row, isOpen: boolean): readonly Declared[] {
  const { x, w, transposeRight } = row;
  const name = (shape: readonly number[], last: readonly string[]): Declared => ({
    shape: shape.map((size, axis) => {
      if (!isOpen || size === 1) return size;
      return axis < shape.length - last.length
        ? `axis${shape.length - axis}`
        : last[axis - shape.length + last.length]!;
    }),
  });
  const output = outputShape(row);
  return [
    name(x, x.length === 1 ? ['k'] : ['m', 'k']),
    name(w, transposeRight ? ['n', 'k'] : ['k', 'n']),
    name(output.slice(-1), ['n']),
    name(output, x.length === 1 ? ['n'] : ['m', 'n']),
  ];
}

/** The product, and one with a bias, a residual and an activation. */
function body({ transposeRight = false }: Row) {
  return (build: Build, [x, w, bias, residual]: readonly Value[]): Value[] => {
    const product = (): Value => build.op({ kind: 'matmul', transposeRight }, [x!, w!]);
    const sum = build.binary('add', build.binary('add', product(), bias!), residual!);
    return [product(), build.elementwise(binary('maximum', element(0), scalar(-3)), sum)];
  };
}

const graphOfRow = (row: Row): TensorGraph => graphOf(declared(row, false), body(row));
const nameOf = ({ x, w, transposeRight }: Row): string =>
  `${x.join('×')} · ${w.join('×')}${transposeRight ? ' transposed' : ''}`;

const operands = (row: Row): Tensor[] =>
  [row.x, row.w, outputShape(row).slice(-1), outputShape(row)].map((shape, i) => tensorOf('float32', shape, i + 1));

/** The product as TensorFlow.js computes it, which broadcasts one axis only; undefined where it takes no such shapes. */
function reference(row: Row, [x, w]: readonly Tensor[]): ReturnType<typeof referenceOf> | undefined {
  if (row.x.length < 2 || [...row.x, ...row.w].includes(0)) return undefined;
  const [a, b] = [x, w].map((tensor) => {
    const { shape, data } = tensor as Tensor<'float32'>;
    const whole = [...outputShape(row).slice(0, -2), ...shape.slice(-2)];
    return tf.broadcastTo(tf.tensor(data, [...shape]), whole);
  });
  const product = tf.matMul(a!, b!, false, row.transposeRight);
  return { shape: product.shape, data: Float64Array.from(product.dataSync()) };
}

/** One module of all rows, each with four inputs and two outputs of its own; sizes may be 0. */
function graphOfAll(isOpen: boolean): TensorGraph {
  const inputs = rows.flatMap((row, i) =>
    declared(row, isOpen).map(({ shape }) => ({
      shape: shape.map((size) => (typeof size === 'string' ? `${size} of ${i}` : size)),
    })),
  );
  const graph = graphOf(inputs, (build, values) =>
    rows.flatMap((row, i) => body(row)(build, values.slice(4 * i, 4 * i + 4))),
  );
  return { ...graph, symbols: graph.symbols.map((symbol) => ({ ...symbol, min: 0 })) };
}

for (const target of ['baseline', 'relaxed'] as const) {
  for (const isOpen of [false, true]) {
    test(`products of matrices on ${target}, sizes ${isOpen ? 'open' : 'known'}`, async (t) => {
      const graph = graphOfAll(isOpen);
      const inputs = rows.flatMap(operands);
      const model = await modelOf(graph, target);
      const got = model.forward(Object.fromEntries(inputs.map((input, i) => [`x${i}`, input])));
      const naive = runNaive(graph, inputs);
      rows.forEach((row, i) => {
        const [plain, finished] = [`y${2 * i}`, `y${2 * i + 1}`];
        const differs = (name: string, expected: ReturnType<typeof referenceOf>): string | undefined =>
          difference(referenceOf(got[name] as Tensor), expected);
        t.is(differs(plain, referenceOf(naive[plain]!)), undefined, nameOf(row));
        t.is(differs(finished, referenceOf(naive[finished]!)), undefined, `${nameOf(row)} with an epilogue`);
        const theirs = reference(row, operands(row));
        if (theirs) t.is(differs(plain, theirs), undefined, `${nameOf(row)} by TensorFlow.js`);
      });
    });
  }
}

const stepsOf = (graph: TensorGraph): string[] =>
  plan(optimize(graph)).forward.map((step) => (step.kind === 'call' ? step.kernel : step.kind));

test('which kernels a product takes, its epilogue among them', (t) => {
  for (const row of rows) t.deepEqual(stepsOf(graphOfRow(row)), row.steps, nameOf(row));
});

test('matrices that change with parameters only are packed once', async (t) => {
  const many = rows.filter(({ w }) => w.slice(0, -2).some((axis) => axis !== 1));
  const inputs = many.map((row) => declared(row, false)[0]!);
  const weights = many.map((row) => ({ tensor: operands(row)[1]! }));
  const graph = graphOf(
    inputs,
    (build, values, own) =>
      many.map(({ transposeRight = false }, i) => build.op({ kind: 'matmul', transposeRight }, [values[i]!, own[i]!])),
    weights,
  );
  const steps = many.map(({ steps }) => (steps.includes('loop') ? steps.slice(0, 3) : ['packedMatmul']));
  t.deepEqual(stepsOf(graph), steps.flat());
  const model = await modelOf(graph);
  const feeds = Object.fromEntries(many.map((row, i) => [`x${i}`, operands(row)[0]!]));
  for (const call of ['as initialized', 'as written']) {
    const got = model.forward(feeds);
    many.forEach((row, i) => {
      const expected = referenceOf(runNaive(graphOfRow(row), operands(row))['y0']!);
      t.is(difference(referenceOf(got[`y${i}`] as Tensor), expected), undefined, `${nameOf(row)} ${call}`);
      const { tensor } = weights[i]!;
      model.variables.set(`w${i}`, tensor as Tensor<'float32'>);
      t.deepEqual(model.variables.get(`w${i}`).data, tensor.data, nameOf(row));
    });
  }
});

test('matrices that are transposed before a product are packed as they stand', (t) => {
  const folds: readonly (readonly [
    w: readonly number[],
    permutation: readonly number[],
    transposeRight: boolean,
    steps: readonly string[],
  ])[] = [
    [[2, 3, 7, 5], [0, 1, 3, 2], false, ['batchedMatmul']],
    [[2, 3, 7, 5], [0, 1, 3, 2], true, ['batchedMatmul']],
    [[2, 7, 3, 5], [0, 2, 3, 1], false, ['transpose2d', 'batchedMatmul']],
    [[7, 5], [1, 0], false, ['packGroups', 'gemm']],
  ];
  for (const [shape, permutation, transposeRight, steps] of folds) {
    const turned = permutation.map((axis) => shape[axis]!);
    const k = turned.at(transposeRight ? -1 : -2)!;
    const graph = graphOf([{ shape: [2, 3, 4, k] }, { shape }], (build, [x, w]) => [
      build.op({ kind: 'matmul', transposeRight }, [x!, build.op({ kind: 'transpose', permutation }, [w!])]),
    ]);
    t.deepEqual(stepsOf(graph), steps, permutation.join());
  }
});

test('shapes that make no product are refused', (t) => {
  const faults: readonly (readonly [x: readonly number[], w: readonly number[], message: string])[] = [
    [[2, 3], [4, 5], 'graph: expects 4 inputs, got 3'],
    [[2, 3, 4], [3, 4, 5], 'graph: inputs do not broadcast: axis 0 has sizes 2 and 3'],
    [[4], [3, 4, 5], 'graph: matmul takes (…, m, k) and (…, k, n)'],
    [[2, 4], [4], 'graph: matmul takes (…, m, k) and (…, k, n)'],
  ];
  for (const [x, w, message] of faults) {
    const make = (): TensorGraph =>
      graphOf([{ shape: x }, { shape: w }], (build, values) => [
        build.op({ kind: 'matmul', transposeRight: false }, values),
      ]);
    t.throws(make, { message });
  }
});
