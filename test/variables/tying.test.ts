import test from 'ava';
import { compile, dense, embedding, graph, input } from '../../compiler/index.js';
import { instantiateSync, type Model } from '../../runtime/index.js';

const VOCABULARY = 11;
const WIDTH = 6;

/** A language model's head: the table of its embedding, transposed, is the weight of its output. */
async function load(fields: Readonly<Record<string, unknown>> = {}): Promise<Model> {
  const source = {
    ...{ nacre: 1, inputs: [{ name: 'tokens', shape: ['batch', 'time'], dtype: 'int32' }], ...fields },
    layers: [
      { name: 'embed', kind: 'embedding', inputDim: VOCABULARY, outputDim: WIDTH },
      {
        ...{ name: 'logits', kind: 'dense', units: VOCABULARY, bias: false },
        weight: { variable: 'embed.weight', transpose: true },
      },
    ],
    outputs: ['logits'],
  };
  return instantiateSync((await compile(JSON.stringify(source))).binary);
}

const tokens = { data: Int32Array.of(3, 0, 10, 7), shape: [2, 2] };

/** Products of rows of the table with all of them. */
function logits(table: Float32Array): Float32Array {
  const row = (token: number): Float32Array => table.subarray(token * WIDTH, (token + 1) * WIDTH);
  const rows = Array.from({ length: VOCABULARY }, (_, token) => row(token));
  const product = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  return Float32Array.from([...tokens.data].flatMap((token) => rows.map((other) => product(row(token), other))));
}

for (const fields of [{}, { defaults: { layout: 'oi' } }, { rng: 'jax' }, { rng: 'torch' }]) {
  test(`an embedding and the output tied to it: ${JSON.stringify(fields)}`, async (t) => {
    const net = await load(fields);
    const expectTied = (): void => {
      const { data, shape } = net.variables.get('embed.weight');
      t.deepEqual(net.variables.get('logits.weight'), { data, shape });
      t.deepEqual(shape, [VOCABULARY, WIDTH]);
      const got = net.forward({ tokens })['logits']!;
      t.deepEqual(got.shape, [2, 2, VOCABULARY]);
      logits(data).forEach((value, i) =>
        t.true(Math.abs(value - (got.data[i] as number)) < 1e-5 * (1 + Math.abs(value)), `${i}`),
      );
    };
    t.deepEqual(
      net.variables.list().map(({ name, users, initializer }) => [name, users, initializer]),
      [['embed.weight', ['embed.weight', 'logits.weight'], 'uniform(-0.05, 0.05)']],
    );
    net.initialize();
    expectTied();
    net.variables.update('logits.weight', (data) => data.map((value, i) => value + i / 10));
    expectTied();
    net.variables.update('embed.weight', (data, { index }) => {
      data[index(10, 5)] = -3;
    });
    expectTied();
    const before = net.variables.get('embed.weight');
    net.initialize({ only: 'logits', force: true, seed: 3 });
    t.notDeepEqual(net.variables.get('embed.weight'), before);
    expectTied();
  });
}

test('the builders tie the same', async (t) => {
  const ids = input(['batch', 'time'], { dtype: 'int32' });
  const table = embedding({ name: 'embed', inputDim: VOCABULARY, outputDim: WIDTH });
  const head = dense({ name: 'logits', units: VOCABULARY, weight: table.parameters.weight.transposed, bias: false });
  const net = instantiateSync(await compile(graph({ inputs: { tokens: ids }, outputs: { logits: head(table(ids)) } })));
  const other = await load();
  t.deepEqual(net.forward({ tokens }), other.forward({ tokens }));
});
