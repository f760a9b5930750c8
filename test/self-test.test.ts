import test, { type ExecutionContext } from 'ava';
import { compile, OptionError, type CompileOptions, type ModelSource } from '../compiler/index.js';
import { importOnnx } from '../compiler/import/onnx/index.js';
import { bytesPerElement, type Tensor } from '../compiler/tensor.js';
import { runSelfTest } from '../compiler/self-test.js';
import { instantiateSync } from '../runtime/index.js';
import { Host, ramp, status } from './abi/host.js';
import { everyActivation, joined, latched, lookup, mlp, stateful, type Model } from './abi/models.js';
import { onnxModel } from './onnx/write.js';

type Inputs = NonNullable<CompileOptions['selfTest']>['inputs'];

interface Case {
  readonly model: ModelSource;
  readonly inputs: Inputs;
  readonly options?: CompileOptions;
}

const declared = (model: Model): string => JSON.stringify(model);
const volume = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
const floats = (...shape: number[]) => ({ data: ramp(volume(shape)), shape });

/** Each output has another dtype. */
const typed = (): ModelSource =>
  importOnnx(
    onnxModel({
      opset: 17,
      nodes: [
        { op: 'Cast', inputs: ['x'], outputs: ['whole'], attributes: { to: { int: 6 } } },
        { op: 'Cast', inputs: ['x'], outputs: ['wide'], attributes: { to: { int: 7 } } },
        { op: 'Cast', inputs: ['x'], outputs: ['byte'], attributes: { to: { int: 3 } } },
        { op: 'Greater', inputs: ['x', 'one'], outputs: ['large'] },
        { op: 'NonZero', inputs: ['x'], outputs: ['found'] },
      ],
      inputs: [{ name: 'x', shape: ['rows', 3] }],
      initializers: { one: { dtype: 'float32', shape: [1], data: Float32Array.of(1) } },
      outputs: (
        [
          ['whole', 'int32'],
          ['wide', 'int64'],
          ['byte', 'int8'],
          ['large', 'bool'],
          ['found', 'int64'],
        ] as const
      ).map(([name, dtype]) => ({ name, dtype })),
    }),
  );

const strange = Float32Array.of(NaN, Infinity, -Infinity, -0, 1e38, -1e-40);

const cases: Readonly<Record<string, Case>> = {
  'an open batch': { model: declared(mlp), inputs: { x: floats(3, 10) }, options: { seed: 2n ** 40n + 5n } },
  'no open size': { model: declared(mlp), inputs: { x: ramp(20) }, options: { dims: { batch: 2 } } },
  'embedded weights': {
    model: declared(mlp),
    inputs: { x: floats(1, 10) },
    options: { weights: 'embed', storage: 'f16' },
  },
  'frozen parameters': { model: declared(mlp), inputs: { x: floats(2, 10) }, options: { parameters: 'frozen' } },
  'a latched size': { model: declared(latched), inputs: { x: floats(2, 20) } },
  'several inputs': {
    model: declared(joined),
    inputs: {
      c: [
        [1, 2],
        [3, 4],
      ],
      a: floats(2, 1),
      b: { data: Float32Array.of(-0, NaN), shape: [2, 1] },
    },
  },
  indices: {
    model: declared(lookup),
    inputs: {
      words: [
        [1, 19, 4],
        [0, 0, 7],
      ],
    },
  },
  'not a number': {
    model: declared(everyActivation),
    inputs: { x: { data: Float32Array.from({ length: 34 }, (_, i) => strange[i % strange.length]!), shape: [1, 34] } },
  },
  'states between calls': { model: declared(stateful), inputs: { x: floats(2, 3, 4) } },
  'every dtype, a size that depends on data': {
    model: typed(),
    inputs: { x: { data: Float32Array.of(0, 2.5, -3, 0, 0, 100), shape: [2, 3] } },
  },
  'a step at a time': { model: declared(mlp), inputs: { x: floats(2, 10) }, options: { profile: true } },
};

const compiled = async ({ model, inputs, options }: Case): Promise<Uint8Array> =>
  (await compile(model, { ...options, selfTest: { inputs } })).binary;

const bytesOf = ({ data }: Pick<Tensor, 'data'>): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

/** The expected outputs, as they stand in a module behind the inputs; what a host computes, but for what is not a number. */
function expectedOf(binary: Uint8Array, { inputs }: Case) {
  const net = instantiateSync(binary);
  const outputs = Object.entries(net.forward(inputs as never));
  const bytes = Buffer.concat(outputs.map(([, tensor]) => bytesOf(tensor)));
  return { outputs, at: Buffer.from(binary).lastIndexOf(bytes) };
}

const trap = (t: ExecutionContext, host: Host): void => {
  t.throws(() => host.call('assertSelfTest'), { instanceOf: WebAssembly.RuntimeError });
};

for (const [title, each] of Object.entries(cases)) {
  test(`a module finds itself well, and again after anything else: ${title}`, async (t) => {
    const binary = await compiled(each);
    const host = new Host(binary);
    t.is(host.call('selfTest'), status.ok, host.failure(host.call('selfTest')));
    t.deepEqual(
      host.manifest.selfTest!.inputs,
      host.manifest.inputs.map((port) => host.dims(port)),
      'sizes',
    );
    t.is(host.manifest.selfTest!.tolerance, 0);
    for (const port of [...host.manifest.inputs, ...host.manifest.outputs]) {
      const bytes = volume(host.dims(port)) * bytesPerElement(port.dtype);
      new Uint8Array(host.memory.buffer, host.word(port.table), bytes).fill(0x3f);
    }
    if (host.manifest.inputs.every(({ dtype }) => dtype === 'float32')) host.call('forward');
    t.is(host.call('initialize', 99, 0, 1), status.ok);
    t.is(host.call('selfTest'), status.ok);
    t.is(host.call('assertSelfTest'), undefined as never);
    t.is(runSelfTest(binary)?.failure, undefined);
  });

  test(`a bit of what is expected tells the output and the element: ${title}`, async (t) => {
    const binary = await compiled(each);
    const { outputs, at } = expectedOf(binary, each);
    t.true(at > 0);
    let offset = at;
    for (const [index, [name, { data }]] of outputs.entries()) {
      const width = data.byteLength / data.length;
      for (const element of new Set([0, data.length - 1])) {
        if (Number.isNaN(data[element])) continue;
        const flipped = binary.slice();
        flipped[offset + element * width]! ^= 1;
        const host = new Host(flipped);
        t.is(host.call('selfTest'), status.mismatch, name);
        t.deepEqual([host.word(0), host.word(4), host.call('failed')], [index, element, index], name);
        trap(t, host);
        t.regex(runSelfTest(flipped)!.failure!, new RegExp(`^output '${name}' differs at position ${element}: `));
      }
      offset += data.byteLength;
    }
  });
}

test('any bits of a NaN are one NaN, the sign of a zero is none', async (t) => {
  const each = cases['several inputs']!;
  const binary = await compiled(each);
  const { outputs, at } = expectedOf(binary, each);
  const { data } = outputs[0]![1];
  const nan = (data as Float32Array).findIndex(Number.isNaN);
  t.true(nan >= 0);
  const other = binary.slice();
  new DataView(other.buffer).setUint32(at + 4 * nan, 0xff800001, true);
  t.is(new Host(other).call('selfTest'), status.ok);
  new DataView(other.buffer).setUint32(at + 4 * nan, 0xff800000, true);
  t.is(new Host(other).call('selfTest'), status.mismatch);
});

test('another size of an output is a mismatch of the whole', async (t) => {
  const model = importOnnx(
    onnxModel({
      opset: 17,
      nodes: [{ op: 'NonZero', inputs: ['x'], outputs: ['found'] }],
      inputs: [{ name: 'x', shape: [4] }],
      outputs: [{ name: 'found', dtype: 'int64' }],
    }),
  );
  const inputs = { x: [0, 7.25, 0, 3] };
  const binary = await compiled({ model, inputs });
  const changed = binary.slice();
  // 7.25, of the input.
  changed.fill(0, ...[0, 4].map((offset) => Buffer.from(binary).lastIndexOf(Buffer.from([0, 0, 0xe8, 0x40])) + offset));
  const host = new Host(changed);
  t.is(host.call('selfTest'), status.mismatch);
  t.deepEqual([host.word(0), host.word(4)], [0, 0xffffffff]);
  t.is(runSelfTest(changed)!.failure, "output 'found' has other sizes than expected");
});

test('states are zero after the test', async (t) => {
  const { model, inputs } = cases['states between calls']!;
  const binary = await compiled({ model, inputs });
  const tested = new Host(binary);
  const fresh = new Host((await compile(model)).binary);
  t.is(tested.call('selfTest'), status.ok);
  t.is(fresh.infer([2, 3, 4]), status.ok);
  t.is(fresh.call('initialize', 0, 0, 0), status.ok);
  fresh.write(ramp(24));
  for (let call = 0; call < 2; call++) {
    t.is(tested.call('forward'), status.ok);
    t.is(fresh.call('forward'), status.ok);
    t.deepEqual(tested.read(), fresh.read(), `call ${call}`);
  }
});

test('sizes that the host has latched are refused as by infer', async (t) => {
  const host = new Host(await compiled(cases['a latched size']!));
  t.is(host.infer([1, 21]), status.ok);
  const code = host.call('selfTest');
  t.is(host.failure(code), 'x: axis 1 was fixed at 21 by the first input, got 20; instantiate again for another size');
  trap(t, host);
});

test('floats of a relaxed module may be off by rounding, and nothing else', async (t) => {
  const inputs = {
    a: [[1], [300]],
    b: [[0.25], [-1]],
    c: [
      [0, 0],
      [0, 1],
    ],
  };
  const { binary, manifest } = await compile(declared(joined), { target: 'relaxed', selfTest: { inputs } });
  t.is(manifest.selfTest!.tolerance, 1e-5);
  const expected = Buffer.from(Float32Array.of(1, 0.25, 300, 0).buffer);
  const at = Buffer.from(binary).lastIndexOf(expected);
  const withFirst = (value: number): Host => {
    const changed = binary.slice();
    new DataView(changed.buffer).setFloat32(at, value, true);
    return new Host(changed);
  };
  // 1e-5 of 1 + 300.
  for (const value of [1, 1.003, 0.997]) t.is(withFirst(value).call('selfTest'), status.ok, String(value));
  for (const value of [1.0031, 0.9969, NaN, Infinity]) {
    const host = withFirst(value);
    t.is(host.call('selfTest'), status.mismatch, String(value));
    t.deepEqual([host.word(0), host.word(4)], [0, 0]);
  }
});

test('what a module carries for its test is in no other module', async (t) => {
  const { model, inputs, options } = cases['an open batch']!;
  const plain = await compile(model, options);
  const tested = await compile(model, { ...options, selfTest: { inputs } });
  t.is(plain.manifest.selfTest, undefined);
  const exports = Object.keys(new Host(plain.binary).functions);
  t.deepEqual(
    Object.keys(new Host(tested.binary).functions).filter((name) => !exports.includes(name)),
    ['selfTest', 'assertSelfTest'],
  );
  const outputs = tested.manifest.selfTest!.inputs[0]![0]! * 7;
  const beyond = tested.binary.length - plain.binary.length - 4 * (30 + outputs);
  t.true(beyond > 0 && beyond < 700, `${beyond} bytes beside the data`);
});

const host = { ...mlp, initializers: [{ name: 'mine', host: true }] };
const filled: Model = { ...host, layers: [{ name: 'y', kind: 'dense', units: 2, weight: 'mine' }], outputs: ['y'] };

const refusals: readonly (readonly [Case, string])[] = [
  [{ model: declared(mlp), inputs: {} }, "input 'x' is missing; this model takes x"],
  [{ model: declared(mlp), inputs: { z: ramp(10) } }, "unknown input 'z'; this model takes x"],
  [{ model: declared(mlp), inputs: { x: floats(2, 11) } }, 'x: axis 1 must be 10, got 11'],
  [{ model: declared(mlp), inputs: { x: Int32Array.of(1) } }, 'x: expects a list or Float32Array, got Int32Array'],
  [{ model: declared(mlp), inputs: null as never }, 'must be { inputs: { name: values } }, got '],
  [
    { model: declared(mlp), inputs: { x: floats(1, 10) }, options: { weights: 'external' } },
    "the weights would be in a file; compile with weights: 'embed'",
  ],
  [
    {
      model: declared(filled),
      inputs: { x: floats(1, 10) },
      options: { functions: { mine: (_name, shape) => new Float32Array(volume(shape)) } },
    },
    "y.weight is filled by a function of the host; compile with weights: 'embed'",
  ],
  [{ model: declared(lookup), inputs: { words: [[20]] } }, 'the index at position 0 is outside its table'],
];

for (const [each, message] of refusals) {
  test(`refused: ${message}`, async (t) => {
    const error = await t.throwsAsync(compiled(each), { instanceOf: OptionError });
    t.true(error.message.startsWith(`compile.selfTest: ${message}`), error.message);
  });
}

test('a field beside inputs is refused', async (t) => {
  const selfTest = { inputs: { x: ramp(10) }, output: [] };
  const message = "compile.selfTest: has an unknown field 'output'; it takes inputs";
  await t.throwsAsync(compile(declared(mlp), { selfTest }), { instanceOf: OptionError, message });
});

test('values of the host are in the way of no test where they are embedded', async (t) => {
  const { model, inputs, options } = refusals[6]![0];
  const { binary } = await compile(model, { ...options, weights: 'embed', selfTest: { inputs } });
  t.is(new Host(binary).call('selfTest'), status.ok);
});
