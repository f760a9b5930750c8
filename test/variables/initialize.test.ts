import test from 'ava';
import { conv1d, dense, initializers, input, layerNormalization, sequential } from '../../compiler/index.js';
import { initializerDefinitions, initializerKinds } from '../../compiler/initializers/resolve.js';
import { all, load, ramp, values } from './load.js';

const { constant, mixed, normal, truncatedNormal, uniform, varianceScaling } = initializers;

const mlp = sequential([
  input(['batch', 4]),
  dense({ units: 8, activation: 'relu' }),
  layerNormalization(),
  dense({ units: 3 }),
]);
const open = sequential([dense({ units: 256, activation: 'relu' }), dense({ units: 10 })]);
const four = ['dense_1.weight', 'dense_1.bias', 'dense_2.weight', 'dense_2.bias'];

test('initialize is remembered until the first input, and happens once', async (t) => {
  const { net, warnings } = await load(open);
  t.deepEqual(net.initialize({ initializer: normal({ std: 0.01 }) }), { initialized: [], deferred: four, skipped: [] });
  t.deepEqual(new Set(net.variables.list().map(({ state }) => state)), new Set(['deferred']));
  const first = net.forward({ x: ramp(2, 20) });
  const drawn = all(net);
  t.deepEqual(net.variables.get('dense_1.weight').shape, [20, 256]);
  t.true(Math.max(...values(net, 'dense_1.weight').map(Math.abs)) < 0.06);
  t.deepEqual(new Set(values(net, 'dense_1.bias')), new Set([0]));
  t.deepEqual(net.forward({ x: ramp(2, 20) }), first);
  t.deepEqual(all(net), drawn);
  t.deepEqual(warnings, []);
  net.variables.set('dense_2.bias', new Float32Array(10).fill(4));
  net.forward({ x: ramp(3, 20) });
  t.deepEqual(all(net), { ...drawn, 'dense_2.bias': Array<number>(10).fill(4) });
  const { net: same } = await load(open);
  same.resize({ x: [7, 20] });
  t.deepEqual(same.initialize({ initializer: normal({ std: 0.01 }) }).initialized, four);
  t.deepEqual(all(same), drawn);
});

test('of the requests that wait, the last for a variable holds', async (t) => {
  const { net } = await load(open);
  net.initialize({ initializer: 'ones', seed: 5 });
  t.deepEqual(net.initialize({ only: 'dense_2', initializer: constant(42) }).deferred, four.slice(2));
  t.deepEqual(net.initialize({ only: 'dense_1.bias', initializer: 3, seed: 9 }).deferred, ['dense_1.bias']);
  t.is(net.seed, 5n);
  net.resize({ x: [1, 2] });
  t.deepEqual(
    four.map((name) => [...new Set(values(net, name))]),
    [[1], [3], [42], [0]],
  );
});

test('forward initializes what is not, with the seed in use', async (t) => {
  const { net, warnings } = await load(mlp, { seed: 11 });
  t.is(net.seed, 11n);
  net.variables.set('dense_1.bias', new Float32Array(8).fill(5));
  net.forward({ x: ramp(1, 4) });
  const { net: told } = await load(mlp);
  told.initialize({ seed: 11 });
  t.is(told.seed, 11n);
  t.deepEqual(all(net), { ...all(told), 'dense_1.bias': Array<number>(8).fill(5) });
  t.deepEqual(warnings, []);
});

test('what is initialized stays, unless force says otherwise', async (t) => {
  const { net, warnings } = await load(mlp);
  const { initialized } = net.initialize();
  t.is(initialized.length, 6);
  const drawn = all(net);
  t.deepEqual(net.initialize({ seed: 3 }), { initialized: [], deferred: [], skipped: initialized });
  t.deepEqual(all(net), drawn);
  net.initialize({ only: 'dense_1.bias' });
  t.deepEqual(warnings, [
    'initialize: 6 variables were already initialized and were left as they are; pass force: true',
    'initialize: 1 variable was already initialized and was left as it is; pass force: true',
  ]);
  t.is(net.seed, 3n);
  net.initialize({ seed: 0, force: true });
  t.deepEqual(all(net), drawn);
  net.initialize({ force: true });
  t.deepEqual(all(net), drawn);
  t.deepEqual(net.initialize({ seed: 2n ** 64n - 1n, force: true }).initialized, initialized);
  t.notDeepEqual(values(net, 'dense_1.weight'), drawn['dense_1.weight']);
  t.is(warnings.length, 2);
});

test('a seed of chance is drawn by the host and told', async (t) => {
  const [{ net }, { net: other }, { net: same }] = [await load(mlp), await load(mlp), await load(mlp)];
  net.initialize({ seed: 'random' });
  other.initialize({ seed: 'random' });
  t.not(net.seed, other.seed);
  same.initialize({ seed: net.seed });
  t.deepEqual(all(same), all(net));
});

test('a seed with only is for what is named', async (t) => {
  const [{ net }, { net: other }] = [await load(mlp), await load(mlp)];
  net.initialize({ only: 'dense_1', seed: 8 });
  t.is(net.seed, 0n);
  net.initialize({ only: /^(?!dense_1)/ });
  other.initialize();
  t.deepEqual(values(net, 'dense_2.weight'), values(other, 'dense_2.weight'));
  other.initialize({ seed: 8, force: true });
  t.deepEqual(values(net, 'dense_1.weight'), values(other, 'dense_1.weight'));
});

test('an initializer is suggested to weights without a value of their own', async (t) => {
  const model = sequential([
    input(['batch', 4]),
    dense({ units: 3 }),
    dense({ units: 3, weight: 'ones', bias: 0.5 }),
    dense({
      units: 3,
      weight: [
        [1, 2, 3],
        [4, 5, 6],
        [7, 8, 9],
      ],
    }),
    layerNormalization(),
  ]);
  const { net, warnings } = await load(model);
  net.initialize({ initializer: 7, force: true });
  const suggested = Object.entries(all(net)).map(([name, data]) => [name, ...new Set(data)]);
  t.deepEqual(suggested, [
    ['dense_1.weight', 7],
    ['dense_1.bias', 0],
    ['dense_2.weight', 1],
    ['dense_2.bias', 0.5],
    ['dense_3.weight', 1, 2, 3, 4, 5, 6, 7, 8, 9],
    ['dense_3.bias', 0],
    ['layer_normalization_1.gamma', 1],
    ['layer_normalization_1.beta', 0],
  ]);
  net.initialize({ only: ['dense_1', 'dense_2', 'layer_normalization_1'], initializer: 8, force: true });
  t.deepEqual(
    ['dense_1.weight', 'dense_2.weight', 'layer_normalization_1.gamma'].map((name) => values(net, name)[0]),
    [8, 1, 1],
  );
  t.deepEqual(warnings, []);
});

test('an initializer is imposed on variables that are named themselves', async (t) => {
  const { net } = await load(
    sequential([input([1, 2]), dense({ units: 2, weight: 'ones' }), dense({ units: 1, bias: [3] })]),
  );
  net.initialize({ only: 'dense_1.weight', initializer: 2 });
  net.initialize({ only: [/bias$/], initializer: constant(4), force: true });
  net.initialize({ only: ['dense_2', 'dense_2.weight'], initializer: 5, force: true });
  net.initialize({ only: ['dense_2.bias', 'dense_2'], initializer: 6, force: true });
  t.deepEqual(all(net), {
    'dense_1.weight': [2, 2, 2, 2],
    'dense_1.bias': [4, 4],
    'dense_2.weight': [6, 6],
    'dense_2.bias': [6],
  });
});

test('mixed is imposed on the variables that its patterns are found in, and must find one for each', async (t) => {
  const { net } = await load(mlp);
  net.initialize({
    initializer: mixed([
      [/bias$/, 5],
      [/^dense_2/, 'ones'],
      [/weight$|gamma$/, 3],
      [/./, 4],
    ]),
  });
  const firsts = Object.fromEntries(Object.entries(all(net)).map(([name, [first]]) => [name, first]));
  t.deepEqual(firsts, {
    'dense_1.weight': 3,
    'dense_1.bias': 5,
    'layer_normalization_1.gamma': 3,
    'layer_normalization_1.beta': 4,
    'dense_2.weight': 1,
    'dense_2.bias': 5,
  });
  t.throws(() => net.initialize({ initializer: mixed([[/weight$/, 3]]), force: true }), {
    name: 'InputError',
    message: "initialize: no rule of mixed is found in 'dense_1.bias'",
  });
});

test('the graph’s initializer gives way to a suggested one, its rules do not', async (t) => {
  const defaults = { initializer: 'ones', rules: [['^dense_2', 2]] } as const;
  const { net } = await load(sequential([input([1, 2]), dense({ units: 1 }), dense({ units: 1 })], { defaults }));
  net.initialize();
  t.deepEqual(all(net), { 'dense_1.weight': [1, 1], 'dense_1.bias': [0], 'dense_2.weight': [2], 'dense_2.bias': [2] });
  net.initialize({ initializer: 3, force: true });
  t.deepEqual(all(net), { 'dense_1.weight': [3, 3], 'dense_1.bias': [0], 'dense_2.weight': [2], 'dense_2.bias': [2] });
});

test('an embedded model answers as the seeded one, and force puts its values back', async (t) => {
  const [{ net }, { net: seeded }] = [await load(mlp, { weights: 'embed', seed: 6 }), await load(mlp, { seed: 6 })];
  const expected = seeded.forward({ x: ramp(3, 4) });
  t.deepEqual(net.forward({ x: ramp(3, 4) }), expected);
  for (const { name, shape } of net.variables.list()) net.variables.set(name, ramp(...(shape as number[])));
  t.notDeepEqual(net.forward({ x: ramp(3, 4) }), expected);
  net.initialize({ force: true, seed: 6 });
  t.deepEqual(net.forward({ x: ramp(3, 4) }), expected);
});

test('a block’s name stands for the layers in it', async (t) => {
  const source = {
    nacre: 1,
    inputs: [{ name: 'x', shape: [1, 2] }],
    layers: [
      { name: 'body/a', kind: 'dense', units: 2 },
      { name: 'body/b/c', kind: 'dense', units: 2 },
      { name: 'body_2', kind: 'dense', units: 2 },
    ],
    outputs: [{ name: 'y', from: 'body_2' }],
  };
  const { net } = await load(JSON.stringify(source));
  t.deepEqual(net.initialize({ only: 'body' }).initialized, [
    'body/a.weight',
    'body/a.bias',
    'body/b/c.weight',
    'body/b/c.bias',
  ]);
  t.deepEqual(net.initialize({ only: ['body/b', 'body_2.bias'], force: true }).initialized, [
    'body/b/c.weight',
    'body/b/c.bias',
    'body_2.bias',
  ]);
});

/** A convolution's weight has three axes. */
const drawn = [
  ...initializerKinds.filter((kind) => {
    const [least, most] = initializerDefinitions[kind].ranks;
    return least <= 3 && most >= 3;
  }),
  'random_uniform',
  'randomNormal',
  'he_uniform',
  'truncated_normal',
  0.25,
  uniform({ low: 2, high: 3 }),
  normal({ mean: 4, seed: 12 }),
  truncatedNormal({ mean: 1, std: 2 }),
  ...(['fanIn', 'fanOut', 'fanAvg'] as const).flatMap((mode) =>
    (['uniform', 'truncatedNormal', 'untruncatedNormal'] as const).map((distribution) =>
      varianceScaling({ scale: 0.3, mode, distribution }),
    ),
  ),
];

test('initialize draws the bits that the declaration would', async (t) => {
  const shape = [input(['batch', 7, 3]), 5, 3] as const;
  const { net } = await load(sequential([shape[0], conv1d({ filters: shape[1], kernelSize: shape[2] })]), { seed: 77 });
  for (const initializer of drawn) {
    const weight = initializer as 'zeros';
    const model = sequential([shape[0], conv1d({ filters: shape[1], kernelSize: shape[2], weight })]);
    const declared = (await load(model, { seed: 77, initializers: 'used' })).net;
    declared.initialize();
    net.initialize({ only: 'conv1d_1.weight', initializer: weight, force: true });
    t.deepEqual(values(net, 'conv1d_1.weight'), values(declared, 'conv1d_1.weight'), JSON.stringify(initializer));
  }
});

test('a kind carried brings its family, scaled by the fans or not', async (t) => {
  const { net } = await load(mlp, { initializers: ['he_normal'] });
  t.deepEqual(net.manifest.initializers, ['glorotUniform', 'heNormal', 'ones', 'zeros']);
  t.is(net.initialize({ initializer: 'truncatedNormal' }).initialized.length, 6);
  t.is(net.initialize({ initializer: 'lecunUniform', force: true }).initialized.length, 6);
  t.throws(() => net.initialize({ initializer: 'normal' }), {
    message:
      "initialize: the module does not carry 'normal' (it carries glorotUniform, heNormal, ones, zeros); " +
      "compile with initializers: ['normal']",
  });
  const { net: scaled } = await load(mlp, { initializers: ['varianceScaling'] });
  t.deepEqual(scaled.manifest.initializers, ['glorotUniform', 'normal', 'ones', 'truncatedNormal', 'uniform', 'zeros']);
});
