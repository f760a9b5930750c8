import test from 'ava';
import { compile } from '../../compiler/index.js';
import { TorchGenerator } from '../../compiler/streams/torch.js';
import { instantiateSync, type Model } from '../../runtime/index.js';

type Fields = Readonly<Record<string, unknown>>;

interface Layer extends Fields {
  readonly name: string;
}

const dense = (name: string, fields: Fields = {}): Layer => ({ name, kind: 'dense', from: 'x', units: 7, ...fields });

/** A model of layers that read one input each, its weights uniform and its biases normal. */
async function modelOf(rng: string, layers: readonly Layer[], fields: Fields = {}): Promise<Model> {
  const source = {
    ...{ nacre: 1, rng, inputs: [{ name: 'x', shape: [1, 5] }] },
    ...{ defaults: { rules: [['\\.bias$', 'normal']], initializer: 'uniform' }, layers },
    ...{ outputs: layers.map(({ name }) => name), ...fields },
  };
  const compiled = await compile(JSON.stringify(source), { seed: 21, initializers: 'all' });
  return instantiateSync(compiled, { onWarning: () => undefined });
}

const all = (net: Model): Readonly<Record<string, Float32Array>> =>
  Object.fromEntries(net.variables.list().map(({ name }) => [name, net.variables.get(name).data]));

async function initialized(rng: string, layers: readonly Layer[], fields?: Fields) {
  const net = await modelOf(rng, layers, fields);
  net.initialize();
  return all(net);
}

const layers = ['a', 'b', 'c'].map((name) => dense(name));
const shared = { variables: [{ name: 'shared', shape: [5, 7] }] };
const own = { weight: { kind: 'uniform', seed: 4 } };

for (const rng of ['philox', 'jax'] as const) {
  test(`${rng}: what a variable is called decides, whatever else there is`, async (t) => {
    const expected = await initialized(rng, layers);
    const [a, b, c] = layers as [Layer, Layer, Layer];
    t.deepEqual(await initialized(rng, [c, a, b]), expected, 'another order');
    t.like(await initialized(rng, [dense('first'), ...layers]), expected, 'a layer more');
    t.like(expected, await initialized(rng, [a, c]), 'a layer less');
    t.like(await initialized(rng, [a, b, c, dense('d', { weight: { variable: 'a.weight' } })]), expected, 'a tie');
    const tied = await initialized(rng, [a, dense('b', { weight: { variable: 'a.weight' } }), c]);
    const { 'b.weight': _, ...others } = expected;
    t.deepEqual(tied, others, 'one weight tied');
    const first = await initialized(rng, [dense('a', { weight: { variable: 'shared' } })], shared);
    const users = [c, dense('z', { weight: { variable: 'shared' } }), dense('a', { weight: { variable: 'shared' } })];
    t.like(await initialized(rng, users, shared), first, 'a variable with other users');
  });

  test(`${rng}: parts of a model may be initialized one after another, in any order`, async (t) => {
    const expected = await initialized(rng, layers);
    const net = await modelOf(rng, layers);
    net.initialize({ only: 'c.bias' });
    net.initialize({ only: ['b', /^a\.w/] });
    net.variables.set('a.bias', new Float32Array(7));
    net.forward({ x: new Float32Array(5) });
    t.deepEqual(all(net), { ...expected, 'a.bias': new Float32Array(7) });
    net.initialize({ only: 'a', force: true });
    t.deepEqual(all(net), expected);
  });

  test(`${rng}: equal initializers give layers other numbers, unless they have a seed of their own`, async (t) => {
    const expected = Object.values(await initialized(rng, layers));
    t.is(new Set(expected.map((data) => data[0])).size, 6);
    const seeded = await initialized(rng, [dense('a', own), dense('b', own)]);
    if (rng === 'jax') t.deepEqual(seeded['a.weight'], seeded['b.weight']);
    else t.notDeepEqual(seeded['a.weight'], seeded['b.weight']);
    const net = await modelOf(rng, layers);
    net.initialize({ initializer: { kind: 'normal', std: 1 } });
    t.is(new Set(Object.values(all(net)).map((data) => data[0])).size, 6);
  });

  test(`${rng}: a seed of its own stands above every other`, async (t) => {
    const net = await modelOf(rng, [dense('a', own), dense('b')]);
    net.initialize();
    const before = all(net);
    net.initialize({ seed: 99, force: true });
    t.deepEqual(all(net)['a.weight'], before['a.weight']);
    t.notDeepEqual(all(net)['b.weight'], before['b.weight']);
    net.initialize({ only: 'b.weight', initializer: own.weight, force: true });
    net.initialize({ only: 'a.weight', initializer: { kind: 'uniform' }, seed: 4, force: true });
    const asked = all(net);
    if (rng === 'jax') t.deepEqual(asked['b.weight'], before['a.weight']);
    else t.deepEqual(asked['a.weight'], before['a.weight']);
  });
}

/** What one stream of torch's generator gives for weights and biases in turn. */
function torchStream(seed: bigint, count: number): Record<string, Float32Array> {
  const generator = new TorchGenerator(seed);
  const { fround } = Math;
  const names = ['a', 'b', 'c', 'd'].slice(0, count);
  return Object.fromEntries(
    names.flatMap((name) => [
      [`${name}.weight`, generator.uniform(35, fround(-0.05), fround(0.05))] as const,
      [`${name}.bias`, generator.normal(7, 0, 0.05)] as const,
    ]),
  );
}

test('torch: one stream runs through the variables in their order', async (t) => {
  t.deepEqual(await initialized('torch', layers), torchStream(21n, 3));
  const named = layers.map((layer, i) => ({ ...layer, name: ['c', 'a', 'b'][i]! }));
  const renamed = Object.values(await initialized('torch', named));
  t.deepEqual(renamed, Object.values(torchStream(21n, 3)), 'names play no part');
  const net = await modelOf('torch', layers);
  net.initialize({ seed: 2n ** 32n + 5n });
  t.deepEqual(all(net), torchStream(5n, 3));
});

test('torch: variables that are skipped take what they would', async (t) => {
  const expected = torchStream(21n, 3);
  const net = await modelOf('torch', layers);
  const zeros = new Float32Array(7);
  net.variables.set('a.bias', zeros);
  net.initialize({ only: 'c' });
  net.forward({ x: new Float32Array(5) });
  t.deepEqual(all(net), { ...expected, 'a.bias': zeros });
  for (const name of Object.keys(expected).reverse()) net.initialize({ only: name, force: true });
  t.deepEqual(all(net), expected);
  net.initialize({ force: true });
  t.deepEqual(all(net), expected);
});

test('torch: what is not drawn, or has a seed of its own, takes nothing', async (t) => {
  const values = Array.from({ length: 5 }, () => new Array<number>(7).fill(1));
  const quiet = [
    dense('zeros', { weight: 'zeros', bias: 2 }),
    dense('pattern', { weight: 'identity', bias: 'zeros' }),
    dense('values', { weight: values, bias: 'ones' }),
    dense('seeded', { ...own, bias: { kind: 'normal', seed: 4 } }),
  ];
  const expected = torchStream(21n, 3);
  const [a, b, c] = layers as [Layer, Layer, Layer];
  const [zeros, pattern, given, seeded] = quiet as [Layer, Layer, Layer, Layer];
  const drawn = await initialized('torch', [seeded, zeros, a, pattern, b, given, c]);
  t.like(drawn, expected);
  const { fround } = Math;
  t.deepEqual(drawn['seeded.weight'], new TorchGenerator(4n).uniform(35, fround(-0.05), fround(0.05)));
  t.deepEqual(drawn['seeded.bias'], new TorchGenerator(4n).normal(7, 0, 0.05));
});

test('torch: orthogonal matrices and odd counts of normal numbers take their words', async (t) => {
  const odd = [dense('a', { weight: 'orthogonal', bias: 'normal' }), dense('b', { weight: 'normal' }), dense('c')];
  const generator = new TorchGenerator(21n);
  const { fround } = Math;
  generator.normal(35, 0, 1);
  const bias = generator.normal(7, 0, 0.05);
  const weight = generator.normal(35, 0, 0.05);
  const next = generator.normal(7, 0, 0.05);
  const last = generator.uniform(35, fround(-0.05), fround(0.05));
  const expected = { 'a.bias': bias, 'b.weight': weight, 'b.bias': next, 'c.weight': last };
  t.like(await initialized('torch', odd), expected);
  const net = await modelOf('torch', odd);
  net.initialize({ only: ['c.weight'] });
  net.initialize({ only: ['b.bias'] });
  net.initialize();
  t.like(all(net), expected, 'one by one');
});

test('torch: what is asked for is drawn from where the stream reaches the variable', async (t) => {
  const net = await modelOf('torch', layers);
  net.initialize({ initializer: { kind: 'uniform', low: 0, high: 1 } });
  const generator = new TorchGenerator(21n);
  const expected = ['a', 'b', 'c'].map(() => {
    const values = generator.uniform(35, 0, 1);
    generator.normal(7, 0, 1);
    return values;
  });
  t.deepEqual(['a', 'b', 'c'].map((name) => all(net)[`${name}.weight`]), expected); // prettier-ignore
  net.initialize({ only: /weight/, initializer: { kind: 'uniform', low: 0, high: 1, seed: 21 }, force: true });
  t.deepEqual(['a', 'b', 'c'].map((name) => all(net)[`${name}.weight`]), [expected[0], expected[0], expected[0]]); // prettier-ignore
});
