import test, { type ExecutionContext } from 'ava';
import { NodeContext } from '../../compiler/import/onnx/context.js';
import { formOf } from '../../compiler/import/onnx/define.js';
import { FoldingBuild } from '../../compiler/import/onnx/fold.js';
import type { OnnxAttribute } from '../../compiler/import/onnx/model.js';
import { operators } from '../../compiler/import/onnx/table.js';
import type { Build } from '../../compiler/build.js';
import type { Value } from '../../compiler/ir.js';
import type { Tensor } from '../../compiler/tensor.js';
import { graphOf, runCompiled } from '../ops/run.js';

const never = (): never => {
  throw new Error('no graphs inside');
};

/** Expands a node whose inputs are values or tensors known when compiling. */
function expand(
  build: FoldingBuild,
  op: string,
  opset: number,
  inputs: readonly (Value | Tensor)[],
  attributes: Readonly<Record<string, number | string>> = {},
): readonly (Value | undefined)[] {
  const entries = Object.entries(attributes).map(([name, value]): [string, OnnxAttribute] => [
    name,
    typeof value === 'number' ? { kind: 'int', value: BigInt(value) } : { kind: 'string', value },
  ]);
  const node = { name: op, op, domain: '', inputs: [], outputs: [], attributes: new Map(entries) };
  const context = new NodeContext(build, node, opset, { expand: never }, never, never);
  const values = inputs.map((input) => ('data' in input ? build.constant(input) : input));
  const outputs = formOf(operators[op]!, opset)!(context, values);
  return Array.isArray(outputs) ? (outputs as readonly Value[]) : [outputs as Value];
}

const floats = (shape: readonly number[], ...values: number[]): Tensor => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(values),
});
const longs = (...values: number[]): Tensor => ({
  dtype: 'int64',
  shape: [values.length],
  data: BigInt64Array.from(values, BigInt),
});

/** Runs what nodes become, for x0 of the tensor's sizes. */
async function run(
  t: ExecutionContext,
  x: Tensor,
  body: (build: FoldingBuild, x: Value) => readonly (Value | undefined)[],
  expected: readonly (readonly (number | bigint)[])[],
): Promise<void> {
  const build = new FoldingBuild(() => false);
  const graph = graphOf([x], (_, [value]) => body(build, value!).map((output) => output!), [], build);
  const outputs = await runCompiled(graph, [x]);
  t.deepEqual(
    graph.outputs.map(({ name }) => [...(outputs[name]!.data as Float32Array)]),
    expected.map((list) => [...list]) as number[][],
  );
}

const x = floats([2, 3], 3, 0, 5, 1, 5, 0);

test('TopK takes k as attribute, then as input, and directions since opset 11', async (t) => {
  await run(t, x, (build, value) => expand(build, 'TopK', 6, [value], { k: 2 }), [
    [5, 3, 5, 1],
    [2n, 0n, 1n, 0n],
  ]);
  await run(t, x, (build, value) => expand(build, 'TopK', 10, [value, longs(1)], { axis: 0, largest: 0 }), [
    [3, 5, 5],
    [0n, 1n, 0n],
  ]);
  await run(t, x, (build, value) => expand(build, 'TopK', 24, [value, longs(1)], { axis: 0, largest: 0 }), [
    [1, 0, 0],
    [1n, 0n, 1n],
  ]);
});

test('reductions of scatter are those of the operator set', async (t) => {
  const feeds = [longs(0, 0), floats([2], 4, 2)];
  const one = floats([2], 1, 7);
  const scatter = (opset: number, reduction: string, expected: readonly number[]): Promise<void> =>
    run(t, one, (build, value) => expand(build, 'ScatterElements', opset, [value, ...feeds], { reduction }), [
      expected,
    ]);
  await scatter(16, 'mul', [8, 7]);
  await scatter(18, 'max', [4, 7]);
  await scatter(11, 'mul', [2, 7]);
  await t.throwsAsync(scatter(16, 'max', []), { message: /reduction 'max'; known are none, add, mul/ });
});

test('what depends on known data has known sizes', async (t) => {
  const build = new FoldingBuild(() => false);
  const [positions] = expand(build, 'NonZero', 13, [x]);
  t.deepEqual(positions!.shape, [2, 4]);
  t.deepEqual(build.tensorOf(positions!)!.data, BigInt64Array.of(0n, 0n, 1n, 1n, 0n, 2n, 0n, 1n));
  const condition: Tensor = { dtype: 'bool', shape: [2], data: Uint8Array.of(0, 1) };
  const compressed = (axis: number | null, expected: readonly number[]): Promise<void> => {
    const attributes = axis === null ? {} : { axis };
    return run(t, x, (own, value) => expand(own, 'Compress', 11, [value, condition], attributes), [expected]);
  };
  await compressed(1, [0, 5]);
  await compressed(-2, [1, 5, 0]);
  await compressed(null, [0]);
  const long: Tensor = { dtype: 'bool', shape: [7], data: new Uint8Array(7) };
  await t.throwsAsync(
    run(t, x, (own: Build, value) => expand(own as FoldingBuild, 'Compress', 11, [value, long]), []),
    { message: /a condition of 7 is longer than the 6 it selects from/ },
  );
});

test('Unique and NonMaxSuppression have the defaults of ONNX', async (t) => {
  await run(t, x, (build, value) => expand(build, 'Unique', 11, [value]), [
    [0, 1, 3, 5],
    [1n, 3n, 0n, 2n],
    [2n, 0n, 3n, 1n, 3n, 0n],
    [2n, 1n, 1n, 2n],
  ]);
  const boxes = floats([1, 2, 4], 0, 0, 1, 1, 2, 2, 3, 3);
  const scores = floats([1, 1, 2], -3, 1);
  const suppressed = (limits: readonly Tensor[], expected: readonly bigint[]): Promise<void> =>
    run(t, scores, (build, value) => expand(build, 'NonMaxSuppression', 11, [boxes, value, ...limits]), [expected]);
  await suppressed([], []);
  await suppressed([longs(2)], [0n, 0n, 1n, 0n, 0n, 0n]);
  await suppressed([longs(2), floats([1], 0.5), floats([1], 0)], [0n, 0n, 1n]);
});
