import test from 'ava';
import { dense, input, layerNormalization, sequential } from '../../compiler/index.js';
import { load, ramp, seedGraph, values } from './load.js';

const mlp = sequential([
  input(['batch', 4]),
  dense({ units: 8, activation: 'relu' }),
  layerNormalization(),
  dense({ units: 3 }),
]);
const open = sequential([dense({ units: 256, activation: 'relu' }), dense({ units: 10 })]);

test('each variable is listed once, by name and by pattern', async (t) => {
  const { net } = await load(seedGraph('one weight, two biases'));
  const list = net.variables.list();
  t.deepEqual(
    list.map(({ name }) => name),
    ['shared-weight', 'relu_1.bias', 'relu_2.bias'],
  );
  t.deepEqual(list[0], {
    name: 'shared-weight',
    shape: [10, 10],
    dtype: 'float32',
    initializer: 'ones',
    users: ['relu_1.weight', 'relu_2.weight'],
    state: 'uninitialized',
    waitsFor: undefined,
  });
  t.deepEqual(
    net.variables.list(/bias$/g).map(({ name }) => name),
    ['relu_1.bias', 'relu_2.bias'],
  );
  t.is(net.variables.list(/^x/).length, 0);
});

test('variables print as a table, before and after the first input', async (t) => {
  const { net } = await load(open);
  t.is(
    String(net.variables.list()),
    `variable        shape      initializer    state
dense_1.weight  (?, 256)   glorotUniform  waits for axis 1 of input x
dense_1.bias    (256)      zeros          waits for axis 1 of input x
dense_2.weight  (256, 10)  glorotUniform  waits for axis 1 of input x
dense_2.bias    (10)       zeros          waits for axis 1 of input x`,
  );
  net.resize({ x: [2, 20] });
  t.is(
    String(net.variables.list(/^dense_1/)),
    `variable        shape      initializer    state
dense_1.weight  (20, 256)  glorotUniform  uninitialized
dense_1.bias    (256)      zeros          uninitialized`,
  );
  net.run();
  t.is(
    String(net.variables.list(/weight/)),
    `variable        shape      initializer    state
dense_1.weight  (20, 256)  glorotUniform  ready
dense_2.weight  (256, 10)  glorotUniform  ready`,
  );
});

test('values that travel with the module are initialized from the start', async (t) => {
  const { net, warnings } = await load(
    sequential([
      input(['batch', 2]),
      dense({
        units: 2,
        weight: [
          [1, 2],
          [3, 4],
        ],
      }),
    ]),
  );
  t.deepEqual(
    net.variables.list().map(({ state }) => state),
    ['ready', 'uninitialized'],
  );
  t.deepEqual(values(net, 'dense_1.weight'), [1, 2, 3, 4]);
  t.deepEqual(net.initialize({ seed: 4 }), {
    initialized: ['dense_1.bias'],
    deferred: [],
    skipped: ['dense_1.weight'],
  });
  t.deepEqual(warnings, []);
  net.initialize({ only: 'dense_1.weight', initializer: 9 });
  t.deepEqual(warnings, ['initialize: 1 variable was already initialized and was left as it is; pass force: true']);
  net.variables.set('dense_1.weight', [
    [0, 0],
    [0, 0],
  ]);
  t.deepEqual(values(net, 'dense_1.weight'), [0, 0, 0, 0]);
  net.initialize({ force: true });
  t.deepEqual(values(net, 'dense_1.weight'), [1, 2, 3, 4]);
});

test('a size given in advance needs no input', async (t) => {
  const { net } = await load(sequential([dense({ units: 256, inputUnits: 20 })]));
  t.deepEqual(net.initialize().initialized, ['dense_1.weight', 'dense_1.bias']);
  t.deepEqual(net.variables.get('dense_1.weight').shape, [20, 256]);
  t.throws(() => net.forward({ x: ramp(2, 21) }), { message: 'x: axis 1 must be 20, got 21' });
});

test('what is set is read again, and forward sees it', async (t) => {
  const { net } = await load(sequential([input(['batch', 37]), dense({ units: 29 }), dense({ units: 1 })]));
  const weight = ramp(37, 29);
  net.variables.set('dense_1.weight', weight);
  t.deepEqual(net.variables.get('dense_1.weight'), weight);
  net.variables.set('dense_1.bias', [...ramp(29).data]);
  net.variables.set(
    'dense_2.weight',
    Float32Array.from({ length: 29 }, (_, i) => Number(i === 5)),
  );
  const x = new Float32Array(37);
  x[3] = 1;
  const bias = net.variables.get('dense_1.bias').data[5]!;
  t.is(net.forward({ x }).y!.data[0], Math.fround(weight.data[3 * 29 + 5]! + bias));
  net.variables.get('dense_1.weight').data.fill(0);
  t.deepEqual(net.variables.get('dense_1.weight'), weight);
});

test('update edits a copy in place, or takes what it returns', async (t) => {
  const { net } = await load(mlp);
  net.initialize();
  const before = values(net, 'dense_1.weight');
  net.variables.update('dense_1.weight', (data) => data.map((value) => value + 1));
  const after = values(net, 'dense_1.weight');
  t.deepEqual(
    after,
    before.map((value) => Math.fround(value + 1)),
  );
  net.variables.update('dense_1.weight', (data, { shape, index }) => {
    t.deepEqual(shape, [4, 8]);
    data[index(0, 0)] = 42;
    data[index(3, 7)] = 43;
  });
  t.deepEqual(values(net, 'dense_1.weight'), [42, ...after.slice(1, -1), 43]);
  t.throws(() => {
    net.variables.update('dense_1.weight', (data) => {
      data.fill(0);
      throw new Error('no');
    });
  });
  t.is(values(net, 'dense_1.weight')[0], 42);
});

test('shared parameters are one variable, before and after a write', async (t) => {
  const { net, warnings } = await load(seedGraph('unknown input, two layers tied'));
  net.initialize();
  const x = ramp(2, 20);
  net.forward({ x });
  const names = ['dense_1.weight', 'dense_1.bias', 'dense_2.weight', 'dense_2.bias', 'dense_4.weight', 'dense_4.bias'];
  t.deepEqual(
    net.variables.list().map(({ name }) => name),
    names,
  );
  t.deepEqual(net.variables.list(/^dense_2.weight/)[0]!.users, ['dense_2.weight', 'dense_3.weight']);
  t.deepEqual(net.variables.get('dense_3.weight'), net.variables.get('dense_2.weight'));
  net.variables.update('dense_3.weight', (data) => data.map((value) => value * 2));
  t.deepEqual(net.variables.get('dense_3.weight'), net.variables.get('dense_2.weight'));
  const { net: twice } = await load(seedGraph('unknown input, two layers tied'));
  twice.forward({ x });
  twice.variables.set('dense_2.weight', net.variables.get('dense_3.weight'));
  t.deepEqual(twice.forward({ x }), net.forward({ x }));
  t.deepEqual(net.initialize({ only: 'dense_3', initializer: 6, force: true }).initialized, [
    'dense_2.weight',
    'dense_2.bias',
  ]);
  t.deepEqual(new Set(values(net, 'dense_2.weight')), new Set([6]));
  t.deepEqual(warnings, []);
});

test('elements are had without the others, as the initializer draws them under the seed in use', async (t) => {
  const { net } = await load(sequential([input(['batch', 50]), dense({ units: 60 })]));
  net.initialize({ seed: 5 });
  const all = values(net, 'dense_1.weight');
  net.variables.set('dense_1.weight', new Float32Array(3000));
  for (const [first, count] of [
    [0, 3000],
    [2999, 1],
    [1021, 7],
    [7, 0],
  ] as const) {
    t.deepEqual([...net.variables.sample('dense_1.weight', first, count)], all.slice(first, first + count));
  }
  t.deepEqual([...net.variables.sample('dense_1.weight')], all.slice(0, 1));
  t.is(net.variables.sample('dense_1.weight', 2999n)[0], all[2999]);
  for (const [first, count] of [
    [-1, 2],
    [0, -1],
    [0, 1.5],
    [0.5, 1],
    [NaN, 1],
  ] as const) {
    t.throws(() => net.variables.sample('dense_1.weight', first, count), {
      name: 'InputError',
      message: `dense_1.weight: expects whole numbers, got ${first} and ${count}`,
    });
  }
});

test('of values that travel with the module there are as many elements as they are', async (t) => {
  const { net } = await load(sequential([input(['batch', 3]), dense({ units: 1, weight: [[1], [2], [3]] })]));
  t.deepEqual([...net.variables.sample('dense_1.weight', 1, 2)], [2, 3]);
  t.throws(() => net.variables.sample('dense_1.weight', 1, 3), {
    message: 'dense_1.weight: has no 3 elements from 1 on',
  });
});

test('what is filled whole has no elements alone', async (t) => {
  const { net } = await load(sequential([input(['batch', 3]), dense({ units: 3, weight: 'orthogonal' })]));
  t.throws(() => net.variables.sample('dense_1.weight'), {
    name: 'VariableError',
    message: 'dense_1.weight: orthogonal(1) fills it whole; its elements are not had one by one',
  });
});
