// Runs one network on two hosts, Node and host.cc, and compares the bits of what they answer.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, dense, input, sequential } from '../../compiler/index.js';
import { instantiateSync } from '../../runtime/index.js';
import { buildHost, runHost } from './program.js';

const seed = 42n;
const batches = [1, 3, 20];

const same = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  a.length === b.length && Array.from(a).every((value, i) => value === b[i]);

const folder = mkdtempSync(join(tmpdir(), 'nacre-c-host-'));
try {
  const program = buildHost(folder);
  if (typeof program === 'string') throw new Error(`c-host: ${program}`);
  const mlp = sequential([
    input(['batch', 10]),
    dense({ units: 32, activation: 'tanh' }),
    dense({ units: 16, activation: 'gelu', bias: 'uniform' }),
    dense({ units: 4, activation: 'softmax' }),
  ]);
  const { binary, manifest } = await compile(mlp);
  const module = join(folder, 'model.wasm');
  writeFileSync(module, binary);
  const net = instantiateSync(binary);
  net.initialize({ seed });
  console.log(`model.wasm: ${binary.length} bytes, seed ${seed}`);
  for (const batch of batches) {
    const data = Float32Array.from({ length: batch * 10 }, (_, i) => Math.fround(((i * 37) % 101) / 25 - 2));
    const file = join(folder, 'input.f32');
    writeFileSync(file, data);
    const started = performance.now();
    const [there] = runHost(program.path, { module, manifest, seed, inputs: [{ file, shape: [batch, 10] }] }).outputs;
    const here = Object.values(net.forward({ x: { data, shape: [batch, 10] } }))[0]!;
    const bits = new Uint32Array(here.data.buffer, here.data.byteOffset, here.data.length);
    const isSame = there !== undefined && same(there.shape, here.shape) && same(there.words, bits);
    const time = (performance.now() - started).toFixed(0);
    console.log(`batch ${batch}: wabt ${isSame ? 'equals' : 'DIFFERS FROM'} Node, ${bits.length} values (${time} ms)`);
    if (!isSame) process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
