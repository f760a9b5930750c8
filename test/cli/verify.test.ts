import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { compare, type Result, type Tolerance } from '../../compiler/cli/verify/compare.js';
import { drawTensor } from '../../compiler/cli/verify/inputs.js';
import { loadRuntime, withOutputs } from '../../compiler/cli/verify/onnxruntime.js';
import { OptionError } from '../../compiler/errors.js';
import { readMessage } from '../../compiler/import/onnx/wire.js';
import type { DType, Tensor } from '../../compiler/tensor.js';
import { arrayOf } from '../../compiler/tensor.js';
import { onnxModel } from '../onnx/write.js';
import { makePlayground, type Playground } from './playground.js';

const bin = fileURLToPath(new URL('../../compiler/cli/main.js', import.meta.url));

/** y = relu(-x + 1), through a sum between the nodes; `flag` is bound in all that is run. */
const model = onnxModel({
  opset: 17,
  nodes: [
    { name: 'negate', op: 'Neg', inputs: ['x'], outputs: ['negative'] },
    { name: 'shift', op: 'Add', inputs: ['negative', 'shift'], outputs: ['sum'] },
    { name: 'rectify', op: 'Relu', inputs: ['sum'], outputs: ['y'] },
  ],
  inputs: [
    { name: 'x', shape: ['batch', 3] },
    { name: 'shift', shape: [1] },
  ],
  outputs: [{ name: 'y', shape: ['batch', 3] }],
});

/**
 * A package that computes the same. Where the folder's name says so it is wrong: `layer` makes the sum of one element 1 too
 * large, `shape` leaves a batch out.
 */
const fake = `
  const wrong = __dirname.match(/wrong-(\\w+)/)?.[1];
  exports.env = {};
  exports.Tensor = class { constructor(type, data, dims) { Object.assign(this, { type, data, dims }); } };
  exports.InferenceSession = {
    async create(bytes) {
      return {
        outputNames: ['y'],
        async release() {},
        async run({ x, shift }, fetches) {
          const count = Buffer.from(bytes).toString('latin1').split('sum').length - 1;
          if (fetches.includes('sum') && count !== 3) throw new Error('sum is no output of the model');
          const negative = x.data.map((v) => -v);
          const sum = negative.map((v, i) => v + shift.data[0] + (wrong === 'layer' && i === 4 ? 1 : 0));
          const values = { negative, sum, y: sum.map((v) => Math.max(v, 0)) };
          const dims = wrong === 'shape' ? [x.data.length] : x.dims;
          return Object.fromEntries(fetches.map((name) => [name, { type: 'float32', dims, data: values[name] }]));
        },
      };
    },
  };`;

let playground: Playground;
test.before(async () => {
  playground = await makePlayground();
  await writeFile(join(playground.folder, 'model.onnx'), model);
  for (const name of ['right', 'wrong-layer', 'wrong-shape']) {
    const folder = join(playground.folder, name, 'node_modules/onnxruntime-node');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'index.js'), fake);
    await writeFile(join(folder, 'package.json'), '{"name": "onnxruntime-node", "version": "1.2.3"}');
  }
});
test.after.always(() => playground.remove());

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command against onnxruntime as a folder has it. */
async function verifyIn(name: string, ...options: string[]): Promise<Run> {
  const argv = [bin, 'verify', '../model.onnx', '--against', 'onnxruntime', '--bind', 'shift=1', ...options];
  try {
    const done = await promisify(execFile)(process.execPath, argv, { cwd: join(playground.folder, name) });
    return { code: 0, ...done };
  } catch (error) {
    return error as Run;
  }
}

test('values between layers agree with another runtime', async (t) => {
  const { code, stdout, stderr } = await verifyIn('right', '--layers', '--dims', 'batch=2');
  t.deepEqual([code, stderr], [0, '']);
  t.is(
    stdout,
    `baseline against onnxruntime 1.2.3, inputs from seed 0, at most 0.0001 max |e|
output  type            max |a - e|  of max |e|  at
y       float32 (2, 3)  0            0

layer    kind  value     type            max |a - e|  of max |e|  at
negate   Neg   negative  float32 (2, 3)  0            0
shift    Add   sum       float32 (2, 3)  0            0
rectify  Relu  y         float32 (2, 3)  0            0
`,
  );
});

test('the first layer that deviates is named', async (t) => {
  const { code, stdout, stderr } = await verifyIn('wrong-layer', '--layers', '--dims', 'batch=2', '--seed', '1');
  t.is(code, 1);
  t.is(stderr, 'verify: 1 of 1 outputs deviate\n');
  t.regex(stdout, /^negate .* 0 +0$/m);
  t.regex(stdout, /^shift .* 1 +[\d.]+ +\(1, 1\) +deviates$/m);
  t.true(stdout.endsWith('\nfirst deviation: Add shift, value sum\n'), stdout);
});

test('shapes that differ deviate, which JSON tells too', async (t) => {
  const { code, stdout, stderr } = await verifyIn('wrong-shape', '--json');
  t.is(code, 1);
  t.is(stderr, 'verify: 1 of 1 outputs deviate\n');
  const report = JSON.parse(stdout) as { readonly against: string; readonly outputs: readonly object[] };
  t.is(report.against, 'onnxruntime 1.2.3');
  t.like(report.outputs[0], { name: 'y', mismatch: '(1, 3), expected (3)', deviates: true, layer: 'rectify' });
});

test('without a runtime a model is compared with its naive evaluation', async (t) => {
  const { code, stdout, stderr } = await playground.nacre('verify', '@linear.json', '--seed', '3', '--rtol', '1e-5');
  t.deepEqual([code, stderr], [0, '']);
  t.regex(stdout, /^baseline against the naive evaluation, inputs from seed 3, at most 0 \+ 0\.00001 \|e\|\n/);
  t.regex(stdout, /^z +float32 \(1, 2\) /m);
  const layers = await playground.nacre('verify', '@model.onnx', '--layers', '--bind', 'shift=[-2]', '--json');
  const report = JSON.parse(layers.stdout) as { readonly layers: readonly { readonly name: string }[] };
  t.deepEqual(
    report.layers.map(({ name }) => name),
    ['negative', 'sum', 'y'],
  );
});

test('a package that is missing or does not load is told', async (t) => {
  const broken = join(playground.folder, 'broken/node_modules/onnxruntime-node');
  await mkdir(broken, { recursive: true });
  await writeFile(join(broken, 'index.js'), 'throw new Error("no binding");');
  await writeFile(join(broken, 'package.json'), '{"version": "1.0.0"}');
  t.throws(() => loadRuntime(join(playground.folder, 'broken')), {
    instanceOf: OptionError,
    message: 'onnxruntime-node: cannot be loaded: no binding',
  });
  t.is(loadRuntime(join(playground.folder, 'right')).version, '1.2.3');
});

const tensor = (dtype: DType, ...values: number[]): Tensor => ({
  dtype,
  shape: [values.length / 2, 2],
  data: arrayOf(dtype, values),
});
const floats = (...values: number[]): Tensor => tensor('float32', ...values);

const comparisons: readonly (readonly [
  title: string,
  actual: Tensor,
  expected: Result,
  tolerance: Tolerance,
  result: object,
])[] = [
  [
    'a scaled difference at its limit',
    floats(1, 2, 3, 5),
    floats(1, 2, 3, 4),
    { scaled: 0.25 },
    { difference: 1, relative: 0.25, at: [1, 1], deviates: false },
  ],
  [
    'a scaled difference above it',
    floats(1, 2, 3, 5),
    floats(1, 2, 3, 4),
    { scaled: 0.24 },
    { difference: 1, deviates: true },
  ],
  [
    'elements by themselves: a small one deviates',
    floats(0.5, 100, 3, 101),
    floats(1, 100, 3, 100),
    { relative: 0.01, absolute: 0.1 },
    { difference: 1, at: [1, 1], deviates: true },
  ],
  [
    'elements by themselves, within',
    floats(1.1, 100, 3, 101),
    floats(1, 100, 3, 100),
    { relative: 0.01, absolute: 0.11 },
    { deviates: false },
  ],
  [
    'the first of several that differ most',
    floats(1, 1, 1, 1),
    floats(1, 0, 0, 1),
    { scaled: 1 },
    { at: [0, 1], relative: 1 },
  ],
  [
    'the same NaN and infinities',
    floats(NaN, Infinity, -Infinity, 1),
    floats(NaN, Infinity, -Infinity, 1),
    { scaled: 0 },
    { difference: 0, relative: 0, at: undefined, deviates: false },
  ],
  [
    'NaN for a number',
    floats(1, NaN, 1, 1),
    floats(1, 1, 1, 1),
    { scaled: 1e9 },
    { difference: Infinity, at: [0, 1], deviates: true },
  ],
  [
    'infinity of the other sign',
    floats(Infinity, 1, 1, 1),
    floats(-Infinity, 1, 1, 1),
    { relative: 1, absolute: 1e9 },
    { deviates: true },
  ],
  ['integers', tensor('int64', 1, 2), tensor('int64', 1, 3), { scaled: 1 }, { difference: 1, deviates: true }],
  [
    'another dtype',
    tensor('int64', 1, 2),
    { ...tensor('int32', 1, 2) },
    { scaled: 1 },
    { mismatch: 'int64, expected int32', deviates: true },
  ],
  [
    'another shape',
    floats(1, 2),
    { ...floats(1, 2), shape: [2] },
    { scaled: 1 },
    { mismatch: '(1, 2), expected (2)', deviates: true },
  ],
];

for (const [title, actual, expected, tolerance, result] of comparisons) {
  test(`compared: ${title}`, (t) => {
    t.like(compare('y', actual, expected, tolerance), result);
  });
}

test('inputs follow from seed and name, each dtype in its range', (t) => {
  const draw = (dtype: DType, name = 'x', seed = 0n): readonly number[] =>
    Array.from<number | bigint, number>(drawTensor(name, dtype, [10, 100], seed).data, Number);
  const floats = draw('float32');
  t.deepEqual(floats, draw('float32'));
  t.notDeepEqual(floats, draw('float32', 'y'));
  t.notDeepEqual(floats, draw('float32', 'x', 1n));
  t.true(Math.abs(floats.reduce((sum, value) => sum + value, 0)) < 100);
  for (const [dtype, least, most] of [
    ['int32', 0, 1],
    ['int64', 0, 1],
    ['bool', 0, 1],
    ['uint8', 0, 255],
    ['int8', -128, 127],
  ] as const) {
    const values = draw(dtype);
    t.true(Math.min(...values) <= least + (most - least) / 10 && Math.min(...values) >= least, dtype);
    t.true(Math.max(...values) >= most - (most - least) / 10 && Math.max(...values) <= most, dtype);
  }
});

test('further outputs are a second part of the graph', (t) => {
  const names: string[] = [];
  const graphs: number[] = [];
  readMessage(withOutputs(model, ['sum', 'negative']), 'model', {
    7: (graph) => {
      graphs.push(names.length);
      graph.message('graph', { 12: (output) => output.message('output', { 1: (name) => names.push(name.text()) }) });
    },
  });
  t.deepEqual(names, ['y', 'sum', 'negative']);
  t.deepEqual(graphs, [0, 1]);
});
