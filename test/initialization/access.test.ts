import test, { type ExecutionContext } from 'ava';
import { compile, dense, initializers, input, sequential, type CompileOptions } from '../../compiler/index.js';
import { instantiateSync, InputError, VariableError, type Model } from '../../runtime/index.js';
import { initializedModels } from '../abi/initialized-models.js';
import { bitsOf } from '../abi/host.js';
import { randomFrom } from '../layers/values.js';
import { inputsOf, modelOf } from './models.js';

const { normal, orthogonal, uniform } = initializers;

type Source = Parameters<typeof compile>[0];

async function load(source: Source, options: CompileOptions = {}): Promise<Model> {
  const net = instantiateSync(await compile(source, options));
  if (net.manifest.symbols.some(({ kind }) => kind === 'latched')) {
    net.resize(Object.fromEntries(Object.entries(inputsOf()).map(([name, { shape }]) => [name, shape])));
  }
  return net;
}

/** Kinds whose elements depend on one another, or on no number at all. */
const whole = /^(orthogonal|deltaOrthogonal|sparse|identity|dirac|bilinear|lstmBias|walk)/;

const models: Readonly<Record<string, () => Promise<Model>>> = {
  philox: () => load(modelOf('philox', 'io', 'free'), { seed: 3n }),
  'jax, sizes latched': () => load(modelOf('jax', 'oi', 'latched'), { seed: 2n ** 63n + 1n }),
  'functions of one’s own': () => load(JSON.stringify(initializedModels['own'])),
};

for (const [name, model] of Object.entries(models)) {
  test(`single elements are those of the whole: ${name}`, async (t) => {
    const net = await model();
    const draw = randomFrom(7);
    const alone = net.variables.list().filter(({ initializer }) => !whole.test(initializer));
    const places = Array.from({ length: 1000 }, () => {
      const { name: variable, shape } = alone[Math.floor(draw() * alone.length)]!;
      const count = (shape as number[]).reduce((product, size) => product * size, 1);
      const first = Math.floor(draw() * count);
      return { variable, first, count: draw() < 0.9 ? 1 : 1 + Math.floor(draw() * (count - first)) };
    });
    const sampled = places.map(({ variable, first, count }) => net.variables.sample(variable, first, count));
    t.deepEqual(new Set(net.variables.list().map(({ state }) => state)), new Set(['uninitialized']));
    net.initialize();
    places.forEach(({ variable, first, count }, i) => {
      const values = net.variables.get(variable).data;
      const again = net.variables.sample(variable, first, count);
      t.deepEqual(bitsOf(sampled[i]!), bitsOf(values.slice(first, first + count)), `${variable} from ${first} on`);
      t.deepEqual(again, sampled[i], 'after initialize');
      t.deepEqual(net.variables.get(variable).data, values, 'sampling changes nothing');
    });
    const refused = net.variables.list().filter(({ initializer }) => whole.test(initializer));
    t.true(refused.length > 0);
    for (const { name: variable, initializer } of refused) {
      t.throws(() => net.variables.sample(variable), {
        instanceOf: VariableError,
        code: 'sample',
        message: `${variable}: ${initializer} fills it whole; its elements are not had one by one`,
      });
    }
  });
}

test('a thousand elements and more, and those beyond the last', async (t) => {
  const net = await load(
    sequential([input([1, 50]), dense({ units: 70, weight: uniform({ low: -0.05, high: 0.05 }) })]),
  );
  net.initialize();
  const values = net.variables.get('dense_1.weight').data;
  t.deepEqual(net.variables.sample('dense_1.weight', 3, 3490), values.slice(3, 3493));
  t.deepEqual(net.variables.sample('dense_1.weight', 17179869189n, 2), floatsOf('3d441381 bcf8c9e0'));
  t.deepEqual(net.variables.sample('dense_1.weight', 17179869189, 0), new Float32Array(0));
  net.initialize({ seed: 4, force: true });
  t.notDeepEqual(net.variables.sample('dense_1.weight', 3, 5), values.slice(3, 8));
  t.deepEqual(net.variables.sample('dense_1.weight', 3, 5), net.variables.get('dense_1.weight').data.slice(3, 8));
});

const floatsOf = (words: string): Float32Array =>
  new Float32Array(Uint32Array.from(words.split(' '), (word) => parseInt(word, 16)).buffer);

const model = (weight: unknown, rng: 'philox' | 'jax' | 'torch' = 'philox'): string =>
  JSON.stringify({
    ...{ nacre: 1, rng, inputs: [{ name: 'x', shape: ['batch', 4] }], outputs: ['a'] },
    initializers: [{ name: 'mine', host: true }],
    layers: [{ name: 'a', kind: 'dense', units: 6, weight }],
  });

const refusals: readonly (readonly [title: string, source: string, kind: string])[] = [
  ['orthogonal', model('orthogonal'), 'orthogonal(1)'],
  ['orthogonal of jax', model('orthogonal', 'jax'), 'orthogonal(1)'],
  ['a function of the host', model('mine'), 'mine'],
  ['a function of the host under torch', model('mine', 'torch'), 'mine'],
  ['uniform of torch', model({ kind: 'uniform', seed: 3 }, 'torch'), 'uniform(-0.05, 0.05, seed 3)'],
  ['normal of torch', model('normal', 'torch'), 'normal(0, 0.05)'],
  ['scaled of torch', model('glorotUniform', 'torch'), 'glorotUniform'],
  ['orthogonal of torch', model('orthogonal', 'torch'), 'orthogonal(1)'],
];
for (const [title, source, kind] of refusals) {
  test(`what has no elements of its own: ${title}`, async (t) => {
    const net = await load(source);
    t.throws(() => net.variables.sample('a.weight', 2, 3), {
      instanceOf: VariableError,
      message: `a.weight: ${kind} fills it whole; its elements are not had one by one`,
    });
    t.deepEqual(net.variables.sample('a.bias', 2, 3), new Float32Array(3));
  });
}

async function expectOutside(
  t: ExecutionContext,
  first: number | bigint,
  count: number,
  message: string,
): Promise<void> {
  const weight = Array.from({ length: 4 }, (_, row) => [1, 2, 3, 4, 5, 6].map((value) => value + 10 * row));
  const net = await load(model(weight));
  t.throws(() => net.variables.sample('a.weight', first, count), { instanceOf: InputError, message });
  t.deepEqual(net.variables.sample('a.weight', 21, 3), Float32Array.of(34, 35, 36));
  t.deepEqual(net.variables.sample('a.weight', 24, 0), new Float32Array(0));
}

for (const [first, count, what] of [
  [22, 3, 'has no 3 elements from 22 on'],
  [2 ** 30, 1, 'has no 1 elements from 1073741824 on'],
  [2n ** 62n, 1, 'has no 1 elements from 4611686018427387904 on'],
  [2n ** 64n - 1n, 2, 'has no 2 elements from 18446744073709551615 on'],
  [-1, 1, 'expects whole numbers, got -1 and 1'],
  [0, -1, 'expects whole numbers, got 0 and -1'],
  [0.5, 1, 'expects whole numbers, got 0.5 and 1'],
  [NaN, 1, 'expects whole numbers, got NaN and 1'],
] as const) {
  test(`elements that values do not have: ${count} from ${first} on`, (t) =>
    expectOutside(t, first, count, `a.weight: ${what}`));
}

test('embedded values are had one by one, whatever filled them', async (t) => {
  const net = await load(
    sequential([input(['batch', 5]), dense({ units: 5, weight: orthogonal() }), dense({ units: 3, weight: normal() })]),
    { weights: 'embed' },
  );
  for (const name of ['dense_1.weight', 'dense_2.weight']) {
    t.deepEqual(net.variables.sample(name, 4, 9), net.variables.get(name).data.slice(4, 13));
  }
});

test('elements wait for the sizes of their variable', async (t) => {
  const net = instantiateSync(await compile(sequential([dense({ units: 3 })])));
  t.throws(() => net.variables.sample('dense_1.weight'), { instanceOf: VariableError, code: 'deferred' });
  net.resize({ x: [1, 4] });
  t.is(net.variables.sample('dense_1.weight').length, 1);
});
