import test from 'ava';
import { binary, element, scalar, unary, type Build } from '../../compiler/build.js';
import type { Op, Value } from '../../compiler/ir.js';
import { optimize } from '../../compiler/optimize/index.js';
import { graphOf, runCompiled, runNaive, tensorOf } from '../ops/run.js';

const constant = (build: Build, shape: readonly number[], seed: number): Value =>
  build.op({ kind: 'constant', tensor: tensorOf('float32', shape, seed) }, []);

const window = { strides: [1, 1], dilation: [1, 1], padding: [[1, 1], [1, 1]] } as const; // prettier-ignore

/** Products with six outputs: the op, the shape of x and that of the weight. */
const products: Readonly<Record<string, readonly [Op, x: readonly (number | string)[], w: readonly number[]]>> = {
  'a convolution': [{ kind: 'convolution', ...window, groups: 1 }, [2, 5, 4, 3], [3, 3, 3, 6]],
  'a convolution, outputs first': [
    { kind: 'convolution', ...window, groups: 2, kernelLayout: 'oihw' },
    ['batch', 5, 4, 4],
    [6, 2, 3, 3],
  ],
  'a depthwise convolution': [{ kind: 'depthwise', ...window }, [1, 4, 4, 3], [3, 3, 3, 2]],
  'a depthwise convolution, outputs first': [
    { kind: 'depthwise', ...window, kernelLayout: 'oihw' },
    [1, 4, 4, 3],
    [6, 1, 3, 3],
  ],
  'a product': [{ kind: 'matmul', transposeRight: false }, ['rows', 5], [5, 6]],
  'a transposed product': [{ kind: 'matmul', transposeRight: true }, [4, 5], [6, 5]],
  'a product of many': [{ kind: 'matmul', transposeRight: true }, [2, 4, 5], [2, 6, 5]],
};

type Follow = (build: Build, sum: Value, vector: (seed: number) => Value) => Value;

const affine = binary('add', binary('multiply', element(0), element(1)), element(2));
const deviation = unary('squareRoot', binary('add', unary('absolute', element(1)), scalar(1)));

/** What follows a product and leaves nothing behind it but an epilogue. */
const folded: Readonly<Record<string, Follow>> = {
  'scale and shift': (build, sum, vector) => build.elementwise(affine, sum, vector(1), vector(2)),
  'bias, scale and shift': (build, sum, vector) =>
    build.elementwise(affine, build.binary('add', sum, vector(3)), vector(1), vector(2)),
  'bias and scale, then an activation': (build, sum, vector) => {
    const scaled = build.binary('multiply', build.binary('add', sum, vector(3)), vector(1));
    return build.elementwise(binary('maximum', element(0), scalar(0)), scaled);
  },
  'the whole formula': (build, sum, vector) => {
    const centred = build.binary('subtract', sum, vector(4));
    const normal = build.elementwise(binary('divide', element(0), deviation), centred, vector(5));
    return build.elementwise(affine, normal, vector(1), vector(2));
  },
  'a negative scale and a number': (build, sum, vector) => {
    const scaled = build.elementwise(unary('negate', binary('multiply', element(0), element(1))), sum, vector(1));
    return build.elementwise(
      binary('subtract', scalar(2), binary('multiply', element(0), element(1))),
      scaled,
      vector(2),
    );
  },
  'one vector': (build, sum, vector) => build.binary('multiply', sum, vector(1)),
};

for (const [name, [op, xShape, wShape]] of Object.entries(products)) {
  for (const [what, follow] of Object.entries(folded)) {
    test(`${what} after ${name} agree with one by one, and take one step`, async (t) => {
      const graph = graphOf([{ shape: xShape }], (build, [x]) => {
        const sum = build.op(op, [x!, constant(build, wShape, 7)]);
        return [follow(build, sum, (seed) => constant(build, [6], seed))];
      });
      const shape = xShape.map((size) => (typeof size === 'number' ? size : 3));
      const inputs = [tensorOf('float32', shape, 3)];
      t.is(optimize(graph).forward.filter(({ op }) => op.kind !== 'reshape').length, 1);
      const outputs = [await runCompiled(graph, inputs), runNaive(graph, inputs)];
      const [got, expected] = outputs.map(({ y0 }) => Array.from(y0!.data as ArrayLike<number>)) as [
        number[],
        number[],
      ];
      const most = Math.max(...expected.map(Math.abs));
      t.true(got.every((value, at) => Math.abs(value - expected[at]!) <= 1e-6 * most));
    });
  }
}

/** What stays as it is: the nodes that are left. */
const kept: Readonly<
  Record<string, readonly [count: number, (build: Build, inputs: readonly Value[]) => readonly Value[]]>
> = {
  'a scale that changes between calls': [
    2,
    (build, [x, vector]) => {
      const sum = build.op({ kind: 'matmul', transposeRight: false }, [x!, constant(build, [5, 6], 7)]);
      return [build.elementwise(affine, sum, vector!, constant(build, [6], 2))];
    },
  ],
  'a weight that changes between calls': [
    2,
    (build, [x, , w]) => {
      const sum = build.op({ kind: 'matmul', transposeRight: false }, [x!, w!]);
      return [build.elementwise(affine, sum, constant(build, [6], 1), constant(build, [6], 2))];
    },
  ],
  'a sum that something else reads': [
    2,
    (build, [x]) => {
      const sum = build.op({ kind: 'matmul', transposeRight: false }, [x!, constant(build, [5, 6], 7)]);
      return [sum, build.elementwise(affine, sum, constant(build, [6], 1), constant(build, [6], 2))];
    },
  ],
  'a scale of rows': [
    2,
    (build, [x]) => {
      const sum = build.op({ kind: 'matmul', transposeRight: false }, [x!, constant(build, [5, 6], 7)]);
      return [build.elementwise(affine, sum, constant(build, [4, 1], 1), constant(build, [6], 2))];
    },
  ],
};

for (const [name, [count, body]] of Object.entries(kept)) {
  test(`${name} does not join the weight`, (t) => {
    const graph = graphOf([{ shape: [4, 5] }, { shape: [6] }, { shape: [5, 6] }], body);
    t.is(optimize(graph).forward.length, count);
  });
}
