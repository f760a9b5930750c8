import test, { type ExecutionContext } from 'ava';
import { compile } from '../../compiler/index.js';
import { importOnnx } from '../../compiler/import/onnx/index.js';
import type { DType, Tensor } from '../../compiler/tensor.js';
import { instantiateSync, type Model } from '../../runtime/index.js';
import { onnxModel, type WrittenAttribute } from './write.js';

interface Written {
  readonly op: string;
  readonly opset: number;
  /** Tensors after the input x, known when compiling. */
  readonly known?: readonly Tensor[];
  readonly attributes?: Readonly<Record<string, WrittenAttribute>>;
  readonly outputs: readonly DType[];
}

/** The model of one node that takes x and tensors that are known. */
async function modelOf({ op, opset, known = [], attributes = {}, outputs }: Written, x: Tensor): Promise<Model> {
  const names = known.map((_, at) => `k${at}`);
  const ports = outputs.map((dtype, at) => ({ name: `y${at}`, dtype }));
  const bytes = onnxModel({
    opset,
    nodes: [{ op, inputs: ['x', ...names], outputs: ports.map(({ name }) => name), attributes }],
    inputs: [{ name: 'x', dtype: x.dtype, shape: x.shape }],
    outputs: ports,
    initializers: Object.fromEntries(known.map((tensor, at) => [`k${at}`, tensor])),
  });
  return instantiateSync(await compile(importOnnx(bytes)));
}

async function gives(t: ExecutionContext, x: Tensor, written: Written, ...expected: readonly unknown[][]) {
  const model = await modelOf(written, x);
  const outputs = model.forward({ x });
  const found = written.outputs.map((_, at) => [...(outputs[`y${at}`]!.data as Float32Array)]);
  t.deepEqual(found as unknown[][], [...expected]);
  return model;
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
const bools = (...values: number[]): Tensor => ({
  dtype: 'bool',
  shape: [values.length],
  data: Uint8Array.from(values),
});

const x = floats([2, 3], 3, 0, 5, 1, 5, 0);

test('TopK takes k as attribute, then as input, and directions since opset 11', async (t) => {
  const outputs = ['float32', 'int64'] as const;
  const top = (opset: number, k: number, rest: Readonly<Record<string, number>>): Written => {
    const named = Object.entries(rest).map(([name, int]) => [name, { int }] as const);
    const attributes = Object.fromEntries(named);
    if (opset < 10) return { op: 'TopK', opset, attributes: { ...attributes, k: { int: k } }, outputs };
    return { op: 'TopK', opset, known: [longs(k)], attributes, outputs };
  };
  await gives(t, x, top(6, 2, {}), [5, 3, 5, 1], [2n, 0n, 1n, 0n]);
  await gives(t, x, top(10, 1, { axis: 0, largest: 0 }), [3, 5, 5], [0n, 1n, 0n]);
  await gives(t, x, top(24, 1, { axis: 0, largest: 0 }), [1, 0, 0], [1n, 0n, 1n]);
});

test('reductions of scatter are those of the operator set', async (t) => {
  const known = [longs(0, 0), floats([2], 4, 2)];
  const scatter = (op: string, opset: number, reduction: string): Written => {
    return { op, opset, known, attributes: { reduction: { string: reduction } }, outputs: ['float32'] };
  };
  const one = floats([2], 1, 7);
  await gives(t, one, scatter('ScatterElements', 16, 'mul'), [8, 7]);
  await gives(t, one, scatter('ScatterElements', 18, 'max'), [4, 7]);
  await gives(t, one, scatter('ScatterElements', 11, 'mul'), [2, 7]);
  await gives(t, one, scatter('Scatter', 9, 'add'), [2, 7]);
  await t.throwsAsync(modelOf(scatter('ScatterElements', 16, 'max'), one), {
    message: /reduction 'max'; known are none, add, mul/,
  });
  const slices = { known: [{ ...longs(1, 1), shape: [2, 1] }, floats([2, 3], 1, 2, 3, 4, 5, 6)] };
  await gives(t, x, { ...scatter('ScatterND', 18, 'min'), ...slices }, [3, 0, 5, 1, 2, 0]);
});

test('what is chosen by known data has known sizes', async (t) => {
  const compressed = (axis: number | null, condition: Tensor): Written => ({
    op: 'Compress',
    opset: 11,
    known: [condition],
    attributes: axis === null ? {} : { axis: { int: axis } },
    outputs: ['float32'],
  });
  const model = await gives(t, x, compressed(1, bools(0, 1)), [0, 5]);
  t.deepEqual(model.manifest.outputs[0]!.shape, [2, 1]);
  t.is(model.manifest.bounded, undefined);
  await gives(t, x, compressed(-2, bools(0, 1)), [1, 5, 0]);
  await gives(t, x, compressed(null, bools(0, 1)), [0]);
  await t.throwsAsync(modelOf(compressed(null, bools(0, 0, 0, 0, 0, 0, 0)), x), {
    message: /a condition of 7 is longer than the 6 it selects from/,
  });
  const bytes = onnxModel({
    opset: 13,
    nodes: [
      { op: 'NonZero', inputs: ['k'], outputs: ['at'] },
      { op: 'Shape', inputs: ['at'], outputs: ['sizes'] },
      { op: 'Reshape', inputs: ['x', 'sizes'], outputs: ['y'] },
    ],
    inputs: [{ name: 'x', dtype: 'float32', shape: [2, 3] }],
    outputs: [{ name: 'y', dtype: 'float32' }],
    initializers: { k: longs(4, 0, 1, 1, -1, 0, 7, 1) },
  });
  const { manifest } = await compile(importOnnx(bytes));
  t.deepEqual(manifest.outputs[0]!.shape, [1, 6]);
});

test('sizes that depend on data go through the nodes of a model', async (t) => {
  const bytes = onnxModel({
    opset: 13,
    nodes: [
      { op: 'NonZero', inputs: ['x'], outputs: ['at'] },
      { op: 'Transpose', inputs: ['at'], outputs: ['rows'], attributes: { perm: { ints: [1, 0] } } },
      { op: 'Cast', inputs: ['rows'], outputs: ['floats'], attributes: { to: { int: 1 } } },
      { op: 'Mul', inputs: ['floats', 'weights'], outputs: ['scaled'] },
      { op: 'ReduceSum', inputs: ['scaled', 'axes'], outputs: ['sums'], attributes: { keepdims: { int: 0 } } },
      { op: 'Shape', inputs: ['rows'], outputs: ['sizes'] },
      { op: 'Reshape', inputs: ['sums', 'flat'], outputs: ['column'] },
    ],
    inputs: [{ name: 'x', dtype: 'float32', shape: ['n', 3] }],
    outputs: [
      { name: 'column', dtype: 'float32' },
      { name: 'sizes', dtype: 'int64' },
    ],
    initializers: { weights: floats([2], 10, 1), axes: longs(1), flat: longs(-1, 1) },
  });
  const model = instantiateSync(await compile(importOnnx(bytes)));
  for (const [rows, expected] of [
    [x, [0, 2, 10, 11]],
    [floats([1, 3], 0, 0, 0), []],
    [floats([3, 3], 1, 1, 1, 1, 1, 1, 1, 1, 1), [0, 1, 2, 10, 11, 12, 20, 21, 22]],
  ] as const) {
    const { column, sizes } = model.forward({ x: rows });
    t.deepEqual(column, { data: Float32Array.from(expected), shape: [expected.length, 1] });
    t.deepEqual(sizes!.data, BigInt64Array.of(BigInt(expected.length), 2n));
  }
});

test('Unique and NonMaxSuppression have the defaults of ONNX', async (t) => {
  const outputs = ['float32', 'int64', 'int64', 'int64'] as const;
  await gives(
    t,
    x,
    { op: 'Unique', opset: 11, outputs },
    [0, 1, 3, 5],
    [1n, 3n, 0n, 2n],
    [2n, 0n, 3n, 1n, 3n, 0n],
    [2n, 1n, 1n, 2n],
  );
  const boxes = floats([1, 2, 4], 0, 0, 1, 1, 2, 2, 3, 3);
  const suppressed = (...limits: readonly Tensor[]): Written => ({
    op: 'NonMaxSuppression',
    opset: 11,
    known: [floats([1, 1, 2], -3, 1), ...limits],
    outputs: ['int64'],
  });
  await gives(t, boxes, suppressed(), []);
  await gives(t, boxes, suppressed(longs(2)), [0n, 0n, 1n, 0n, 0n, 0n]);
  await gives(t, boxes, suppressed(longs(2), floats([1], 0.5), floats([1], 0)), [0n, 0n, 1n]);
});
