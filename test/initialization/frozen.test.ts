import test from 'ava';
import { compile, type CompileOptions } from '../../compiler/index.js';
import { instantiateSync, VariableError, type HostInitializer, type Model } from '../../runtime/index.js';
import { instantiateSync as instantiateForward } from '../../runtime/forward.js';
import { mlp } from '../abi/models.js';

const options = (weights: 'seed' | 'embed'): CompileOptions => ({ weights, seed: 4 });
const source = JSON.stringify(mlp);
const x = Float32Array.from({ length: 20 }, (_, i) => Math.sin(i));

const valuesOf = (net: Model): readonly Float32Array[] =>
  net.variables.list().map(({ name }) => net.variables.get(name).data);

const refusals: readonly (readonly [title: string, subject: string, action: (net: Model) => unknown])[] = [
  ['force', 'initialize', (net) => net.initialize({ force: true })],
  ['only', 'initialize', (net) => net.initialize({ only: 'hidden' })],
  ['an initializer', 'initialize', (net) => net.initialize({ initializer: 'zeros' })],
  ['a function', 'initialize', (net) => net.initialize({ initializer: () => new Float32Array(1) })],
  [
    'set',
    'hidden.bias',
    (net) => {
      net.variables.set('hidden.bias', new Float32Array(13));
    },
  ],
  [
    'update',
    'hidden.bias',
    (net) => {
      net.variables.update('hidden.bias', (data) => data.fill(1));
    },
  ],
  ['sample', 'hidden.bias', (net) => net.variables.sample('hidden.bias')],
];

for (const weights of ['seed', 'embed'] as const) {
  test(`frozen parameters are those that can be edited, in a smaller module: weights ${weights}`, async (t) => {
    const editable = await compile(source, options(weights));
    const frozen = await compile(source, { ...options(weights), parameters: 'frozen' });
    t.true(frozen.binary.length < editable.binary.length);
    t.is(frozen.manifest.frozen, true);
    t.is(editable.manifest.frozen, undefined);
    const [net, other] = [instantiateSync(frozen.binary), instantiateSync(editable.binary)];
    t.deepEqual(net.forward({ x }), other.forward({ x }));
    t.deepEqual(valuesOf(net), valuesOf(other));
    t.deepEqual(instantiateForward(frozen.binary).forward({ x }), other.forward({ x }));
    const asked = await compile(source, { ...options(weights), parameters: 'frozen', initializers: 'all' });
    t.is(asked.binary.length, frozen.binary.length, 'carries nothing that cannot be asked for');
  });

  for (const [title, subject, action] of refusals) {
    test(`frozen parameters refuse ${title}: weights ${weights}`, async (t) => {
      const net = instantiateSync((await compile(source, { ...options(weights), parameters: 'frozen' })).binary);
      net.forward({ x });
      const before = valuesOf(net);
      t.throws(() => action(net), {
        instanceOf: VariableError,
        code: 'frozen',
        message: `${subject}: the parameters are frozen; compile with parameters: 'editable'`,
      });
      t.deepEqual(valuesOf(net), before);
    });
  }
}

test('frozen parameters are filled once, with any seed', async (t) => {
  const { binary } = await compile(source, { parameters: 'frozen' });
  const [net, other] = [instantiateSync(binary), instantiateSync((await compile(source)).binary)];
  const names = net.variables.list().map(({ name }) => name);
  t.deepEqual(net.initialize({ seed: 11 }), { initialized: names, deferred: [], skipped: [] });
  other.initialize({ seed: 11 });
  t.is(net.seed, 11n);
  t.deepEqual(valuesOf(net), valuesOf(other));
  t.deepEqual(net.initialize({ seed: 12 }), { initialized: [], deferred: [], skipped: names });
  t.deepEqual(valuesOf(net), valuesOf(other));
});

test('embedded and frozen: another seed is refused', async (t) => {
  const net = instantiateSync((await compile(source, { ...options('embed'), parameters: 'frozen' })).binary);
  t.deepEqual(net.initialize({ seed: 4 }).initialized, []);
  t.throws(() => net.initialize({ seed: 5 }), { instanceOf: VariableError, code: 'values' });
});

test('frozen parameters of sizes that wait', async (t) => {
  const layers = [{ name: 'y', kind: 'dense', units: 3, weight: 'orthogonal', bias: 'normal' }];
  const latched = JSON.stringify({ nacre: 1, inputs: [{ name: 'x', shape: ['batch', null] }], layers, outputs: ['y'] });
  const [net, other] = [
    instantiateSync((await compile(latched, { parameters: 'frozen' })).binary),
    instantiateSync((await compile(latched)).binary),
  ];
  for (const each of [net, other]) {
    t.deepEqual(each.initialize({ seed: 8 }).deferred, ['y.weight', 'y.bias']);
    each.forward({ x: { data: x, shape: [2, 10] } });
  }
  t.deepEqual(valuesOf(net), valuesOf(other));
});

test('frozen parameters that functions fill', async (t) => {
  const calls: string[] = [];
  const mine: HostInitializer = (name, shape, random) => {
    calls.push(name);
    return random.normal(shape);
  };
  const initializers = [
    { name: 'mine', host: true },
    { name: 'own', source: 'export function sample(): f32 { return uniform(1, 2); }' },
  ];
  const layers = [{ name: 'y', kind: 'dense', units: 3, weight: 'mine', bias: 'own' }];
  const functional = JSON.stringify({
    ...{ nacre: 1, initializers, inputs: [{ name: 'x', shape: ['batch', 10] }], layers, outputs: ['y'] },
  });
  const functions = { mine };
  const nets = [
    instantiateSync((await compile(functional, { parameters: 'frozen' })).binary, { functions }),
    instantiateSync((await compile(functional)).binary, { functions }),
    instantiateSync((await compile(functional, { parameters: 'frozen', weights: 'embed', functions })).binary),
  ];
  for (const net of nets) net.forward({ x });
  t.deepEqual(calls, ['y.weight', 'y.weight', 'y.weight']);
  const [first, ...others] = nets.map(valuesOf);
  for (const other of others) t.deepEqual(other, first);
  const alone = instantiateSync((await compile(functional, { parameters: 'frozen' })).binary);
  t.throws(() => alone.forward({ x }), { instanceOf: VariableError, code: 'host' });
});
