import test from 'ava';
import { add, type Dim } from '../../compiler/dim.js';
import type { Build } from '../../compiler/build.js';
import type { Value } from '../../compiler/ir.js';
import { optimize } from '../../compiler/optimize/index.js';
import { graphOf, runCompiled, runNaive, tensorOf } from '../ops/run.js';

const slice = (
  build: Build,
  x: Value,
  starts: readonly Dim[],
  steps: readonly number[],
  sizes: readonly Dim[],
): Value => build.op({ kind: 'slice', starts, steps, sizes }, [x]);

const flip = (build: Build, x: Value): Value => slice(build, x, [0, add(x.shape[1]!, -1)], [1, -1], x.shape);

/** What two slices of [3, steps] come to: the kinds of node that are left. */
const cases: Readonly<
  Record<string, readonly [left: readonly string[], (build: Build, x: Value) => readonly Value[]]>
> = {
  'a flip of a flip': [['elementwise'], (build, x) => [build.binary('add', flip(build, flip(build, x)), x)]],
  'a part of a flip': [['slice'], (build, x) => [slice(build, flip(build, x), [1, 1], [1, 2], [2, 2])]],
  'a part of a part': [
    ['slice'],
    (build, x) => [slice(build, slice(build, x, [2, 4], [-2, -1], [2, 4]), [1, 3], [-1, -3], [2, 2])],
  ],
  'a flip of a flip that is read too': [
    ['slice'],
    (build, x) => {
      const once = flip(build, x);
      return [once, flip(build, once)];
    },
  ],
};

for (const [name, [left, body]] of Object.entries(cases)) {
  for (const steps of [5, 'steps'] as const) {
    test(`${name} of ${steps} steps`, async (t) => {
      const graph = graphOf([{ shape: [3, steps] }], (build, [x]) => body(build, x!));
      const kinds = optimize(graph).forward.map(({ op }) => op.kind);
      t.deepEqual(
        kinds.filter((kind) => kind !== 'reshape'),
        left,
      );
      const inputs = [tensorOf('float32', [3, 5], 1)];
      const [got, expected] = [await runCompiled(graph, inputs), runNaive(graph, inputs)];
      for (const [output, tensor] of Object.entries(expected)) {
        t.deepEqual([...(got[output]!.data as Float32Array)], [...(tensor.data as Float32Array)], output);
      }
    });
  }
}
