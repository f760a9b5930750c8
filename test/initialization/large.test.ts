import { createHash } from 'node:crypto';
import test from 'ava';
import { compile } from '../../compiler/index.js';
import { instantiateSync } from '../../runtime/index.js';

const WIDTH = 5000;
const source = JSON.stringify({
  ...{ nacre: 1, inputs: [{ name: 'x', shape: ['batch', WIDTH] }], outputs: ['y'] },
  layers: [{ name: 'y', kind: 'dense', units: WIDTH }],
});

const hashOf = ({ buffer, byteOffset, byteLength }: Float32Array): string =>
  createHash('sha256')
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('hex');

/** The length of a module and the hash of the weight that it gives itself. */
async function weighed(weights: 'seed' | 'embed') {
  const { binary } = await compile(source, { weights, seed: 9 });
  const net = instantiateSync(binary);
  net.initialize();
  const { data } = net.variables.get('y.weight');
  return { length: binary.length, hash: hashOf(data), last: data.slice(-2), first: net.variables.sample('y.weight') };
}

test('25 million parameters travel as 20 KB, and are bit for bit those that are embedded', async (t) => {
  const seeded = await weighed('seed');
  const embedded = await weighed('embed');
  t.true(seeded.length <= 20_000, `${seeded.length} bytes`);
  t.true(embedded.length > 4 * WIDTH ** 2);
  t.deepEqual({ ...embedded, length: 0 }, { ...seeded, length: 0 });
});
