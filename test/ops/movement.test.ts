import test, { type ExecutionContext } from 'ava';
import type { Build } from '../../compiler/build.js';
import type { Value } from '../../compiler/ir.js';
import { arrayOf, type DType, type Tensor } from '../../compiler/tensor.js';
import { graphOf, runCompiled, runNaive, tensorOf } from './run.js';

const dtypes: readonly DType[] = ['float32', 'int32', 'int64', 'uint8', 'int8', 'bool'];

const tensor = (dtype: DType, shape: readonly number[], values: readonly number[]): Tensor => ({
  dtype,
  shape,
  data: arrayOf(dtype, values),
});

/** Every combination of one value from each list. */
const combinations = (...lists: readonly (readonly number[])[]): number[][] =>
  lists.reduce<number[][]>((rows, list) => rows.flatMap((row) => list.map((value) => [...row, value])), [[]]);

type Body = (build: Build, values: readonly Value[]) => Value;

/** Many nodes of one graph, each with tensors of its own, compared with their naive form. */
async function agree(t: ExecutionContext, cases: readonly (readonly [feeds: readonly Tensor[], body: Body])[]) {
  const feeds = cases.flatMap(([own]) => own);
  const graph = graphOf(feeds, (build, values) => {
    let start = 0;
    return cases.map(([own, body]) => {
      const inputs = values.slice(start, (start += own.length));
      return body(build, inputs);
    });
  });
  const expected = runNaive(graph, feeds);
  const actual = await runCompiled(graph, feeds);
  for (const { name } of graph.outputs) {
    t.deepEqual(actual[name]!.shape, [...expected[name]!.shape], name);
    const [own, naive] = [actual[name]!.data, expected[name]!.data].map((data) => Array.from(data as Float32Array));
    const isClose = own!.every((value, at) => {
      const want = naive![at]!;
      return value === want || Math.abs(value - want) <= 1e-5 * Math.max(1, Math.abs(want));
    });
    t.true(isClose && own!.length === naive!.length, `${name}: ${own!.join()} is not ${naive!.join()}`);
  }
}

test('interpolation along an axis', async (t) => {
  const sizes = combinations([0, 1, 3, 4, 6], [1, 5], [1, 6], [1, 2, 3, 4], [1, 2, 4, 5, 19]);
  const cases = (sizes as [number, number, number, number, number][]).map(([outer, length, count, taps, inner]) => {
    const indices = Array.from({ length: count * taps }, (_, at) => (at * 7 + taps) % length);
    const feeds = [
      tensorOf('float32', [outer, length, inner], taps),
      tensor('int32', [count, taps], indices),
      tensorOf('float32', [count, taps], inner),
    ];
    return [
      feeds,
      (build: Build, values: readonly Value[]) => build.op({ kind: 'resample', axis: 1 }, values),
    ] as const;
  });
  await agree(t, cases);
});

for (const dtype of dtypes) {
  test(`gathering ${dtype} along any axis`, async (t) => {
    const cases = combinations([0, 1, 2], [0, 1]).map(([axis, wide]) => {
      const indices = tensor(wide ? 'int64' : 'int32', [2, 2], [1, -1, 0, -2]);
      const op = { kind: 'gather', axis: axis!, wrap: true } as const;
      return [
        [tensorOf(dtype, [2, 3, 17]), indices],
        (build: Build, values: readonly Value[]) => build.op(op, values),
      ] as const;
    });
    await agree(t, cases);
  });

  test(`slices of ${dtype} as runs, rows of runs and single elements`, async (t) => {
    const parts: readonly (readonly [starts: number[], steps: number[], sizes: number[]])[] = [
      [
        [0, 0, 0],
        [1, 1, 1],
        [3, 4, 9],
      ],
      [
        [1, 0, 0],
        [1, 1, 1],
        [2, 4, 9],
      ],
      [
        [0, 2, 0],
        [1, 1, 1],
        [3, 2, 9],
      ],
      [
        [0, 1, 2],
        [1, 1, 1],
        [3, 2, 5],
      ],
      [
        [0, 0, 8],
        [1, 1, 1],
        [3, 4, 1],
      ],
      [
        [2, 3, 8],
        [-1, -2, -3],
        [3, 2, 3],
      ],
      [
        [0, 1, 0],
        [2, 1, 2],
        [2, 3, 5],
      ],
      [
        [3, 0, 0],
        [1, 1, 1],
        [0, 4, 9],
      ],
    ];
    const cases = parts.map(([starts, steps, sizes]) => {
      const op = { kind: 'slice', starts, steps, sizes } as const;
      return [[tensorOf(dtype, [3, 4, 9])], (build: Build, values: readonly Value[]) => build.op(op, values)] as const;
    });
    await agree(t, cases);
  });
}
