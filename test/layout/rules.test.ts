import test from 'ava';
import { binary, element, unary } from '../../compiler/build.js';
import { symbol, type Dim } from '../../compiler/dim.js';
import { evaluate } from '../../compiler/evaluate.js';
import { axis, div, i32, load } from '../../compiler/formula.js';
import type { Node, Value } from '../../compiler/ir.js';
import { optimize } from '../../compiler/optimize/index.js';
import { inputsFor } from '../graphs/calls.js';
import { Draw } from '../graphs/draw.js';
import { referenceOf } from '../layers/evaluation.js';
import { difference } from '../layers/values.js';
import { Ops, sizes, textOf } from './ops.js';

interface RuleCase {
  readonly name: string;
  readonly shape?: readonly Dim[];
  readonly build: (ops: Ops, x: Value) => Value | readonly Value[];
  /** Transposes left in `forward`, 0 when left out. */
  readonly left?: number;
  readonly prepared?: number;
  /** What the first of them gives. */
  readonly moved?: readonly number[];
}

const last = (ops: Ops, x: Value): Value => ops.transpose(x, 0, 2, 3, 1);
const first = (ops: Ops, x: Value): Value => ops.transpose(x, 0, 3, 1, 2);
const tanh = (ops: Ops, x: Value): Value => ops.elementwise(unary('tanh', element(0)), x);
const sum = binary('add', element(0), element(1));
const product = binary('multiply', element(0), element(1));

/** Between a transpose and its inverse, of which neither is to be left. */
const within = (run: (ops: Ops, x: Value) => Value) => (ops: Ops, x: Value) => last(ops, run(ops, first(ops, x)));

const cases: readonly RuleCase[] = [
  { name: 'transposes compose', build: (ops, x) => ops.transpose(last(ops, first(ops, x)), 3, 2, 1, 0), left: 1 },
  { name: 'inverse transposes vanish', build: (ops, x) => tanh(ops, last(ops, first(ops, x))) },
  {
    name: 'equal transposes are one',
    build: (ops, x) => [ops.op({ kind: 'normalize', axes: 1, epsilon: 0.1 }, last(ops, x)), tanh(ops, last(ops, x))],
    left: 1,
  },
  {
    name: 'axes of size 1 move for nothing',
    shape: [1, 3, 1, 5],
    build: (ops, x) => tanh(ops, ops.transpose(x, 1, 0, 3, 2)),
  },
  {
    name: 'reshapes compose with transposes',
    build: (ops, x) => {
      const split = ops.build.reshape(ops.build.reshape(x, [2, 3, 20]), [2, 3, 4, 5]);
      return ops.build.reshape(ops.transpose(first(ops, split), 0, 2, 3, 1), [6, 20]);
    },
  },
  {
    name: 'elementwise, with vectors along an axis and of every axis',
    build: within((ops, x) => {
      const along = ops.build.reshape(ops.variable([5]), [5, 1, 1]);
      return ops.elementwise(sum, ops.elementwise(product, along, x), ops.variable([2, 5, 3, 4]));
    }),
    prepared: 1,
  },
  {
    name: 'elementwise, of two values that are transposed',
    build: (ops, x) => {
      const [a, b] = [first(ops, tanh(ops, x)), first(ops, ops.op({ kind: 'softmax', axis: 3, log: false }, x))];
      return last(ops, ops.elementwise(sum, a, b));
    },
  },
  {
    name: 'elementwise, broadcasting a live value of fewer axes',
    build: within((ops, x) => {
      const means = ops.op({ kind: 'reduce', fn: 'mean', axes: [0, 3] }, x);
      return ops.elementwise(product, ops.build.reshape(means, [5, 3, 1]), x);
    }),
  },
  {
    name: 'concat',
    build: within((ops, x) => ops.op({ kind: 'concat', axis: 1 }, x, tanh(ops, x))),
  },
  { name: 'pad', build: within((ops, x) => ops.op({ kind: 'pad', padding: [[0, 0], [1, 2], [0, 0], [3, 0]], value: 2 }, x)) }, // prettier-ignore
  {
    name: 'slice',
    build: within((ops, x) =>
      ops.op({ kind: 'slice', starts: [0, 4, 1, 0], steps: [1, -2, 1, 1], sizes: [2, 3, 1, 4] }, x),
    ),
  },
  {
    name: 'gather along an axis',
    build: within((ops, x) =>
      ops.op({ kind: 'gather', axis: 1, wrap: true }, x, ops.constant('int32', [3], [4, 0, -2])),
    ),
  },
  {
    name: 'gather of an axis of one element',
    shape: [2, 3, 4, 1],
    build: within((ops, x) => ops.op({ kind: 'gather', axis: 1, wrap: false }, x, ops.constant('int32', [2], [0, 0]))),
  },
  {
    name: 'gather to an axis of one element',
    build: within((ops, x) => ops.op({ kind: 'gather', axis: 2, wrap: false }, x, ops.constant('int32', [1], [2]))),
  },
  {
    name: 'gather by indices with other axes stays',
    build: (ops, x) => {
      const indices = ops.constant('int32', [2, 2], [0, 1, 1, 0]);
      return ops.op({ kind: 'gather', axis: 1, wrap: false }, first(ops, x), indices);
    },
    left: 1,
  },
  {
    name: 'resample',
    build: within((ops, x) => {
      const indices = ops.constant('int32', [7, 2], [0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 0, 1, 0]);
      const weights = ops.constant('float32', [7, 2], [1, 0, 0.5, 0.5, 1, 0, 0.25, 0.75, 1, 0, 0.5, 0.5, 2, -1]);
      return ops.op({ kind: 'resample', axis: 2 }, x, indices, weights);
    }),
  },
  { name: 'softmax', build: within((ops, x) => ops.op({ kind: 'softmax', axis: 1, log: false }, x)) },
  { name: 'log softmax', build: within((ops, x) => ops.op({ kind: 'softmax', axis: 2, log: true }, x)) },
  {
    name: 'softmax of an axis in two parts stays',
    shape: [2, 3, 4, 6],
    build: (ops, x) => {
      const shuffled = ops.transpose(ops.build.reshape(tanh(ops, x), [2, 3, 4, 2, 3]), 0, 1, 2, 4, 3);
      const joined = ops.op({ kind: 'softmax', axis: 3, log: false }, ops.build.reshape(shuffled, [2, 3, 4, 6]));
      return ops.transpose(ops.build.reshape(joined, [2, 3, 4, 3, 2]), 0, 1, 2, 4, 3);
    },
    left: 2,
  },
  {
    name: 'normalize over axes that are last in another order',
    build: (ops, x) => {
      const moved = ops.op({ kind: 'normalize', axes: 3, epsilon: 0.1 }, ops.transpose(x, 0, 3, 1, 2));
      return last(ops, moved);
    },
  },
  {
    name: 'normalize over axes that are not last stays',
    build: within((ops, x) => ops.op({ kind: 'normalize', axes: 2, epsilon: 0.1 }, x)),
    left: 2,
  },
  {
    name: 'reduce',
    build: (ops, x) => ops.op({ kind: 'reduce', fn: 'maximum', axes: [0, 2] }, ops.transpose(x, 1, 0, 3, 2)),
  },
  {
    name: 'reduce, with what it keeps in another order',
    build: (ops, x) => {
      const sums = ops.op({ kind: 'reduce', fn: 'sum', axes: [1] }, ops.transpose(x, 3, 2, 1, 0));
      return ops.transpose(sums, 2, 1, 0);
    },
  },
  {
    name: 'reduce of one axis in two parts',
    build: (ops, x) => ops.op({ kind: 'reduce', fn: 'sum', axes: [1] }, ops.build.reshape(first(ops, x), [2, 15, 4])),
  },
  {
    name: 'matmul, rows in any order',
    build: (ops, x) => {
      const rows = ops.transpose(x, 1, 0, 2, 3);
      return ops.transpose(ops.op({ kind: 'matmul', transposeRight: false }, rows, ops.variable([5, 4])), 1, 0, 2, 3);
    },
  },
  ...[false, true].map((transposeRight): RuleCase => ({
    name: `matmul of flattened maps, weight ${transposeRight ? '[n, k]' : '[k, n]'}`,
    shape: [symbol('batch'), 3, 4, 5],
    build: (ops, x) => {
      const flat = ops.build.reshape(first(ops, tanh(ops, x)), [symbol('batch'), 60]);
      const weight = ops.variable(transposeRight ? [7, 60] : [60, 7]);
      return ops.op({ kind: 'matmul', transposeRight }, flat, weight);
    },
    prepared: 1,
  })),
  {
    name: 'matmul of flattened maps with many columns moves the map rather than keep its weight twice',
    shape: [1, 3, 4, 5],
    build: (ops, x) =>
      ops.op(
        { kind: 'matmul', transposeRight: true },
        ops.build.reshape(first(ops, x), [1, 60]),
        ops.variable([300, 60]),
      ),
    left: 1,
  },
  {
    name: 'compute, in any order',
    build: (ops, x) => {
      const formula = load(0, [axis(0), div(axis(1), i32(2)), axis(3), axis(2)]);
      return last(ops, ops.op({ kind: 'compute', shape: [2, 10, 4, 3], dtype: 'float32', formula }, first(ops, x)));
    },
  },
  {
    name: 'compute, from an axis in two parts',
    build: (ops, x) => {
      const joined = ops.build.reshape(first(ops, x), [2, 15, 4]);
      const formula = load(0, [axis(1), axis(0), axis(2)]);
      return ops.op({ kind: 'compute', shape: [15, 2, 4], dtype: 'float32', formula }, joined);
    },
  },
  {
    name: 'only a part of what could be in another order is',
    build: (ops, x) => {
      const a = tanh(ops, first(ops, x));
      const b = ops.op({ kind: 'normalize', axes: 2, epsilon: 0.1 }, ops.build.reshape(x, [2, 5, 3, 4]));
      return [last(ops, a), ops.elementwise(sum, a, b)];
    },
    left: 1,
  },
  {
    name: 'what cannot vanish moves the smallest value',
    build: (ops, x) => {
      const part = ops.op(
        { kind: 'slice', starts: [0, 0, 0, 0], steps: [1, 1, 1, 1], sizes: [2, 5, 1, 1] },
        first(ops, x),
      );
      return ops.op({ kind: 'concat', axis: 1 }, part, part);
    },
  },
  {
    name: 'a transpose waits until its value is small',
    build: (ops, x) => {
      const means = ops.op({ kind: 'reduce', fn: 'mean', axes: [3] }, tanh(ops, first(ops, x)));
      return tanh(ops, means);
    },
    left: 1,
    moved: [2, 5, 3],
  },
  {
    name: 'a transpose comes before its value grows',
    build: (ops, x) => first(ops, ops.op({ kind: 'concat', axis: 1 }, x, x, x)),
    left: 1,
    moved: [2, 5, 3, 4],
  },
];

const transposes = (nodes: readonly Node[]): Node[] => nodes.filter(({ op }) => op.kind === 'transpose');

for (const { name, shape = [2, 3, 4, 5], build, left = 0, prepared = 0, moved } of cases) {
  test(name, (t) => {
    const ops = new Ops(shape);
    const graph = ops.graph([build(ops, ops.x)].flat());
    const optimized = optimize(graph);
    const inputs = inputsFor(graph, sizes, new Draw(1));
    const { outputs } = evaluate(graph, inputs, { seed: 1n });
    const got = evaluate(optimized, inputs, { seed: 1n }).outputs;
    for (const [output, expected] of Object.entries(outputs)) {
      t.is(difference(referenceOf(got[output]!), referenceOf(expected), 1e-6), undefined, textOf(optimized));
    }
    const found = transposes(optimized.forward);
    t.deepEqual([found.length, transposes(optimized.prepare).length], [left, prepared], textOf(optimized));
    if (moved) t.deepEqual(found[0]!.outputs[0]!.shape, moved);
  });
}
