import test from 'ava';
import { compile } from '../../compiler/index.js';
import { importOnnx } from '../../compiler/import/onnx/index.js';
import type { TensorGraph } from '../../compiler/ir.js';
import { storeVariables, type Storage } from '../../compiler/storage.js';
import { decode, decodeHalf, type StoredValues } from '../../compiler/stored.js';
import { instantiateSync } from '../../runtime/index.js';
import { onnxModel } from '../onnx/write.js';
import { floats, words } from './models.js';

/** A graph of one variable, as far as its storage is asked for. */
function graphOf({ shape, data }: { shape: readonly number[]; data: Float32Array }, layout: string | null = null) {
  const value = { id: 0, name: 'w', dtype: 'float32', shape };
  const op = { kind: 'constant', tensor: { dtype: 'float32', shape, data } };
  return {
    variables: [{ name: 'w', value, layout }],
    initialize: [{ op, inputs: [], outputs: [value], origin: 'w' }],
  } as unknown as TensorGraph;
}

function stored(graph: TensorGraph, storage: Storage): { values: StoredValues | undefined; notes: readonly string[] } {
  const { graph: result, notes } = storeVariables(graph, storage);
  const { op } = result.initialize[0]!;
  return { values: op.kind === 'stored' ? op.values : undefined, notes };
}

const flat = (data: Float32Array) => ({ shape: [data.length], data });

test('every float16 is stored as itself', (t) => {
  const bits = Uint16Array.from({ length: 65536 }, (_, at) => at).filter((half) => (half & 0x7c00) !== 0x7c00);
  const data = Float32Array.from(bits, (half) => decodeHalf(half, 'float16'));
  const { values, notes } = stored(graphOf(flat(data)), 'f16');
  t.deepEqual(values, { dtype: 'float16', shape: [data.length], data: bits });
  t.deepEqual(notes, ['storage f16: 1 variable, 126976 bytes in the place of 253952; weights differ by at most 0.00']);
  const special = Float32Array.of(NaN, Infinity, -Infinity);
  t.deepEqual(decode(stored(graphOf(flat(special)), 'f16').values!), special);
});

test('float16 is the nearest, and of two the even one', (t) => {
  const next = words(5);
  const halves = Array.from({ length: 0x7c00 }, (_, bits) => decodeHalf(bits, 'float16'));
  const reals = Array.from({ length: 20_000 }, () => (next() / 2 ** 31 - 1) * 2 ** ((next() % 44) - 28));
  const between = halves.slice(1).map((half, at) => (half + halves[at]!) / 2);
  const data = Float32Array.from([...reals, ...between, ...between.map((half) => half * (1 + 2 ** -20)), 65519.99]);
  const { values } = stored(graphOf(flat(data)), 'f16');
  for (const [at, value] of data.entries()) {
    const bits = values!.data[at]!;
    const distance = (other: number): number => Math.abs(halves[other]! - Math.abs(value));
    const own = bits & 0x7fff;
    const neighbours = [own - 1, own + 1].filter((other) => other >= 0 && other < halves.length);
    const isNearest = neighbours.every(
      (other) => distance(own) < distance(other) || (distance(own) === distance(other) && own % 2 === 0),
    );
    if (!isNearest || bits >> 15 !== (value < 0 ? 1 : 0)) t.fail(`${value} became ${bits.toString(16)}`);
  }
  t.pass();
});

for (const [layout, shape, axis] of [
  ['io', [40, 6], 1],
  ['oi', [6, 40], 0],
  ['hwio', [3, 3, 5, 8], 3],
  ['hwio', [3, 3, 8, 1], 2],
  ['oihw', [8, 5, 3, 3], 0],
  [null, [30, 7], 1],
] as const) {
  test(`int8 has a scale for each output: ${layout ?? 'no layout'} (${shape.join(', ')})`, (t) => {
    const given = floats(shape, 4);
    const { data } = given as { data: Float32Array };
    data.fill(0, 0, 3);
    const { values } = stored(graphOf({ shape, data }, layout), 'int8');
    t.true(values?.dtype === 'int8' && values.axis === axis);
    const { scale, offset } = values as Extract<StoredValues, { scale: unknown }>;
    t.is(scale.length, shape[axis]!);
    t.true(offset.every((value) => value === 0) && scale.every((value) => Math.fround(value) === value));
    const decoded = decode(values!);
    const most = Math.max(...scale);
    t.true(data.every((value, at) => Math.abs(value - decoded[at]!) <= most * 0.50001));
    t.deepEqual(stored(graphOf({ shape, data }, layout), 'int8').values, values);
  });
}

for (const [title, storage, shape, data, note] of [
  ['one axis', 'int8', [300], new Float32Array(300), undefined],
  ['as many scales as values', 'int8', [1, 300], new Float32Array(300).fill(2), undefined],
  ['NaN', 'int8', [2, 2], Float32Array.of(NaN, 1, 2, 3), 'w: stays float32, as it has values beyond the range of int8'],
  ['65,520', 'f16', [2], Float32Array.of(1, 65520), 'w: stays float32, as it has values beyond the range of f16'],
] as const) {
  test(`what a form does not suit stays float32: ${title}`, (t) => {
    const { values, notes } = stored(graphOf({ shape, data }), storage);
    t.is(values, undefined);
    t.deepEqual(notes, note === undefined ? [] : [note]);
  });
}

const weight = (shape: readonly number[], seed: number) =>
  ({ dtype: 'float32', shape, data: floats(shape, seed).data as Float32Array }) as const;

const onnx = onnxModel({
  opset: 13,
  inputs: [{ name: 'x', dtype: 'float32', shape: ['batch', 12] }],
  outputs: [{ name: 'y', dtype: 'float32', shape: ['batch', 20] }],
  initializers: { w: weight([12, 20], 1), b: weight([20], 2) },
  nodes: [
    { op: 'MatMul', inputs: ['x', 'w'], outputs: ['p'] },
    { op: 'Add', inputs: ['p', 'b'], outputs: ['y'] },
  ],
});
const declared = JSON.stringify({
  nacre: 1,
  inputs: [{ name: 'x', shape: ['batch', 12] }],
  layers: [{ name: 'y', kind: 'dense', units: 20, weight: 'heNormal', bias: 0.1 }],
  outputs: ['y'],
});
const x = { data: Float32Array.from({ length: 24 }, (_, at) => Math.cos(at)), shape: [2, 12] };

for (const [title, model] of Object.entries({ ONNX: () => importOnnx(onnx), declared: () => declared })) {
  for (const [storage, bound] of [
    ['f16', 0.01],
    ['int8', 0.1],
  ] as const) {
    test(`a model of ${title} with its weights in ${storage}`, async (t) => {
      const exact = await compile(model(), { weights: 'embed' });
      const small = await compile(model(), { weights: 'embed', storage });
      t.deepEqual((await compile(model(), { weights: 'embed', storage })).binary, small.binary, 'the same bytes again');
      t.regex(
        small.notes.at(-1)!,
        new RegExp(`^storage ${storage}: \\d variables?, \\d+ bytes .* differ by at most 0\\.`),
      );
      const [one, other] = [exact, small].map((module) => instantiateSync(module).forward({ x })['y']!.data);
      t.notDeepEqual(one, other);
      t.true(one!.every((value, at) => Math.abs(Number(value) - Number(other![at])) < bound));
    });
  }
}
