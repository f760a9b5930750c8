import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

const script = `
import { compile } from 'nacre';
import { instantiate } from 'nacre/runtime';

const { binary } = await compile({
  nacre: 1,
  inputs: [{ name: 'x', shape: ['batch', 4] }],
  layers: [{ name: 'hidden', kind: 'dense', units: 3, activation: 'relu' }],
  outputs: [{ name: 'y', from: 'hidden' }],
});
const net = await instantiate(binary);
const { data, shape } = net.forward({ x: [[1, 2, 3, 4]] }).y;
console.log(JSON.stringify({ type: data.constructor.name, data: [...data], shape }));
`;

/** Packs the package as it is built and installs the tarball into an empty project. */
async function install(folder: string): Promise<void> {
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: root,
  });
  const [packed] = JSON.parse(stdout) as [{ filename: string }];
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  await run('npm', ['install', ...quiet, `./${packed.filename}`], { cwd: folder });
}

test('the packed package compiles and runs a model, and so does its command line', async (t) => {
  t.timeout(180_000);
  const folder = await mkdtemp(join(tmpdir(), 'nacre-package-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  await install(folder);

  const installed = await readFile(join(folder, 'node_modules/nacre/package.json'), 'utf8');
  t.is(installed, await readFile(join(root, 'package.json'), 'utf8'));

  await writeFile(join(folder, 'main.js'), script);
  const { stdout } = await run(process.execPath, ['main.js'], { cwd: folder });
  const { type, data, shape } = JSON.parse(stdout) as { type: string; data: number[]; shape: number[] };
  t.is(type, 'Float32Array');
  t.deepEqual(shape, [1, 3]);
  t.is(data.length, 3);
  t.true(
    data.every((value) => Number.isFinite(value) && value >= 0),
    `relu of ${String(data)}`,
  );

  const model = {
    nacre: 1,
    inputs: [{ name: 'x', shape: [1, 4] }],
    layers: [{ kind: 'softmax' }],
    outputs: ['softmax_1'],
  };
  await writeFile(join(folder, 'model.json'), JSON.stringify(model));
  await run('npx', ['--no', '--', 'nacre', 'compile', 'model.json', '-o', 'net.wasm'], { cwd: folder });
  const lines = `import load from './net.js'; console.log((await load()).forward({ x: [[0, 0, 0, 0]] }).softmax_1.data.join());`;
  await writeFile(join(folder, 'use.js'), lines);
  t.is((await run(process.execPath, ['use.js'], { cwd: folder })).stdout, '0.25,0.25,0.25,0.25\n');

  const help = await run('npx', ['--no', '--', 'nacre', '--help'], { cwd: folder });
  t.regex(help.stdout, /\bcompile\b/);
});
