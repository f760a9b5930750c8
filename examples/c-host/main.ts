// Runs one network on two hosts, Node and host.cc, and compares the bits of what they answer.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile, dense, input, sequential } from '../../compiler/index.js';
import { instantiateSync } from '../../runtime/index.js';

const header = '/usr/include/wabt/interp/interp.h';
const source = fileURLToPath(new URL('../../../examples/c-host/host.cc', import.meta.url));
const seed = 42n;
const batches = [1, 3, 20];

/** Installs the interpreter and a compiler where that can be done. */
function requireTools(): void {
  const missing = (): string[] => [
    ...(existsSync(header) ? [] : ['wabt']),
    ...(spawnSync('g++', ['--version']).status === 0 ? [] : ['g++']),
  ];
  const packages = missing();
  if (packages.length > 0 && process.getuid?.() === 0) {
    console.error(`installing ${packages.join(', ')}`);
    const apt = (...options: string[]): boolean =>
      spawnSync('apt-get', options, { stdio: ['ignore', 2, 2] }).status === 0;
    const install = ['install', '-y', '--no-install-recommends', ...packages];
    if (!apt(...install) && apt('update')) apt(...install);
  }
  const names = missing().join(' ');
  if (names !== '') throw new Error(`c-host: needs ${names}; apt-get install ${names}`);
}

const bits = (values: Float32Array): string =>
  Array.from(new Uint32Array(values.buffer, values.byteOffset, values.length), (word) =>
    word.toString(16).padStart(8, '0'),
  ).join(' ');

requireTools();
const folder = mkdtempSync(join(tmpdir(), 'nacre-c-host-'));
try {
  const program = join(folder, 'host');
  execFileSync('g++', ['-std=c++17', '-O2', '-Wall', source, '-lwabt', '-o', program], { stdio: 'inherit' });
  const mlp = sequential([
    input(['batch', 10]),
    dense({ units: 32, activation: 'tanh' }),
    dense({ units: 16, activation: 'gelu', bias: 'uniform' }),
    dense({ units: 4, activation: 'softmax' }),
  ]);
  const compiled = await compile(mlp);
  const [x] = compiled.manifest.inputs;
  const [y] = compiled.manifest.outputs;
  if (!x || !y) throw new Error('c-host: the network has an input and an output');
  writeFileSync(join(folder, 'model.wasm'), compiled.binary);
  const net = instantiateSync(compiled);
  net.initialize({ seed });
  console.log(`model.wasm: ${compiled.binary.length} bytes, seed ${seed}`);
  for (const batch of batches) {
    const data = Float32Array.from({ length: batch * 10 }, (_, i) => Math.fround(((i * 37) % 101) / 25 - 2));
    writeFileSync(join(folder, 'input.f32'), data);
    const started = performance.now();
    const answer = execFileSync(
      program,
      [join(folder, 'model.wasm'), join(folder, 'input.f32'), seed, x.table, y.table, y.shape.length, batch, 10].map(
        String,
      ),
      { encoding: 'utf8' },
    );
    const [shape, words] = answer.trim().split('\n');
    const here = Object.values(net.forward({ x: { data, shape: [batch, 10] } }))[0]!;
    const same = shape === here.shape.join(' ') && words === bits(here.data);
    const time = (performance.now() - started).toFixed(0);
    console.log(
      `batch ${batch}: wabt ${same ? 'equals' : 'DIFFERS FROM'} Node, ${here.data.length} values (${time} ms)`,
    );
    if (!same) process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
