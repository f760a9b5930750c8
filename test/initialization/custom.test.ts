import test from 'ava';
import { compileSources } from '../../compiler/custom/compile.js';
import { evaluator } from '../../compiler/custom/evaluate.js';
import type { DeclarationError } from '../../compiler/index.js';
import { compile, type CompileOptions } from '../../compiler/index.js';
import { deriveKey, fnv1a64 } from '../../compiler/random.js';
import { CustomStream } from '../../compiler/streams/custom.js';
import { instantiateSync, InputError, VariableError, type Model } from '../../runtime/index.js';
import { bitsOf, Host, status } from '../abi/host.js';
import { GAMMA } from '../custom/module.js';
import { relaxed } from '../random/kernels.js';

type Fields = Readonly<Record<string, unknown>>;
type Numbers = Readonly<Record<string, number>>;

/** Uniform on [−high, −low] and [low, high), a quarter each, else 0. */
const THREE_WAY = `export function sample(low: f32, high: f32): f32 {
  const v = uniform(-high, high);
  return abs(v) >= low ? v : 0;
}`;
const POSITION = `export function sample(scale: f32): f32 {
  const rank = f32(dim(0)) + 100 * f32(dim(1)) + 10000 * f32(dim(2));
  return f32(index()) + scale * rank + fanIn() / fanOut();
}`;
const RAMP = `export function fill(data: usize, count: i32, step: f32): void {
  const first = uniform();
  for (let i = 0; i < count; i++) store<f32>(data + (i << 2), first + step * f32(i));
}`;
const FRAIL = `export function sample(what: f32): f32 {
  if (what == 1) unreachable();
  let x: f32 = 0;
  if (what == 2) while (true) x += 1;
  if (what == 3) for (let i = 0; i < 600000; i++) x += f32(bits() ^ bits());
  if (what == 4) return deep(x);
  return 7;
}
function deep(x: f32): f32 { return deep(x + 1) * x + 1; }`;

const sources = {
  gamma: { options: { alpha: 0.01 }, source: GAMMA },
  threeWay: { options: { low: 5, high: 10 }, source: THREE_WAY },
  position: { options: { scale: 1 }, source: POSITION },
  ramp: { options: { step: 0.5 }, source: RAMP },
  frail: { options: { what: 0 }, source: FRAIL },
} as const;
type Name = keyof typeof sources;

const initializers = Object.entries(sources).map(([name, source]) => ({ name, ...source }));

/** Models of one or more dense layers of four features, or as many as the first input has. */
function modelOf(layers: readonly Fields[], { features = 4, ...fields }: Fields = {}): string {
  const named = layers.map((layer, i) => ({ name: `layer${i}`, kind: 'dense', from: 'x', units: 6, ...layer }));
  return JSON.stringify({
    ...{ nacre: 1, initializers, inputs: [{ name: 'x', shape: ['batch', features] }], layers: named },
    ...{ outputs: named.map(({ name }) => name), ...fields },
  });
}

const SEED = 5n;
const load = async (source: string, options: CompileOptions = {}): Promise<Model> =>
  instantiateSync(await compile(source, { seed: SEED, ...options }), { onWarning: () => undefined });
const valuesOf = (net: Model, name: string): Float32Array => net.variables.get(name).data;

const compiled = compileSources(initializers.map((each) => ({ ...each, role: 'initializer' as const })));

/** What an initializer gives a variable, element by element in plain JavaScript. */
async function expectedOf(
  name: Exclude<Name, 'ramp'>,
  variable: string,
  shape: readonly number[],
  options: Numbers = {},
  seed = SEED,
): Promise<Float32Array> {
  const stream = new CustomStream(deriveKey(seed, fnv1a64(variable)));
  let element = 0;
  const sample = evaluator((await compiled).functions.get(name)!, {
    uniform: (low, high) => stream.uniform(low, high),
    normal: (mean, std) => stream.normal(mean, std),
    bits: () => stream.bits(),
    index: () => element,
    dim: (axis) => shape[axis] ?? 1,
    fanIn: () => shape.at(-2) ?? shape[0]!,
    fanOut: () => shape.at(-1)!,
  });
  const numbers = Object.entries(sources[name].options).map(([option, value]) => options[option] ?? value);
  return Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, i) => {
    element = i;
    stream.beginElement(i);
    return sample(...numbers);
  });
}

const drawn = [
  { kind: 'gamma' },
  { kind: 'gamma', alpha: 2.5 },
  { kind: 'threeWay' },
  { kind: 'threeWay', high: 7, low: -1 },
  { kind: 'position' },
  { kind: 'position', scale: -0.25 },
] as const;

for (const rng of ['philox', 'jax', 'torch'] as const) {
  test(`${rng}: declared, asked for, embedded and by elements, they give the same numbers`, async (t) => {
    const layers = drawn.map((initializer) => ({ weight: initializer, bias: initializer }));
    const [net, asked, embedded] = [
      await load(modelOf(layers, { rng })),
      await load(
        modelOf(
          layers.map(() => ({ weight: 'zeros' })),
          { rng, features: null },
        ),
      ),
      await load(modelOf(layers, { rng }), { weights: 'embed' }),
    ];
    net.initialize();
    for (const [i, { kind, ...options }] of drawn.entries()) {
      for (const [slot, shape] of [
        ['weight', [4, 6]],
        ['bias', [6]],
      ] as const) {
        const variable = `layer${i}.${slot}`;
        const expected = await expectedOf(kind, variable, shape, options);
        const title = `${variable} ${JSON.stringify(drawn[i])}`;
        t.deepEqual(bitsOf(valuesOf(net, variable)), bitsOf(expected), title);
        t.deepEqual(valuesOf(embedded, variable), expected, title);
        asked.initialize({ only: variable, initializer: drawn[i]! });
        for (const k of [0, 2, 5]) t.is(net.variables.sample(variable, k)[0], expected[k], title);
      }
    }
    const { data } = asked.forward({ x: { data: new Float32Array(4), shape: [1, 4] } })['layer1']!;
    t.deepEqual(data, await expectedOf('gamma', 'layer1.bias', [6], { alpha: 2.5 }));
    for (const { name } of net.variables.list()) t.deepEqual(valuesOf(asked, name), valuesOf(net, name), name);
  });
}

(relaxed ? test : test.skip)('relaxed modules give the same numbers', async (t) => {
  const source = modelOf(drawn.map((weight) => ({ weight, bias: 'ramp' })));
  const [net, other] = [await load(source), await load(source, { target: 'relaxed' })];
  for (const each of [net, other]) each.initialize();
  for (const { name } of net.variables.list()) {
    t.deepEqual(bitsOf(valuesOf(other, name)), bitsOf(valuesOf(net, name)), name);
  }
});

test('sizes that wait, and seeds', async (t) => {
  const source = modelOf([{ weight: { kind: 'gamma', alpha: 1.5 } }, { weight: { kind: 'position', seed: 3 } }], {
    features: null,
  });
  const net = await load(source);
  t.deepEqual(net.initialize({ seed: 2n ** 64n - 1n }).deferred.length, 4);
  net.resize({ x: [2, 9] });
  const seed = 2n ** 64n - 1n;
  t.deepEqual(valuesOf(net, 'layer0.weight'), await expectedOf('gamma', 'layer0.weight', [9, 6], { alpha: 1.5 }, seed));
  t.deepEqual(valuesOf(net, 'layer1.weight'), await expectedOf('position', 'layer1.weight', [9, 6]));
  const own = { kind: 'threeWay', seed: 8 };
  net.initialize({ only: 'layer1.weight', initializer: own, force: true });
  t.deepEqual(valuesOf(net, 'layer1.weight'), await expectedOf('threeWay', 'layer1.weight', [9, 6], {}, 8n));
});

test('fill: a variable as a whole', async (t) => {
  const source = modelOf([{ weight: 'ramp' }, { weight: { kind: 'ramp', step: -2 }, bias: 'ramp' }]);
  const net = await load(source);
  net.initialize();
  for (const [name, count, step] of [
    ['layer0.weight', 24, 0.5],
    ['layer1.weight', 24, -2],
    ['layer1.bias', 6, 0.5],
  ] as const) {
    const first = new CustomStream(deriveKey(SEED, fnv1a64(name)), count).uniform(0, 1);
    t.deepEqual(
      valuesOf(net, name),
      Float32Array.from({ length: count }, (_, i) => Math.fround(first + step * i)),
    );
    t.throws(() => net.variables.sample(name), { instanceOf: VariableError, code: 'sample' });
  }
  const host = new Host((await compile(source)).binary);
  const sampled = (index: number, code: number): number =>
    host.functions['sampleParameter']!(...([index, code, 0, 0, 0, 0, 0n, 1] as number[]));
  const at = (name: string): number => 64 + Object.keys(sources).indexOf(name);
  t.is(sampled(0, at('ramp')), status.noInitializer);
  t.is(sampled(0, at('gamma')), status.ok);
  t.is(sampled(0, 64 + initializers.length), status.noInitializer);
});

test('options of a kind of one’s own, asked for after compiling', async (t) => {
  const net = await load(modelOf([{}]));
  const refused = (initializer: Fields, message: string): void => {
    const error = t.throws(() => net.initialize({ only: 'layer0.weight', initializer: initializer as never }));
    t.true(error instanceof InputError);
    t.is(error.message, `initialize: ${message}`);
  };
  refused({ kind: 'gamma', beta: 1 }, "unknown option 'beta' of gamma; it takes seed, alpha");
  refused({ kind: 'gamma', alpha: NaN }, 'alpha must be a number, got NaN');
  refused({ kind: 'gamma', alpha: '1' }, "alpha must be a number, got '1'");
  refused({ kind: 'gama' }, "unknown initializer 'gama'; did you mean 'gamma'?");
  t.deepEqual(net.manifest.custom?.map(({ name }) => name), Object.keys(sources)); // prettier-ignore
});

const traps = [
  ['a trap', 1],
  ['an endless loop', 2],
  ['more words than an element may take', 3],
  ['endless recursion', 4],
] as const;
for (const [title, what] of traps) {
  test(`what fails on its way: ${title}`, async (t) => {
    const frail = { kind: 'frail', what };
    const net = await load(modelOf([{ weight: 'normal', bias: frail }, { weight: 'gamma' }]), { initializers: 'all' });
    const expectTrap = (action: () => unknown, variable: string, kind: string): void => {
      const error = t.throws(action);
      t.is(error.name, 'VariableError', error.message);
      t.regex(
        error.message,
        new RegExp(`^${variable}: its initializer ${kind.replace(/[()]/g, '\\$&')} failed: .+[^.]$`),
      );
      t.like(error, { code: 'trap' });
    };
    const x = { data: new Float32Array(4), shape: [1, 4] };
    expectTrap(() => net.initialize(), 'layer0.bias', `frail(${what})`);
    expectTrap(() => net.forward({ x }), 'layer0.bias', `frail(${what})`);
    expectTrap(() => net.variables.sample('layer0.bias', 3), 'layer0.bias', `frail(${what})`);
    t.deepEqual(valuesOf(net, 'layer0.weight').length, 24, 'filled before');
    net.initialize({ only: 'layer0.bias', initializer: { kind: 'frail', what: 0 } });
    t.deepEqual(net.forward({ x })['layer0']!.data, new Float32Array(6).fill(7));
    t.deepEqual(valuesOf(net, 'layer1.weight'), await expectedOf('gamma', 'layer1.weight', [4, 6]));
    const asked = (only: string) => () => net.initialize({ only, initializer: frail, force: true });
    expectTrap(asked('layer1.bias'), 'layer1.bias', 'frail');
    expectTrap(asked('layer1.weight'), 'layer1.weight', 'frail');
    t.deepEqual(
      net.variables.list().map(({ name, state }) => [name, state]),
      [
        ['layer0.weight', 'ready'],
        ['layer0.bias', 'ready'],
        ['layer1.weight', 'uninitialized'],
        ['layer1.bias', 'uninitialized'],
      ],
    );
    net.forward({ x });
    t.deepEqual(valuesOf(net, 'layer1.weight'), await expectedOf('gamma', 'layer1.weight', [4, 6]));
    t.deepEqual(valuesOf(net, 'layer1.bias'), new Float32Array(6));
    net.initialize({ initializer: 'uniform', force: true, only: /weight/ });
    t.deepEqual(net.forward({ x })['layer0']!.data, new Float32Array(6).fill(7));
  });
}

test('a raw module is usable after a trap', async (t) => {
  const host = new Host((await compile(modelOf([{ bias: { kind: 'frail', what: 1 } }, { weight: 'gamma' }]))).binary);
  t.throws(() => host.call('initialize', 0, 0, 0), { instanceOf: WebAssembly.RuntimeError });
  t.is(host.word(0), 1);
  t.deepEqual([0, 1, 2, 3].map((index) => host.state(index)), [1, 0, 0, 0]); // prettier-ignore
  t.is(host.infer([1, 4]), status.ok);
  t.is(host.call('forward'), status.uninitialized);
  t.is(host.word(0), 1);
  t.is(host.setParameter(1, new Uint32Array(6)), status.ok);
  t.is(host.call('initialize', 0, 0, 0), status.ok);
  t.is(host.call('forward'), status.ok);
  t.throws(() => host.call('initializeParameter', 1, 255, 0, 0, 0, 0), { instanceOf: WebAssembly.RuntimeError });
  t.is(host.call('forward'), status.uninitialized);
});

test('a trap while values are embedded', async (t) => {
  const error = await t.throwsAsync(load(modelOf([{ bias: { kind: 'frail', what: 1 } }]), { weights: 'embed' }));
  t.regex(error.message, /^layer0\.bias: its initializer frail\(1\) failed: /);
});

test('what does not compile is told at its line', async (t) => {
  const broken = [
    { name: 'typed', source: 'export function sample(): f32 {\n  const x: f64 = 1;\n  return x;\n}' },
    { name: 'empty', source: 'export function draw(): f32 { return 1; }' },
  ];
  const error = await t.throwsAsync<DeclarationError>(
    compile(modelOf([{ weight: 'typed' }], { initializers: broken })),
  );
  t.is(error.name, 'DeclarationError');
  const { issues } = error;
  t.deepEqual(issues.map(({ pointer, subject }) => [pointer, subject]), [['/initializers/0/source', 'typed'], ['/initializers/1/source', 'empty']]); // prettier-ignore
  t.regex(issues[0]!.message, /^typed: source 3:10: Conversion from type 'f64' to 'f32'/);
  t.is(issues[1]!.message, 'empty: source exports neither sample nor fill; write export function sample(): f32');
});
