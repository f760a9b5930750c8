import { createHash } from 'node:crypto';
import test from 'ava';
import { compile, type CompileOptions } from '../../compiler/index.js';
import { readSafetensors } from '../../compiler/import/safetensors.js';
import { decode, type StoredValues } from '../../compiler/stored.js';
import { instantiate, instantiateSync, loadWeights, loadWeightsSync } from '../../runtime/external.js';
import { instantiateSync as instantiatePlain } from '../../runtime/index.js';
import { instantiateSync as instantiateForward } from '../../runtime/forward.js';
import { Sha256 } from '../../runtime/sha256.js';
import { compileValues, floats, modelOf, quantized, words } from './models.js';

const next = words(11);
const values: Record<string, StoredValues> = {
  floats: floats([5, 7], 1),
  kernel: floats([3, 3, 9], 2),
  halves: { dtype: 'float16', shape: [9, 5], data: new Uint16Array(45).map(() => next() & 0xbbff) },
  brains: { dtype: 'bfloat16', shape: [2, 3, 10], data: new Uint16Array(60).map(() => next() & 0xbfff) },
  narrow: quantized({ dtype: 'int8', shape: [3, 3, 6], axis: 2, wide: false }, next),
  wide: quantized({ dtype: 'uint8', shape: [4, 9], axis: 0, wide: true }, next),
  whole: quantized({ dtype: 'uint16', shape: [1, 3, 4], axis: null, wide: true }, next),
};
const names = Object.keys(values);

/** A stream of a file in parts of random sizes, which are told whether it was read to its end. */
function streamOf(file: Uint8Array, most: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= file.length) controller.close();
      else controller.enqueue(file.slice(at, (at += next() % most)));
    },
  });
}

const inputs = {
  tokens: { data: Int32Array.of(0, 1), shape: [1, 2] },
  x: { data: Float32Array.from({ length: 48 }, (_, at) => Math.sin(at)), shape: [1, 16, 3] },
};

for (const parameters of ['editable', 'frozen'] as const) {
  test(`external weights give what embedded ones give: ${parameters}`, async (t) => {
    const [embedded, external] = [
      await compileValues(values, { parameters, weights: 'embed' }),
      await compileValues(values, { parameters, weights: 'external' }),
    ];
    const again = await compileValues(values, { parameters, weights: 'external' });
    t.deepEqual([again.binary, again.weights], [external.binary, external.weights], 'the same bytes again');
    const file = external.weights!;
    t.is(embedded.weights, undefined);
    t.true(external.binary.length < embedded.binary.length);
    const plain = instantiatePlain(embedded);
    const wanted = plain.forward(inputs);
    const small = instantiateForward(external);
    await loadWeights(small as never, streamOf(file, 40));
    const models = {
      beside: instantiateSync(external),
      bytes: await instantiate(external.binary, { weights: file }),
      buffer: await instantiate(external.binary, { weights: file.slice().buffer }),
      response: await instantiate(external.binary, { weights: Promise.resolve(new Response(file.slice())) }),
      'a stream of single bytes': await instantiate(external.binary, { weights: streamOf(file, 2) }),
      'a stream of parts': await instantiate(external.binary, { weights: streamOf(file, 200) }),
    };
    for (const [title, model] of Object.entries(models)) {
      t.deepEqual(model.forward(inputs), wanted, title);
      for (const name of names)
        t.deepEqual(model.variables.get(`${name}.weight`), plain.variables.get(`${name}.weight`));
    }
    t.deepEqual(small.forward(inputs), wanted);
  });
}

test('the file is safetensors, with the dtypes of the values, and the manifest says where they stand', async (t) => {
  const { weights, manifest } = await compileValues(values, { weights: 'external' });
  const read = readSafetensors(weights!);
  const { sha256, bytes, tensors } = manifest.weights!;
  t.is(sha256, createHash('sha256').update(weights!).digest('hex'));
  t.is(bytes, weights!.length);
  t.deepEqual(
    tensors.map(({ name }) => name),
    manifest.variables.map(({ name }) => name),
  );
  for (const [name, { dtype, shape, data }] of Object.entries(values)) {
    t.deepEqual(read[`${name}.weight`], { dtype, shape, data } as never, name);
  }
  const { scale, offset } = values['wide'] as Extract<StoredValues, { scale: unknown }>;
  t.deepEqual(read['wide.weight.scale'], { dtype: 'float64', shape: [4, 1], data: Float64Array.from(scale) });
  t.deepEqual(read['wide.weight.offset'], { dtype: 'float64', shape: [4, 1], data: Float64Array.from(offset) });
  t.deepEqual([read['narrow.weight.scale']?.dtype, read['narrow.weight.scale']?.shape], ['float32', [1, 1, 6]]);
  t.deepEqual([read['whole.weight.scale']?.dtype, read['whole.weight.scale']?.shape], ['float64', []]);
  t.false('narrow.weight.offset' in read);
});

test('initialized values are written too, and a variable can be edited afterwards', async (t) => {
  const source = JSON.stringify(modelOf(values)).replaceAll(/,"weight":\{[^}]*\}/g, '');
  const [embedded, external] = [
    await compile(source, { seed: 3, weights: 'embed' }),
    await compile(source, { seed: 3, weights: 'external' }),
  ];
  const [one, other] = [instantiatePlain(embedded), instantiateSync(external)];
  t.deepEqual(other.forward(inputs), one.forward(inputs));
  other.variables.update('kernel.weight', (data) => void data.fill(0.5));
  t.true(other.variables.get('kernel.weight').data.every((value) => value === 0.5));
  loadWeightsSync(other as never, external.weights!);
  t.deepEqual(other.variables.get('kernel.weight'), one.variables.get('kernel.weight'));
});

const compiled = compileValues({ kernel: values['kernel']!, wide: values['wide']! }, { weights: 'external' });

const cases: readonly (readonly [string, (file: Uint8Array) => unknown, string, RegExp])[] = [
  ['no file', () => undefined, 'ModuleError', /^weights: the module's weights are in a file of \d+ bytes; pass it as/],
  [
    'a file cut off',
    (file) => file.slice(0, -1),
    'ModuleError',
    /^weights: expects (\d+) bytes, got \d+; the file is cut/,
  ],
  ['a stream cut off', (file) => streamOf(file.slice(0, 99), 30), 'ModuleError', /got 99; the file is cut off/],
  ['a longer file', (file) => Uint8Array.of(...file, 0), 'ModuleError', /^weights: expects \d+ bytes, got more; pass/],
  [
    'another file',
    (file) => file.map((byte, at) => (at === file.length - 1 ? byte ^ 1 : byte)),
    'ModuleError',
    /^weights: expects SHA-256 [0-9a-f]{64}, got [0-9a-f]{64}; pass the file that was compiled with the module$/,
  ],
  [
    'a response that is no success',
    () => new Response('no', { status: 404 }),
    'ModuleError',
    /^weights: the response has status 404; check its URL$/,
  ],
  [
    'what is no file',
    () => 'model.safetensors',
    'InputError',
    /^weights: expects bytes, a Response or a ReadableStream, got/,
  ],
  [
    'an empty response',
    () => new Response(null),
    'InputError',
    /^weights: expects bytes, a Response or a ReadableStream/,
  ],
];

for (const [title, given, name, message] of cases) {
  test(`refused: ${title}`, async (t) => {
    const { binary, weights } = await compiled;
    const error = await t.throwsAsync(instantiate(binary, { weights: given(weights!) as never }));
    t.is(error.name, name);
    t.regex(error.message, message);
  });
}

test('after a file that was refused the variables have no values', async (t) => {
  const { binary, weights } = await compiled;
  const model = instantiatePlain(binary);
  t.throws(() => loadWeightsSync(model as never, weights!.slice(0, -1)), { name: 'ModuleError' });
  t.throws(() => model.forward(inputs), {
    message: 'module: its values come from the host; instantiate it by nacre/runtime/external',
  });
  await loadWeights(model as never, streamOf(weights!, 64));
  t.deepEqual(model.variables.get('kernel.weight').data, decode(values['kernel']!));
});

test('a module that has its weights itself takes no file', async (t) => {
  const { binary } = await compileValues({ kernel: values['kernel']! });
  const message = 'weights: the module has its weights itself; leave them out';
  await t.throwsAsync(instantiate(binary, { weights: new Uint8Array(8) }), { name: 'ModuleError', message });
});

test('without sizes there is no file', async (t) => {
  const layers = [{ name: 'hidden', kind: 'dense', units: 3 }];
  const source = { nacre: 1, inputs: [{ name: 'x', shape: ['batch', null] }], layers, outputs: ['hidden'] };
  const options: CompileOptions = { weights: 'external' };
  const { weights, notes, manifest } = await compile(JSON.stringify(source), options);
  t.deepEqual([weights, manifest.weights], [undefined, undefined]);
  t.true(notes.includes('weights: sizes of variables wait for the first input, so that no file is written'));
});

test('SHA-256 of any parts of any lengths', (t) => {
  for (let length = 0; length < 200; length++) {
    const bytes = Uint8Array.from({ length }, () => next());
    const hash = new Sha256();
    for (let at = 0; at < length;) hash.update(bytes.subarray(at, (at += 1 + (next() % 70))));
    t.is(hash.digest(), createHash('sha256').update(bytes).digest('hex'), `${length} bytes`);
  }
});
