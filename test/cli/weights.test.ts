import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { readSafetensors, writeSafetensors } from '../../compiler/import/safetensors.js';
import { makePlayground, type Playground } from './playground.js';

let folder: string;
let nacre: Playground['nacre'];
let playground: Playground;
test.before(async () => {
  playground = await makePlayground();
  ({ folder, nacre } = playground);
});
test.after.always(() => playground.remove());

const run = async (model: string): Promise<readonly number[]> => {
  const { code, stdout, stderr } = await nacre('run', model, '--input', 'x=@rows.json', '--json');
  if (code !== 0) throw new Error(stderr);
  return (JSON.parse(stdout) as { outputs: { y: { data: number[] } } }).outputs.y.data;
};

test.serial('external weights are written beside the module, found there, and written again', async (t) => {
  const compile = () => nacre('compile', '@linear.json', '-o', '@outside.wasm', '--weights', 'external');
  const { code, stdout } = await compile();
  t.is(code, 0);
  t.regex(stdout, /weights: external/);
  const file = await readFile(join(folder, 'outside.safetensors'));
  t.deepEqual(Object.keys(readSafetensors(file)), ['y.weight', 'y.bias']);
  t.is(readSafetensors(file)['y.bias']?.dtype, 'float16');
  t.deepEqual(await run('@outside.wasm'), await run('@linear.json'));
  t.is((await compile()).code, 0);
  t.deepEqual(await readFile(join(folder, 'outside.safetensors')), file);
  t.is((await nacre('histogram', '@outside.wasm')).code, 0);

  const module = await readFile(join(folder, 'outside.wasm'));
  await writeFile(join(folder, 'cut.wasm'), module.subarray(0, -1));
  const cut = await nacre('run', '@cut.wasm', '--input', 'x=@rows.json');
  t.is(cut.code, 1);
  t.regex(cut.stderr, /^@\/cut\.wasm: the module is damaged or refused; load it again \(.+\)\n$/);

  await writeFile(join(folder, 'outside.safetensors'), file.subarray(1));
  const damaged = await nacre('run', '@outside.wasm', '--input', 'x=@rows.json');
  t.is(damaged.code, 1);
  t.regex(
    damaged.stderr,
    /^@\/outside\.safetensors: expects \d+ bytes, got \d+; the file is cut off, load it again\n$/,
  );
  await nacre('compile', '@linear.json', '-o', '@alone.wasm', '--weights', 'external');
  await writeFile(join(folder, 'moved.wasm'), await readFile(join(folder, 'alone.wasm')));
  t.deepEqual(await nacre('run', '@moved.wasm', '--input', 'x=@rows.json'), {
    code: 2,
    stdout: '',
    stderr: '@/moved.safetensors: is missing; @/moved.wasm has its weights there, keep them beside each other\n',
  });
});

test.serial('no file of weights takes the place of other tensors, nor is taken for a model’s', async (t) => {
  const before = await readFile(join(folder, 'linear.safetensors'));
  t.deepEqual(await nacre('compile', '@linear.json', '-o', '@linear.wasm', '--weights', 'external'), {
    code: 2,
    stdout: '',
    stderr: '@/linear.safetensors: holds tensors that are not of a compiled module; choose another name for -o\n',
  });
  t.deepEqual(await readFile(join(folder, 'linear.safetensors')), before);
  t.false((await readdir(folder)).includes('linear.wasm'));
  const keras = () => nacre('compile', '@keras.json', '-o', '@keras.wasm', '--weights', 'external');
  const [first, again] = [await keras(), await keras()];
  t.deepEqual([again.code, again.stdout, again.stderr], [0, first.stdout, '']);
});

test.serial('tensors of another file fill variables by name, outputs first', async (t) => {
  const layers = [{ name: 'y', kind: 'dense', units: 2 }];
  const source = { nacre: 1, inputs: [{ name: 'x', shape: ['batch', 2] }], layers, outputs: ['y'] };
  await writeFile(join(folder, 'plain.json'), JSON.stringify(source));
  const weight = { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) } as const;
  const tensors = { 'y.weight': weight, other: weight };
  await writeFile(join(folder, 'torch.safetensors'), writeSafetensors(tensors));
  const options = ['--tensors', '@torch.safetensors', '--tensor-layout', 'oi', '--storage', 'f16'];
  const { code, stderr } = await nacre('compile', '@plain.json', '-o', '@plain.wasm', ...options);
  t.is(code, 0);
  t.is(
    stderr,
    'note: tensors: no variable takes other\nnote: tensors: there is none for y.bias\n' +
      'note: storage f16: 1 variable, 8 bytes in the place of 16; weights differ by at most 0.00\n',
  );
  t.deepEqual(await run('@plain.wasm'), [5, 11, 11, 25]);
});

for (const [args, message] of [
  [
    ['compile', '@cubic.onnx', '-o', '@n.wasm', '--tensors', '@linear.safetensors'],
    '--tensors: only declarations and graphs take tensors',
  ],
  [
    ['compile', '@keras.json', '-o', '@n.wasm', '--storage', 'f8'],
    "compile.storage: must be 'f32', 'f16' or 'int8', got 'f8'",
  ],
  [
    ['compile', '@keras.json', '-o', '@n.wasm', '--tensor-layout', 'hwio'],
    "tensorLayout: must be 'io' or 'oi', got 'hwio'",
  ],
  [
    ['compile', '@keras.json', '-o', '@n.wasm', '--tensors', '@none.safetensors'],
    '@/none.safetensors: cannot be read: no such file or folder',
  ],
] as const) {
  test(`nacre ${args.join(' ')}: ${message}`, async (t) => {
    t.deepEqual(await nacre(...args), { code: 2, stdout: '', stderr: `${message}\n` });
  });
}
