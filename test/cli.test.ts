import { execFile } from 'node:child_process';
import { readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { readNpy } from '../compiler/npy.js';
import { Progress } from '../compiler/cli/progress.js';
import { makePlayground, mlp, type Playground } from './cli/playground.js';

const bin = fileURLToPath(new URL('../compiler/cli/main.js', import.meta.url));

let folder: string;
let nacre: Playground['nacre'];
let playground: Playground;
test.before(async () => {
  playground = await makePlayground();
  ({ folder, nacre } = playground);
});
test.after.always(() => playground.remove());

const kerasTable = `layer            kind          output            params  multiply-adds  initializers
x                input         (batch, 128, 64)       0              0
conv1d_1         conv1d relu   (batch, 126, 16)   3,088  387,072*batch  weight uniform(-0.05, 0.05)
                                                                        bias zeros
max_pooling1d_1  maxPooling1d  (batch, 31, 16)        0              0
flatten_1        flatten       (batch, 496)           0              0
dense_1          dense relu    (batch, 64)       31,808   31,744*batch  weight heUniform
                                                                        bias ones
`;

const kerasTotals = `total 34,896 parameters in 4 variables, 136.3 KiB, seed 0
trainable 34,896, not trainable 0
multiply-adds 418,816*batch
memory at batch 1: parameters 136.3 KiB, activations 42.1 KiB; 42.1 KiB for each further row`;

test('summary prints a table', async (t) => {
  const expected = `${kerasTable}${kerasTotals}\n`;
  t.deepEqual(await nacre('summary', '@keras.json'), { code: 0, stdout: expected, stderr: '' });
});

test('a model may be a module that exports a graph', async (t) => {
  const { code, stdout } = await nacre('summary', '@keras.mjs');
  t.is(code, 0);
  t.true(stdout.startsWith(kerasTable));
  t.regex(stdout, /^total 40,152 parameters in 10 variables, 156\.8 KiB, seed 0$/m);
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
  const [first, loader, second, ...rest] = stdout.replaceAll(folder, '@').split('\n');
  t.regex(
    first!,
    /^@\/keras\.wasm {2}\d{1,3}(,\d{3})? bytes \(\d{1,3}(,\d{3})? gzip\) {2}baseline, weights: seed 7, carries heUniform ones uniform zeros$/,
  );
  t.regex(loader!, /^@\/keras\.js {4}\d\d,\d{3} bytes \(\d{1,2},\d{3} gzip\) {2}loader, full runtime$/);
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
  t.deepEqual(
    bound['files'],
    ['wasm', 'js', 'wat'].map((end) => join(folder, `bound.${end}`)),
  );
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
    multiplyAdds: '387072*batch',
  });
  t.deepEqual(summary['total'] as unknown, {
    parameters: 34896,
    trainable: 34896,
    notTrainable: 0,
    variables: 4,
    bytes: 139584,
    seed: '0',
    multiplyAdds: '418816*batch',
    memory: { at: { batch: 1 }, parameters: 139584, activations: 43072, perRow: 43072 },
  });
  const stage = JSON.parse((await nacre('compile', mlp, '--stop-after', 'plan', '--json')).stdout) as object;
  t.deepEqual(Object.keys(stage), ['stage', 'text']);
});

test('help tells commands, options and examples', async (t) => {
  const { code, stdout } = await nacre('--help');
  t.is(code, 0);
  t.deepEqual(await nacre('-h'), { code, stdout, stderr: '' });
  for (const command of ['compile', 'run', 'summary', 'histogram', 'profile', 'verify', 'schema']) {
    t.regex(stdout, new RegExp(`^  ${command} +[A-Z]`, 'm'));
    const help = await nacre(command, '--help');
    t.is(help.code, 0);
    t.snapshot(help.stdout, command);
  }
  t.regex((await nacre('--version')).stdout, /^\d+\.\d+\.\d+\n$/);
});

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
