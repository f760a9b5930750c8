import test from 'ava';
import { compile } from '../../compiler/index.js';
import {
  InputError,
  instantiateSync,
  VariableError,
  type HostInitializer,
  type HostRandom,
} from '../../runtime/index.js';
import { instantiateSync as instantiateForward, ModuleError } from '../../runtime/forward.js';
import { bitsOf, Host, status } from '../abi/host.js';
import { declared, full, given, load, order, recorded, valuesOf, volume } from './host-models.js';

test('functions are called once, in the order of the variables, by initialize', async (t) => {
  const { calls, own } = recorded();
  const net = await load({ functions: { mine: own, other: own } });
  t.deepEqual(calls, []);
  t.deepEqual(net.initialize().initialized, ['a.weight', 'a.bias', 'b.weight', 'b.bias']);
  t.deepEqual(calls, order);
  net.initialize();
  net.forward(given());
  net.forward(given());
  t.deepEqual(calls, order);
  t.deepEqual(valuesOf(net)['b.weight'], new Float32Array(12).fill(2));
  net.initialize({ force: true });
  t.deepEqual(calls, [...order, ...order]);
  net.initialize({ only: 'b', force: true });
  t.deepEqual(calls.slice(6), order.slice(1));
});

test('the loader without variables refuses a module that the host has to fill', async (t) => {
  const { binary } = await compile(declared());
  const error = t.throws(() => instantiateForward(binary).forward(given() as never), { instanceOf: ModuleError });
  t.is(error.message, 'module: its values come from the host; instantiate it by nacre/runtime/external');
});

for (const [title, features] of [
  ['sizes known', 4],
  ['sizes that wait', null],
] as const) {
  test(`functions are called by the first forward: ${title}`, async (t) => {
    const { calls, own } = recorded();
    const net = await load({ features, functions: { mine: own, other: full(5) } });
    if (features === null) t.deepEqual(net.initialize().deferred.length, 4);
    t.deepEqual(calls, []);
    const { b } = net.forward(given());
    t.deepEqual(calls, [order[0], order[2]]);
    t.is(b!.data[0], 6 * 5 + 2);
    net.forward(given());
    t.is(calls.length, 2);
  });
}

test('variables that were set need no function', async (t) => {
  const net = await load({ functions: { mine: full(1) } });
  net.variables.set('b.weight', new Float32Array(12));
  t.deepEqual(net.forward(given())['b']!.data, new Float32Array(6).fill(1));
});

test('a host of the raw module fills what it is asked for', async (t) => {
  const { binary } = await compile(declared());
  const host = new Host(binary);
  const { variables } = host.manifest;
  t.deepEqual(variables.map((variable) => variable.host), ['mine', undefined, 'other', 'mine']); // prettier-ignore
  t.is(host.infer([1, 4], [1, 5, 2]), status.ok);
  t.is(host.call('forward'), status.awaitingHost);
  t.is(host.word(0), 0);
  t.is(host.call('prepare'), status.awaitingHost);
  for (const index of [0, 2, 3]) {
    t.is(host.call('initialize', 1, 2, 0), status.awaitingHost);
    t.is(host.word(0), index);
    t.deepEqual(variables.map((_, i) => host.state(i)), [+(index > 0), 1, +(index > 2), 0]); // prettier-ignore
    t.is(host.setParameter(index, bitsOf(new Float32Array(host.parameter(index).words.length).fill(index))), status.ok);
  }
  t.is(host.call('initialize', 1, 2, 0), status.ok);
  t.is(host.call('forward'), status.ok);
  const before = host.parameters();
  t.is(host.call('initializeParameter', 2, 255, 0, 0, 1, 2), status.awaitingHost);
  t.is(host.word(0), 2);
  t.is(host.call('initializeParameter', 1, 255, 0, 0, 1, 2), status.ok);
  t.deepEqual(host.parameters(), before);
  t.is(host.call('initialize', 1, 2, 1), status.awaitingHost);
  t.deepEqual(variables.map((_, i) => host.state(i)), [0, 1, 0, 0]); // prettier-ignore
  t.is(host.call('forward'), status.awaitingHost, 'a variable that is to be filled anew');
});

test('force asks again for a variable that is the only one', async (t) => {
  const source = {
    ...{ nacre: 1, inputs: [{ name: 'x', shape: [1, 2] }], initializers: [{ name: 'mine', host: true }] },
    ...{ layers: [{ name: 'y', kind: 'dense', units: 1, weight: 'mine', bias: false }], outputs: ['y'] },
  };
  const host = new Host((await compile(JSON.stringify(source))).binary);
  t.is(host.call('initialize', 0, 0, 0), status.awaitingHost);
  t.is(host.setParameter(0, new Uint32Array(2)), status.ok);
  t.is(host.call('forward'), status.ok);
  t.is(host.call('initialize', 0, 0, 1), status.awaitingHost);
  t.is(host.call('forward'), status.awaitingHost);
});

const faults: readonly (readonly [title: string, fill: HostInitializer | undefined, message: string])[] = [
  [
    'too few values',
    () => new Float32Array(11),
    'its initializer must return a Float32Array of 12 values, got 11 values',
  ],
  [
    'too many values',
    () => new Float32Array(13),
    'its initializer must return a Float32Array of 12 values, got 13 values',
  ],
  [
    'values of another type',
    () => new Float64Array(12) as never,
    'its initializer must return a Float32Array of 12 values, got Float64Array',
  ],
  [
    'a list',
    () => new Array(12).fill(0) as never,
    'its initializer must return a Float32Array of 12 values, got Array',
  ],
  ['nothing', () => undefined as never, 'its initializer must return a Float32Array of 12 values, got undefined'],
  [
    'a promise',
    (async (_: string, shape: readonly number[]) => Promise.resolve(new Float32Array(volume(shape)))) as never,
    'its initializer must return a Float32Array of 12 values, got Promise',
  ],
  ['no function', undefined, `its initializer 'other' runs on the host; pass functions: { other }`],
];
for (const [title, other, message] of faults) {
  test(`what a function may not return: ${title}`, async (t) => {
    const functions = { mine: full(1), ...(other && { other }) };
    const net = await load({ functions });
    const expectFault = (action: () => unknown): void => {
      const error = t.throws(action);
      t.true(error instanceof (other ? InputError : VariableError), error.name);
      t.is(error.message, `b.weight: ${message}`);
    };
    expectFault(() => net.initialize());
    expectFault(() => net.forward(given()));
    t.deepEqual(net.variables.get('a.weight').data, new Float32Array(12).fill(1));
    t.is(net.variables.list(/b.weight/)[0]!.state, 'uninitialized');
    net.initialize({ only: 'b.weight', initializer: full(0) });
    t.deepEqual(net.forward(given())['b']!.data, new Float32Array(6).fill(1));
    expectFault(() => net.initialize({ only: 'b.weight', force: true }));
    t.deepEqual(net.forward(given())['b']!.data, new Float32Array(6).fill(1));
  });
}

for (const features of [4, null]) {
  test(`a function that throws is called again by the next call, ${features === null ? 'deferred' : 'at once'}`, async (t) => {
    const thrown = new TypeError('not yet');
    let failures = 2;
    const other: HostInitializer = (_, shape) => {
      if (failures-- > 0) throw thrown;
      return new Float32Array(volume(shape)).fill(3);
    };
    const { calls, own } = recorded(full(1));
    const net = await load({ features, functions: { mine: own, other } });
    if (features === null) net.initialize({ only: 'b.bias', initializer: () => new Float32Array(2).fill(9) });
    t.is(
      t.throws(() => net.forward(given())),
      thrown,
    );
    t.is(
      t.throws(() => net.forward(given())),
      thrown,
    );
    const { b } = net.forward(given());
    t.is(b!.data[0], 6 * 3 + (features === null ? 9 : 1));
    t.deepEqual(calls.map(([name]) => name), features === null ? ['a.weight'] : ['a.weight', 'b.bias']); // prettier-ignore
  });
}

test('a request that waits holds until it is met, through resize and run', async (t) => {
  let fails = true;
  const fill: HostInitializer = (_, shape) => {
    if (fails) throw new RangeError('no');
    return new Float32Array(volume(shape)).fill(7);
  };
  const net = await load({ features: null, functions: { mine: full(1), other: full(1) } });
  net.initialize({ only: 'b.weight', initializer: fill });
  net.initialize({ only: 'b.bias', initializer: full(4) });
  const shapes = { x: [1, 4], sequence: [1, 5, 2] };
  t.throws(() => net.resize(shapes), { instanceOf: RangeError });
  t.throws(() => net.run(), { instanceOf: RangeError });
  fails = false;
  net.initialize({ only: 'b.bias', initializer: full(5), force: true });
  net.run();
  t.deepEqual(net.variables.get('b.weight').data, new Float32Array(12).fill(7));
  t.deepEqual(net.variables.get('b.bias').data, new Float32Array(2).fill(5));
});

test('a function given after compiling goes to weights without a value, or to what is named', async (t) => {
  const source = {
    ...{ nacre: 1, inputs: [{ name: 'x', shape: [1, 2] }], outputs: ['b'] },
    layers: [
      { name: 'a', kind: 'dense', units: 2 },
      { name: 'b', kind: 'dense', units: 2, weight: 'ones' },
    ],
  };
  const net = instantiateSync((await compile(JSON.stringify(source))).binary);
  const { calls, own } = recorded();
  net.initialize({ initializer: own });
  t.deepEqual(calls, [['a.weight', [2, 2]]]);
  net.initialize({ only: /^b/, initializer: own, force: true });
  t.deepEqual(calls.slice(1), [['b.weight', [2, 2]], ['b.bias', [2]]]); // prettier-ignore
  t.deepEqual(net.variables.get('b.weight').data, new Float32Array(4).fill(2));
  for (const [call, kind] of [
    ['normal', `['normal']`],
    ['bits', `'all'`],
  ] as const) {
    const initializer = (_: string, shape: readonly number[], random: HostRandom) =>
      random[call](shape) as Float32Array;
    t.throws(() => net.initialize({ only: 'b.bias', force: true, initializer }), {
      instanceOf: VariableError,
      message: `initialize: the module does not carry '${call}' (it carries glorotUniform, ones, zeros); compile with initializers: ${kind}`,
    });
  }
});
