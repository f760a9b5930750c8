import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { readNpy, writeNpy } from '../compiler/cli/npy.js';
import { main } from '../compiler/cli/program.js';
import { Progress } from '../compiler/cli/progress.js';
import { writeSafetensors } from '../compiler/import/safetensors.js';
import type { GraphSource } from '../compiler/declaration.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = fileURLToPath(new URL('../compiler/cli/main.js', import.meta.url));
const entry = new URL('../compiler/index.js', import.meta.url).href;
const mlp = join(root, 'examples/mlp.json');

let folder = '';
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nacre-cli-'));
  await Promise.all(Object.entries(files).map(([name, data]) => writeFile(join(folder, name), data)));
  await mkdir(join(folder, 'taken.wasm'));
});
test.after.always(() => rm(folder, { recursive: true, force: true }));

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Lines that only a slow machine shows. */
const progress = /^(compile: \w+ \(\d of 4\)|run: [\d,]+ of [\d,]+)\n/gm;

/** Runs a command line in this process; `@name` is a file of the folder. */
async function nacre(...argv: string[]): Promise<Result> {
  const written = { stdout: '', stderr: '' };
  const code = await main(
    argv.map((arg) => arg.replace(/(?<=^|=)@/, `${folder}/`)),
    {
      stdout: { write: (text) => (written.stdout += text) },
      stderr: { write: (text) => (written.stderr += text) },
    },
  );
  const stderr = written.stderr.replaceAll(folder, '@').replaceAll(progress, '');
  return { code, stdout: written.stdout, stderr };
}

const keras: GraphSource = {
  nacre: 1,
  inputs: [{ name: 'x', shape: ['batch', 128, 64] }],
  outputs: [{ name: 'y', from: 'dense_1' }],
  layers: [
    {
      name: 'conv1d_1',
      kind: 'conv1d',
      filters: 16,
      kernelSize: 3,
      weight: 'random_uniform',
      bias: 'zeros',
      activation: 'relu',
    },
    { name: 'max_pooling1d_1', kind: 'maxPooling1d', poolSize: 4 },
    { name: 'flatten_1', kind: 'flatten' },
    { name: 'dense_1', kind: 'dense', units: 64, weight: 'he_uniform', bias: 'ones', activation: 'relu' },
  ],
};

/** y = 2 x + b, so that outputs are known. */
const linear: GraphSource = {
  nacre: 1,
  inputs: [{ name: 'x', shape: ['batch', 2] }],
  layers: [
    { name: 'y', kind: 'dense', units: 2, weight: { tensor: 'w' }, bias: { tensor: 'b' } },
    { name: 'z', kind: 'softmax' },
  ],
  outputs: ['y', 'z'],
};

const tensors = writeSafetensors({
  w: { dtype: 'float32', shape: [2, 2], data: Float32Array.of(2, 0, 0, 2) },
  // 1 and -0.5 in half precision.
  b: { dtype: 'float16', shape: [2], data: Uint16Array.of(0x3c00, 0xb800) },
  steps: { dtype: 'int64', shape: [], data: BigInt64Array.of(7n) },
});

const files: Readonly<Record<string, string | Uint8Array>> = {
  'keras.json': JSON.stringify(keras),
  'keras.mjs': `import { fromDeclaration, dense } from ${JSON.stringify(entry)};
    export default fromDeclaration(${JSON.stringify(keras)})
      .pipe(dense({ units: 64 }), dense({ units: 8 }), dense({ units: 64 }));`,
  'linear.json': JSON.stringify(linear),
  'linear.safetensors': tensors,
  'tokens.json': JSON.stringify({
    nacre: 1,
    inputs: [{ name: 'ids', shape: ['time'], dtype: 'int32' }],
    layers: [{ name: 'y', kind: 'embedding', inputDim: 5, outputDim: 2, weight: 'ones' }],
    outputs: ['y'],
  }),
  'rows.json': '[[1, 2], [3, 4]]',
  'rows.npy': writeNpy({ dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }),
  'ids.npy': writeNpy({ dtype: 'int64', shape: [3], data: BigInt64Array.of(0n, 4n, 2n) }),
  'doubles.npy': doubles(),
  'twenty.json': JSON.stringify([Array.from({ length: 20 }, (_, i) => i / 10)]),
  'broken.json': '{"nacre": 1,',
  'wrong.json':
    '{"nacre": 1, "inputs": [{"name": "x", "shape": [4]}], "layers": [{"kind": "Dense"}], "outputs": ["q"]}',
  'bad.npy': 'not an array',
  'bad.wasm': 'not a module',
  'empty.wasm': Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
  'throws.mjs': 'throw new TypeError("no such layer");',
  'number.mjs': 'export default 42;',
  'typed.ts': `const model: object = ${JSON.stringify(keras)}; export default model;`,
  'model.bin': '',
};

/** A float64 array as NumPy saves it. */
function doubles(): Uint8Array {
  const file = writeNpy({ dtype: 'int64', shape: [1, 2], data: new BigInt64Array(Float64Array.of(1.5, -2).buffer) });
  file.set(new TextEncoder().encode('<f8'), Buffer.from(file).indexOf('<i8'));
  return file;
}

const kerasTable = `layer            kind          output            parameters  initializers
x                input         (batch, 128, 64)           0
conv1d_1         conv1d relu   (batch, 126, 16)       3,088  weight uniform(-0.05, 0.05), bias zeros
max_pooling1d_1  maxPooling1d  (batch, 31, 16)            0
flatten_1        flatten       (batch, 496)               0
dense_1          dense relu    (batch, 64)           31,808  weight heUniform, bias ones
`;

test('summary prints a table', async (t) => {
  const expected = `${kerasTable}total 34,896 parameters in 4 variables, 136.3 KiB, seed 0\n`;
  t.deepEqual(await nacre('summary', '@keras.json'), { code: 0, stdout: expected, stderr: '' });
});

test('a model may be a module that exports a graph', async (t) => {
  const { code, stdout } = await nacre('summary', '@keras.mjs');
  t.is(code, 0);
  t.true(stdout.startsWith(kerasTable));
  t.true(stdout.endsWith('\ntotal 40,152 parameters in 10 variables, 156.8 KiB, seed 0\n'), stdout);
});

test('a model in TypeScript needs a Node that strips types', async (t) => {
  const { code, stderr } = await nacre('summary', '@typed.ts');
  if ((process.features as { readonly typescript?: unknown }).typescript) t.is(code, 0);
  else {
    t.is(code, 2);
    const expected = `@/typed.ts: Node ${process.version} does not run TypeScript; use 22.18 or later, or build the file to .js\n`;
    t.is(stderr, expected);
  }
});

test('compile tells bytes, what is carried and memory', async (t) => {
  const { code, stdout, stderr } = await nacre('compile', '@keras.json', '-o', '@keras.wasm', '--seed', '7');
  t.deepEqual([code, stderr], [0, '']);
  const [first, second, ...rest] = stdout.replaceAll(folder, '@').split('\n');
  t.regex(
    first!,
    /^@\/keras\.wasm {2}\d{1,3}(,\d{3})? bytes \(\d{1,3}(,\d{3})? gzip\) {2}baseline, weights: seed 7, carries heUniform ones uniform zeros$/,
  );
  t.is(
    second,
    `memory${' '.repeat(folder.length + 7)}at batch 1: parameters 136.3 KiB, activations 42.1 KiB; 42.1 KiB for each further row`,
  );
  t.deepEqual(rest, ['']);
  t.regex(await readFile(join(folder, 'keras.d.wasm.ts'), 'utf8'), /'dense_1\.weight'|"dense_1\.weight"/);

  const described = await nacre('summary', '@keras.wasm');
  t.regex(described.stdout, /^dense_1\.weight +variable +\(496, 64\) +31,744 +heUniform$/m);
  t.regex(described.stdout, /^total 34,896 parameters in 4 variables, 136\.3 KiB, seed 7$/m);
});

test('compile binds and bounds sizes, and embeds', async (t) => {
  const compile = async (...options: string[]): Promise<Record<string, unknown>> => {
    const { code, stdout, stderr } = await nacre('compile', '@keras.json', '-o', '@bound.wasm', '--json', ...options);
    t.is(code, 0, stderr);
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  const bound = await compile('--dims', 'batch=2', '--no-types', '--initializers', 'normal', '--wat', '@bound.wat');
  t.deepEqual(bound['files'], [join(folder, 'bound.wasm'), join(folder, 'bound.wat')]);
  t.deepEqual(bound['initializers'], ['heUniform', 'normal', 'ones', 'uniform', 'zeros']);
  t.like(bound['memory'], { at: {}, parameters: 139584, activations: 86144 });
  t.regex(await readFile(join(folder, 'bound.wat'), 'utf8'), /^\(module/);
  const bounded = await compile('--dims', 'batch<=4', '--weights', 'embed', '--target', 'relaxed');
  t.like(bounded, { target: 'relaxed', weights: 'embed', initializers: [], seed: '0' });
  t.true((bounded['bytes'] as number) > 139_000);
  t.is((bounded['bytes'] as number) > (bounded['gzip'] as number), true);
  const { most } = bounded['memory'] as { most: number };
  t.true(most > 139_584 + 4 * 43_072 && most < 1e6, String(most));
});

for (const [stage, head] of [
  ['declaration', '{\n  "nacre": 1,'],
  ['lower', 'graph mlp\ninputs\n  %0  (1, 20)  x\n'],
  ['optimize', 'graph mlp\ninputs\n  %0  (1, 20)  x\n'],
  ['plan', 'plan mlp\ninputs\n  x  (1, 20)  b'],
] as const) {
  test(`compile stops after ${stage}`, async (t) => {
    const { code, stdout } = await nacre('compile', mlp, '--stop-after', stage);
    t.is(code, 0);
    t.true(stdout.startsWith(head), stdout);
    await nacre('compile', mlp, '--stop-after', stage, '-o', `@${stage}.txt`);
    t.is(await readFile(join(folder, `${stage}.txt`), 'utf8'), stdout);
  });
}

test('run tells seed and outputs', async (t) => {
  const { code, stdout, stderr } = await nacre('run', '@linear.json', '--input', 'x=@rows.json');
  t.deepEqual([code, stderr], [0, '']);
  t.is(
    stdout,
    `weights of the module
y  float32 (2, 2)  min 3       mean 5.25  max 7.5     [3, 3.5, 7, 7.5]
z  float32 (2, 2)  min 0.3775  mean 0.5   max 0.6225  [0.3775, 0.6225, 0.3775, 0.6225]
`,
  );
  const drawn = await nacre('run', '@tokens.json', '--input', 'ids=@ids.npy');
  t.is(drawn.stdout, 'seed 0 (default)\ny  float32 (3, 2)  min 1  mean 1  max 1  [1, 1, 1, 1, 1, 1]\n');
  t.is(drawn.stderr, 'note: ids: int64 values were taken as int32\n');
});

test('run writes outputs, and rounds doubles', async (t) => {
  const outputs = ['--output', 'y=@y.npy', '--output', 'z=@z.json'];
  const { code, stdout, stderr } = await nacre(
    'run',
    '@linear.json',
    '--input',
    'x=@doubles.npy',
    ...outputs,
    '--json',
  );
  t.deepEqual([code, stderr], [0, 'note: x: float64 values were rounded to float32\n']);
  const { tensor } = readNpy(await readFile(join(folder, 'y.npy')), 'y.npy');
  t.deepEqual(tensor, { dtype: 'float32', shape: [1, 2], data: Float32Array.of(4, -4.5) });
  const z = JSON.parse(await readFile(join(folder, 'z.json'), 'utf8')) as { readonly shape: number[] };
  t.deepEqual(z.shape, [1, 2]);
  t.like(JSON.parse(stdout), {
    seed: '0',
    outputs: { y: { dtype: 'float32', shape: [1, 2], min: -4.5, mean: -0.25, max: 4, data: [4, -4.5] } },
  });
});

test('a seed decides, and a run may be timed', async (t) => {
  const outputOf = async (...options: string[]): Promise<string[]> => {
    const { stdout } = await nacre('run', mlp, '--input', 'x=@twenty.json', ...options);
    return stdout.split('\n');
  };
  const [first, again, seeded] = [await outputOf(), await outputOf('--seed', '0'), await outputOf('--seed', '1')];
  t.is(first[0], 'seed 0 (default)');
  t.is(again[0], 'seed 0');
  t.is(again[1], first[1]);
  t.is(seeded[0], 'seed 1');
  t.not(seeded[1], first[1]);
  const timed = await outputOf('--seed', 'random', '--repeat', '1500');
  t.regex(timed[0]!, /^seed \d+ \(random\)$/);
  t.regex(timed[2]!, /^1,500 runs {2}median [\d.]+ [µm]s {2}least [\d.]+ [µm]s$/);
});

test('schema and the results of --json are JSON', async (t) => {
  const schema = JSON.parse((await nacre('schema')).stdout) as Record<string, unknown>;
  t.is(schema['title'], 'nacre graph declaration, version 1');
  t.deepEqual(JSON.parse((await nacre('schema', '--json')).stdout), schema);
  const summary = JSON.parse((await nacre('summary', '@keras.json', '--json')).stdout) as Record<string, unknown[]>;
  t.like(summary['layers']![1], {
    layer: 'conv1d_1',
    kind: 'conv1d relu',
    outputs: [{ dtype: 'float32', shape: ['batch', 126, 16] }],
    parameters: 3088,
  });
  t.deepEqual(summary['total'] as unknown, {
    parameters: 34896,
    notTrainable: 0,
    variables: 4,
    bytes: 139584,
    seed: '0',
  });
  const stage = JSON.parse((await nacre('compile', mlp, '--stop-after', 'plan', '--json')).stdout) as object;
  t.deepEqual(Object.keys(stage), ['stage', 'text']);
});

test('help tells commands, options and examples', async (t) => {
  const { code, stdout } = await nacre('--help');
  t.is(code, 0);
  t.deepEqual(await nacre('-h'), { code, stdout, stderr: '' });
  for (const command of ['compile', 'run', 'summary', 'schema']) {
    t.regex(stdout, new RegExp(`^  ${command} +[A-Z]`, 'm'));
    const help = await nacre(command, '--help');
    t.is(help.code, 0);
    t.snapshot(help.stdout, command);
  }
  t.regex((await nacre('--version')).stdout, /^\d+\.\d+\.\d+\n$/);
});

const faults: readonly (readonly [code: number, argv: readonly string[], stderr: string])[] = [
  [2, [], 'nacre: a command is missing; see nacre --help'],
  [2, ['frob'], "nacre: unknown command 'frob'; see nacre --help"],
  [2, ['sumary'], "nacre: unknown command 'sumary'; did you mean 'summary'?"],
  [2, ['summary'], 'summary: MODEL is missing; see nacre summary --help'],
  [2, ['summary', 'a.json', 'b.json'], "summary: unexpected argument 'b.json'; see nacre summary --help"],
  [2, ['summary', '--jsn'], "summary: unknown option '--jsn'; did you mean '--json'?; see nacre summary --help"],
  [2, ['summary', '--json=yes'], 'summary: --json takes no value; see nacre summary --help'],
  [2, ['compile', '@keras.json'], 'compile: -o FILE is missing; see nacre compile --help'],
  [2, ['compile', '@keras.json', '-o'], 'compile: -o needs FILE; see nacre compile --help'],
  [2, ['compile', '@keras.json', '-o', '--json'], 'compile: -o needs FILE; see nacre compile --help'],
  [2, ['compile', 'a', '--seed', '1', '--seed=2'], 'compile: --seed is given twice; see nacre compile --help'],
  [
    2,
    ['compile', '@keras.json', '-o', '@n.wasm', '--seed', '-1'],
    "--seed: must be a whole number from 0 to 2^64 - 1, got '-1'",
  ],
  [
    2,
    ['compile', '@keras.json', '-o', '@n.wasm', '--seed', '18446744073709551616'],
    "--seed: must be a whole number from 0 to 2^64 - 1, got '18446744073709551616'",
  ],
  [
    2,
    ['compile', '@keras.json', '-o', '@n.wasm', '--dims', 'batch'],
    "--dims: must be NAME=SIZE, NAME<=SIZE or NAME>=SIZE, joined by commas, got 'batch'",
  ],
  [
    2,
    ['compile', '@keras.json', '-o', '@n.wasm', '--dims', 'batch=1,'],
    "--dims: must be NAME=SIZE, NAME<=SIZE or NAME>=SIZE, joined by commas, got ''",
  ],
  [
    2,
    ['compile', '@keras.json', '-o', '@n.wasm', '--dims', 'batch=x'],
    "--dims: must be NAME=SIZE, NAME<=SIZE or NAME>=SIZE, joined by commas, got 'batch=x'",
  ],
  [2, ['compile', '@keras.json', '-o', '@n.wasm', '--dims', 'batch=1,batch<=4'], '--dims: batch is given twice'],
  [
    2,
    ['compile', '@keras.json', '-o', '@n.wasm', '--dims', 'batches=1'],
    "dims: the model has no dim 'batches'; did you mean 'batch'?",
  ],
  [
    2,
    ['compile', '@keras.json', '-o', '@n.wasm', '--target', 'fast'],
    "compile.target: must be 'baseline' or 'relaxed', got 'fast'",
  ],
  [
    2,
    ['compile', '@keras.json', '-o', '@n.wasm', '--weights', 'seeds'],
    "compile.weights: must be 'seed' or 'embed', got 'seeds'",
  ],
  [
    2,
    ['compile', '@keras.json', '-o', '@n.wasm', '--max-memory', '1GB'],
    "--max-memory: must be a whole number of at least 1, got '1GB'",
  ],
  [
    2,
    ['compile', '@keras.json', '--stop-after', 'plans'],
    "--stop-after: must be declaration, lower, optimize, plan, got 'plans'; did you mean 'plan'?",
  ],
  [2, ['compile', '@nowhere.json', '-o', '@n.wasm'], '@/nowhere.json: cannot be read: no such file or folder'],
  [2, ['compile', '@taken.wasm', '-o', '@n.wasm'], '@/taken.wasm: cannot be read: it is a folder'],
  [
    2,
    ['compile', '@model.bin', '-o', '@n.wasm'],
    '@/model.bin: is no model; the name must end in .json, .js, .mjs, .ts or .wasm',
  ],
  [2, ['compile', '@empty.wasm', '-o', '@n.wasm'], '@/empty.wasm: is compiled already'],
  [2, ['compile', '@keras.json', '-o', '@none/n.wasm'], '@/none/n.wasm: cannot be written: no such file or folder'],
  [2, ['compile', '@keras.json', '-o', '@taken.wasm'], '@/taken.wasm: cannot be written: it is a folder'],
  [
    2,
    ['compile', '@keras.json', '-o', '@n.wasm', '--wat', '@none/n.wat'],
    '@/none/n.wat: cannot be written: no such file or folder',
  ],
  [1, ['compile', '@broken.json', '-o', '@n.wasm'], 'declaration: is not valid JSON: '],
  [1, ['compile', '@wrong.json', '-o', '@n.wasm'], "layers[0]: unknown kind 'Dense'; did you mean 'dense'?\n"],
  [1, ['compile', '@throws.mjs', '-o', '@n.wasm'], '@/throws.mjs: cannot be loaded: TypeError: no such layer'],
  [
    1,
    ['compile', '@number.mjs', '-o', '@n.wasm'],
    '@/number.mjs: its default export must be a graph or a declaration, got 42',
  ],
  [
    2,
    ['compile', '@keras.json', '-o', '@n.wasm', '--dims', 'batch=4294967295'],
    'compile.maxMemory: the model needs 1849928',
  ],
  [1, ['summary', '@bad.wasm'], '@/bad.wasm: is no WebAssembly module'],
  [1, ['summary', '@empty.wasm'], '@/empty.wasm: was not compiled by nacre, or is cut off'],
  [1, ['run', '@bad.wasm'], 'instantiate: the module is damaged or not WebAssembly: '],
  [2, ['run', '@linear.json'], '--input: x is missing; this model takes x'],
  [2, ['run', '@linear.json', '--input', 'x'], "--input: must be NAME=FILE, got 'x'"],
  [2, ['run', '@linear.json', '--input', 'v=@rows.json'], "--input: the model has no input 'v'; this model has x"],
  [2, ['run', '@linear.json', '--input', 'x=@rows.json', '--input', 'x=@rows.npy'], '--input: x is given twice'],
  [
    2,
    ['run', '@linear.json', '--input', 'x=@rows.json', '--output', 'q=@q.npy'],
    "--output: the model has no output 'q'; this model has y, z",
  ],
  [
    2,
    ['run', '@linear.json', '--input', 'x=@rows.json', '--output', 'y=@q.txt'],
    '--output: @/q.txt must end in .npy or .json',
  ],
  [
    2,
    ['run', '@linear.json', '--input', 'x=@rows.json', '--repeat', '0'],
    "--repeat: must be a whole number of at least 1, got '0'",
  ],
  [
    2,
    ['run', '@linear.json', '--input', 'x=@model.bin'],
    '@/model.bin: is no input; the name must end in .npy or .json',
  ],
  [2, ['run', '@linear.json', '--input', 'x=@broken.json'], '@/broken.json: is not valid JSON: '],
  [2, ['run', '@linear.json', '--input', 'x=@bad.npy'], '@/bad.npy: is no .npy file'],
  [1, ['run', '@linear.json', '--input', 'x=@twenty.json'], 'x: axis 1 must be 2, got 20'],
  [
    1,
    ['run', '@linear.json', '--input', 'x=@rows.json', '--seed', '3'],
    "initialize: the module carries values, not recipes; compile with weights: 'seed'",
  ],
];

for (const [code, argv, stderr] of faults) {
  test(`nacre ${argv.join(' ')}`, async (t) => {
    const result = await nacre(...argv);
    t.is(result.code, code, result.stderr);
    t.is(result.stdout, '');
    t.true(result.stderr.startsWith(stderr), result.stderr);
    t.regex(result.stderr, /[^.]\n$/);
    t.notRegex(result.stderr, /^ +at |internal/m);
  });
}

test.serial('what cannot be written leaves nothing behind and old files as they were', async (t) => {
  await writeFile(join(folder, 'old.wasm'), 'old');
  const before = await readdir(folder);
  await nacre('compile', mlp, '-o', '@old.wasm', '--wat', '@none/old.wat');
  await nacre('compile', mlp, '-o', '@new.wasm', '--wat', '@taken.wasm');
  t.deepEqual(await readdir(folder), before);
  t.is(await readFile(join(folder, 'old.wasm'), 'utf8'), 'old');
});

test.serial('links are written through', async (t) => {
  await writeFile(join(folder, 'linked.txt'), 'old');
  await symlink('linked.txt', join(folder, 'link.txt'));
  await symlink('dangling-target.txt', join(folder, 'dangling.txt'));
  const { stdout } = await nacre('compile', mlp, '--stop-after', 'plan');
  for (const [link, target] of [
    ['link.txt', 'linked.txt'],
    ['dangling.txt', 'dangling-target.txt'],
  ] as const) {
    await nacre('compile', mlp, '--stop-after', 'plan', '-o', `@${link}`);
    t.is(await readFile(join(folder, target), 'utf8'), stdout);
  }
  const links = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isSymbolicLink());
  t.deepEqual(links.map(({ name }) => name).sort(), ['dangling.txt', 'link.txt']);
});

test('progress shows after a second, as one line on a terminal', (t) => {
  let now = 0;
  const show = (isTTY: boolean): string => {
    let text = '';
    now = 0;
    const progress = new Progress({ write: (part) => (text += part), isTTY }, () => now);
    for (const at of [0, 999, 1000, 1500, 2100]) {
      now = at;
      progress.update(`at ${at}`);
    }
    progress.end();
    return text;
  };
  t.is(show(false), 'at 1000\nat 2100\n');
  t.is(show(true), '\r\u001b[Kat 1000\r\u001b[Kat 1500\r\u001b[Kat 2100\r\u001b[K');
});

const execute = promisify(execFile);

test('the program compiles and runs, and its exit codes reach the shell', async (t) => {
  const options = { cwd: folder, env: { ...process.env, NO_COLOR: '1' } };
  const compiled = await execute(process.execPath, [bin, 'compile', mlp, '-o', 'mlp.wasm'], options);
  t.regex(compiled.stdout, /^mlp\.wasm {2}[\d,]+ bytes /);
  const ran = await execute(process.execPath, [bin, 'run', 'mlp.wasm', '--input', 'x=twenty.json'], options);
  t.regex(ran.stdout, /^seed 0 \(default\)\ny {2}float32 \(1, 10\) {2}min /);
  const failure = await t.throwsAsync<Error & { code: number; stdout: string; stderr: string }>(
    execute(process.execPath, [bin, 'run', 'mlp.wasm'], options),
  );
  t.is(failure.code, 2);
  t.is(failure.stderr, '--input: x is missing; this model takes x\n');
});
