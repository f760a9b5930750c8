import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { readManifest } from '../../compiler/cli/manifest.js';
import { VERSION } from '../../compiler/version.js';

const run = promisify(execFile);
const bin = fileURLToPath(new URL('../../compiler/cli/main.js', import.meta.url));
const { version } = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

const model = {
  nacre: 1,
  inputs: [{ name: 'x', shape: ['batch', 'time', 4] }],
  layers: [
    { kind: 'lstm', units: 5, returnSequences: true },
    { kind: 'dense', units: 3, weight: { kind: 'truncatedNormal' } },
    { kind: 'layerNormalization' },
  ],
  outputs: ['layer_normalization_1'],
};

const commands = [
  ['-o', 'model.wasm', '--target', 'both', '--weights', 'external', '--storage', 'f16', '--wat', 'model.wat'],
  ['-o', 'inline.js', '--inline', '--seed', '7'],
  ['-o', 'worker.wasm', '--for', 'cloudflare', '--weights', 'embed', '--dims', 'batch=1,time<=9'],
];

interface Place {
  readonly folder: string;
  /** Where the command is run, and how the folder is named from there. */
  readonly cwd: string;
  readonly prefix: string;
  readonly env: Readonly<Record<string, string>>;
}

/** All files that the commands write, by name. */
async function build({ folder, cwd, prefix, env }: Place): Promise<Record<string, Buffer>> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'net.json'), JSON.stringify(model));
  for (const command of commands) {
    const argv = command.map((word) => (/\.(wasm|js|wat)$/.test(word) ? prefix + word : word));
    await run(process.execPath, [bin, 'compile', `${prefix}net.json`, ...argv], { cwd, env: { PATH: '', ...env } });
  }
  const names = (await readdir(folder)).sort();
  const read = async (name: string): Promise<[string, Buffer]> => [name, await readFile(join(folder, name))];
  return Object.fromEntries(await Promise.all(names.map(read)));
}

test('compiling again gives the same bytes of every file, wherever and whenever', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'nacre-again-'));
  t.teardown(() => rm(root, { recursive: true, force: true }));
  const here = join(root, 'a');
  const there = join(root, 'another folder');
  const [first, second] = [
    await build({ folder: here, cwd: root, prefix: 'a/', env: { TZ: 'UTC', LC_ALL: 'C' } }),
    await build({
      folder: there,
      cwd: '/',
      prefix: `${there}/`,
      env: { TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' },
    }),
  ];
  t.deepEqual(Object.keys(first), [
    ...['inline.d.ts', 'inline.js'],
    ...[
      'model.d.ts',
      'model.d.wasm.ts',
      'model.js',
      'model.relaxed.d.wasm.ts',
      'model.relaxed.wasm',
      'model.safetensors',
    ],
    ...['model.wasm', 'model.wat', 'net.json', 'worker.d.ts', 'worker.d.wasm.ts', 'worker.js', 'worker.wasm'],
  ]);
  for (const [name, bytes] of Object.entries(first)) t.true(bytes.equals(second[name]!), name);

  const manifestOf = (name: string) => readManifest(first[name]!, name);
  t.deepEqual(manifestOf('model.wasm').build, { nacre: version, weights: 'external', storage: 'f16' });
  t.deepEqual(manifestOf('worker.wasm').build, { nacre: version, weights: 'embed' });
  t.is(manifestOf('model.relaxed.wasm').target, 'relaxed');
  t.regex(manifestOf('worker.wasm').hash, /^[\da-f]{16}$/);
});

test('the version that is written is that of the package', (t) => {
  t.is(VERSION, version);
});
