import test from 'ava';
import { compile, type CompileOptions, type ModelSource } from '../compiler/index.js';
import { importOnnx } from '../compiler/import/onnx/index.js';
import type { DType } from '../compiler/tensor.js';
import type { ManifestStep } from '../runtime/manifest.js';
import { Host, ramp, status } from './abi/host.js';
import { convolutional, latched, lookup, mlp, stateful, type Model } from './abi/models.js';
import { onnxModel } from './onnx/write.js';

/** A residual behind a normalization, over maps that are padded. */
const residual: Model = {
  nacre: 1,
  inputs: [{ name: 'x', shape: ['batch', 6, 6, 4] }],
  layers: [
    { name: 'conv', kind: 'conv2d', filters: 4, kernelSize: 3, padding: 'same', bias: false },
    { name: 'norm', kind: 'batchNormalization' },
    { name: 'sum', kind: 'add', from: ['norm', 'x'] },
    { name: 'y', kind: 'relu' },
  ],
  outputs: ['y'],
} as const;

/** Positions of elements that are not 0, whose number only a call tells; then a step over them. */
const counted = (): ModelSource =>
  importOnnx(
    onnxModel({
      opset: 17,
      nodes: [
        { op: 'NonZero', inputs: ['x'], outputs: ['found'] },
        { op: 'Mul', inputs: ['found', 'found'], outputs: ['y'] },
      ],
      inputs: [{ name: 'x', shape: [3, 4] }],
      outputs: [{ name: 'y', dtype: 'int64' satisfies DType }],
    }),
  );

interface Case {
  readonly model: () => ModelSource;
  readonly shapes: readonly (readonly number[])[];
  readonly options?: CompileOptions;
}

const declared = (model: Model) => (): ModelSource => JSON.stringify(model);

const cases: Readonly<Record<string, Case>> = {
  'a network with an open batch': { model: declared(mlp), shapes: [[3, 10]] },
  'a network with one row': { model: declared(mlp), shapes: [[1, 10]], options: { dims: { batch: 1 } } },
  'convolutions and pooling': { model: declared(convolutional), shapes: [[2, 9, 9, 3]] },
  'a fused residual': { model: declared(residual), shapes: [[2, 6, 6, 4]] },
  'a latched size': { model: declared(latched), shapes: [[2, 5]] },
  'a state between calls': { model: declared(stateful), shapes: [[2, 3, 4]] },
  'a size that a call tells': { model: counted, shapes: [[3, 4]] },
};

const volume = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

function open(binary: Uint8Array, shapes: Case['shapes'], values: Float32Array | Int32Array): Host {
  const host = new Host(binary);
  host.infer(...shapes);
  host.call('initialize', 3, 0, 0);
  host.write(values);
  return host;
}

const runSteps = (host: Host): number[] => {
  const { length } = host.manifest.steps!;
  return Array.from({ length: length + 1 }, (_, index) => host.call('step', index));
};

for (const [title, { model, shapes, options }] of Object.entries(cases)) {
  test(`the steps in order are forward, bit for bit: ${title}`, async (t) => {
    const { binary } = await compile(model(), { ...options, profile: true });
    const values = ramp(volume(shapes[0]!)).map((value) => (value > 0.3 ? value : 0));
    const [whole, steps] = [open(binary, shapes, values), open(binary, shapes, values)];
    for (let call = 0; call < 2; call++) {
      t.is(whole.call('forward'), status.ok);
      t.deepEqual([...new Set(runSteps(steps))], [status.ok]);
      t.deepEqual(steps.read(), whole.read(), `call ${call}`);
      t.true(whole.read().some((word) => word !== 0));
    }
  });

  test(`without the option nothing is different: ${title}`, async (t) => {
    const plain = await compile(model(), { ...options, text: true });
    const off = await compile(model(), { ...options, text: true, profile: false });
    const on = await compile(model(), { ...options, text: true, profile: true });
    t.deepEqual(off.binary, plain.binary);
    t.false('steps' in plain.manifest);
    t.false('step' in new Host(plain.binary).functions);
    t.is(forwardOf(on.text!), forwardOf(plain.text!));
  });
}

/** The text of `forward`, without the numbers that stand for other functions. */
const forwardOf = (text: string): string =>
  /^ \(func \$forward[^]*?^ \)$/m.exec(text)![0].replaceAll(/\$\d+|\(type [^)]*\)/g, '');

const described = async (model: ModelSource, options: CompileOptions = {}): Promise<readonly ManifestStep[]> =>
  (await compile(model, { ...options, profile: true })).manifest.steps!;

test('steps tell layers, kernels, work and bytes', async (t) => {
  const [pad, conv, ...rest] = await described(JSON.stringify(residual), { dims: { batch: 2 } });
  t.deepEqual(rest, []);
  const layers = ['conv', 'norm', 'sum', 'y'];
  t.like(pad, { kernel: 'pad2d', layers, multiplyAdds: 0, read: 4 * 2 * 36 * 4, written: 4 * 2 * 64 * 4 });
  t.deepEqual(conv, {
    kernel: 'conv2d',
    layers,
    reason: 'direct',
    inputs: [
      [2, 6, 6, 4],
      [2, 6, 6, 4],
    ],
    outputs: [[2, 6, 6, 4]],
    multiplyAdds: 2 * 36 * 4 * 9 * 4,
    // Bias, residual and relu.
    operations: 2 * 36 * 4 * (2 * 9 * 4 + 3),
    // The map twice, the weight and the bias.
    read: 4 * (2 * 36 * 4 + 9 * 4 * 4 + 4),
    written: 4 * 2 * 36 * 4,
  });
});

test('open sizes stay formulas over the symbols', async (t) => {
  const [hidden, y, softmax] = await described(JSON.stringify(mlp));
  t.like(hidden, { kernel: 'matmul', layers: ['hidden'], multiplyAdds: '130*batch', written: '52*batch' });
  t.like(y, { kernel: 'matmul', reason: 'rows known when called', outputs: [['batch', 7]], read: '52*batch + 392' });
  t.like(softmax, { kernel: 'softmax', reason: 'softmax along an axis', multiplyAdds: 0 });
});

test('a table is read where it is taken from, and a step may fail as forward does', async (t) => {
  const { binary, manifest } = await compile(JSON.stringify(lookup), { profile: true });
  const [gather] = manifest.steps!;
  t.like(gather, { kernel: 'gatherRows', read: '28*batch*time', written: '24*batch*time' });
  const host = open(binary, [[1, 2]], Int32Array.of(3, 20));
  t.is(host.call('step', 0), status.index);
  t.is(host.call('failed'), 1);
});

test('steps want sizes and variables, as forward does', async (t) => {
  const { binary } = await compile(JSON.stringify(mlp), { profile: true });
  const host = new Host(binary);
  t.is(host.call('step', 0), status.notInferred);
  host.infer([1, 10]);
  t.is(host.call('step', 0), status.uninitialized);
});
