import test from 'ava';
import * as f from '../../compiler/formula.js';
import type { Formula } from '../../compiler/formula.js';
import type { ExecutionContext } from 'ava';
import type { Build } from '../../compiler/build.js';
import type { Value } from '../../compiler/ir.js';
import type { DType } from '../../compiler/tensor.js';
import { graphOf, runCompiled, runNaive, tensorOf, type Declared } from './run.js';

const all: readonly DType[] = ['float32', 'int32', 'int64', 'uint8', 'int8', 'bool'];

async function agree(
  t: ExecutionContext,
  inputs: readonly Declared[],
  sizes: Readonly<Record<string, number>>,
  body: (build: Build, values: readonly Value[]) => readonly Value[],
): Promise<void> {
  const graph = graphOf(inputs, body);
  const feeds = inputs.map(({ dtype = 'float32', shape }, at) =>
    tensorOf(
      dtype,
      shape.map((size) => (typeof size === 'string' ? sizes[size]! : size)),
      at + 1,
    ),
  );
  const expected = runNaive(graph, feeds);
  const actual = await runCompiled(graph, feeds);
  for (const { name } of graph.outputs) {
    t.deepEqual(actual[name]!.shape, [...expected[name]!.shape], name);
    t.deepEqual([...(actual[name]!.data as Float32Array)], [...(expected[name]!.data as Float32Array)], name);
  }
}

for (const dtype of all) {
  test(`slices, transposes, pads and joins ${dtype}`, async (t) => {
    const x = { dtype, shape: [3, 'n', 5] };
    await agree(t, [x], { n: 4 }, (build, [x]) => {
      const [, n] = x!.shape;
      const slice = build.op({ kind: 'slice', starts: [2, 0, 1], steps: [-1, 1, 2], sizes: [3, n!, 2] }, [x!]);
      const turned = build.op({ kind: 'transpose', permutation: [2, 0, 1] }, [slice]);
      const padding = [[1, 0] as const, [0, 2] as const, [1, 1] as const];
      const padded = build.op({ kind: 'pad', padding, value: 1 }, [turned]);
      return [slice, turned, padded, build.op({ kind: 'concat', axis: 1 }, [padded, padded])];
    });
  });

  test(`computes ${dtype} element by element`, async (t) => {
    const type = f.scalarOf(dtype);
    const real = type === 'f32';
    await agree(
      t,
      [
        { dtype, shape: [2, 7] },
        { dtype, shape: [7] },
      ],
      {},
      (build, [x, y]) => {
        const [a, b] = [f.load(0, [f.axis(0), f.axis(1)]), f.load(1, [f.axis(1)])];
        const each = (formula: Formula, to: DType = dtype): Value => build.compute(to, [2, 7], formula, x!, y!);
        const both = (['add', 'subtract', 'multiply', 'divide', 'minimum', 'maximum'] as const).map((fn) =>
          each(f.binary(fn, a, b)),
        );
        const own = real
          ? (['floor', 'ceil', 'truncate', 'round', 'isNaN', 'squareRoot'] as const).map((fn) =>
              each(f.unary(fn, a), fn === 'isNaN' ? 'bool' : dtype),
            )
          : (['remainder', 'and', 'or', 'xor', 'shiftLeft', 'shiftRight', 'power'] as const).map((fn) =>
              each(f.binary(fn, a, b)),
            );
        const comparisons = (['equal', 'notEqual', 'less', 'lessOrEqual', 'greater', 'greaterOrEqual'] as const).map(
          (fn) => each(f.compare(fn, a, b), 'bool'),
        );
        const conversions = all.map((to) => each(f.convert(f.scalarOf(to), a), to));
        const unary = (['negate', 'absolute'] as const).map((fn) => each(f.unary(fn, a)));
        return [...both, ...own, ...comparisons, ...conversions, ...unary];
      },
    );
  });
}

for (const dtype of all) {
  test(`continues ${dtype} along an axis`, async (t) => {
    await agree(t, [{ dtype, shape: [3, 'n', 4] }], { n: 5 }, (build, [x]) =>
      [0, 1, 2].map((axis) => {
        const element = f.load(0, [f.axis(0), f.axis(1), f.axis(2)]);
        const sum = f.add(f.previous(axis, f.scalarOf(dtype)), element);
        return build.compute(dtype, x!.shape, f.select(f.equal(f.axis(axis), f.i32(0)), element, sum), x!);
      }),
    );
  });
}

test('folds, bindings, selections and sizes', async (t) => {
  await agree(t, [{ shape: ['n', 6] }, { dtype: 'int64', shape: [4] }], { n: 3 }, (build, [x, indices]) => {
    const [n] = x!.shape;
    const rowSum = build.compute(
      'float32',
      [n!],
      f.sum('f32', [f.i32(6)], ([k]) => f.load(0, [f.axis(0), k!])),
      x!,
    );
    const best = build.compute(
      'int64',
      [n!],
      f.fold(
        f.i32(6),
        [
          { type: 'f32', initial: f.f32(-Infinity) },
          { type: 'i32', initial: f.i32(0) },
        ],
        (k, [most, at]) => {
          const here = f.load(0, [f.axis(0), k]);
          const better = f.compare('greater', here, most!);
          return [f.select(better, here, most!), f.select(better, k, at!)];
        },
        ([, at]) => f.convert('i64', at!),
      ),
      x!,
    );
    const picked = build.compute(
      'float32',
      [n!, 4],
      f.bind(f.convert('i32', f.load(1, [f.axis(1)])), 'i32', (index) =>
        f.select(f.inside(index, f.i32(6)), f.load(0, [f.axis(0), index]), f.f32(-1)),
      ),
      x!,
      indices!,
    );
    const sizes = build.compute('int64', [], f.convert('i64', f.size(n!)));
    return [rowSum, best, picked, sizes];
  });
});

test('a check that fails names the position', async (t) => {
  const graph = graphOf([{ shape: [5] }, { dtype: 'int32', shape: [3] }], (build, [x, indices]) => {
    const index = f.load(1, [f.axis(0)]);
    return [
      build.compute('float32', [3], f.check(f.inside(index, f.i32(5)), f.axis(0), f.load(0, [index])), x!, indices!),
    ];
  });
  const x = tensorOf('float32', [5]);
  const at = (indices: readonly number[]) => ({ dtype: 'int32', shape: [3], data: Int32Array.from(indices) }) as const;
  const { y0 } = await runCompiled(graph, [x, at([4, 0, 2])]);
  t.deepEqual(
    [...(y0!.data as Float32Array)],
    [4, 0, 2].map((index) => x.data[index] as number),
  );
  const error = await t.throwsAsync(runCompiled(graph, [x, at([4, 5, 2])]));
  t.regex(error.message, /index at position 1/);
});

test('runs of elements whose length is no power of two are moved whole', async (t) => {
  await agree(t, [{ shape: ['b', 'n', 360] }], { b: 2, n: 5 }, (build, [x]) => {
    const [b, n] = x!.shape;
    const split = build.reshape(x!, [b!, n!, 3, 8, 15]);
    const turned = build.op({ kind: 'transpose', permutation: [2, 0, 3, 1, 4] }, [split]);
    return [0, 1, 2].map((part) => {
      const indices = [f.add(f.i32(part), f.axis(0)), f.axis(1), f.axis(2), f.axis(3), f.axis(4)];
      return build.compute('float32', [1, b!, 8, n!, 15], f.load(0, indices), turned);
    });
  });
});
