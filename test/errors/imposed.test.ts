import test from 'ava';
import { compile } from '../../compiler/index.js';
import { InputError, instantiateSync, ShapeError, type Model } from '../../runtime/index.js';

type Fields = Readonly<Record<string, unknown>>;

const own = 'export function sample(std: f32, groups: f32, sparsity: f32): f32 { return std + groups + sparsity; }';
const source = JSON.stringify({
  nacre: 1,
  inputs: [
    { name: 'x', shape: ['batch', 10] },
    { name: 'image', shape: ['batch', 4, 4, 4] },
    { name: 'sequence', shape: ['batch', 4, null] },
  ],
  initializers: [{ name: 'mine', options: { std: 1, groups: 2, sparsity: 0 }, source: own }],
  layers: [
    { name: 'a', kind: 'dense', from: 'x', units: 6, weight: { kind: 'mine', std: 3 } },
    { name: 'c', kind: 'conv2d', from: 'image', filters: 6, kernelSize: 2 },
    { name: 'n', kind: 'conv2d', from: 'image', filters: 3, kernelSize: 2 },
    { name: 's', kind: 'conv1d', from: 'sequence', filters: 6, kernelSize: 2 },
  ],
  outputs: ['a', 'c', 'n', 's'],
});

const compiled = compile(source, { initializers: 'all' });
const shapes = { x: [1, 10], image: [1, 4, 4, 4], sequence: [1, 4, 5] };

async function load(): Promise<Model> {
  const net = instantiateSync((await compiled).binary);
  net.resize(shapes);
  net.initialize();
  return net;
}

const valuesOf = (net: Model) => net.variables.list().map(({ name }) => net.variables.get(name));

const axes: readonly (readonly [variable: string, initializer: unknown, what: string])[] = [
  ['a.bias', 'orthogonal', 'orthogonal needs at least 2 axes, got (6)'],
  ['a.bias', 'xavier', 'xavier needs at least 2 axes, got (6)'],
  ['a.bias', { kind: 'msraPrelu' }, 'msraPrelu needs at least 2 axes, got (6)'],
  ['a.bias', 'identity', 'identity needs 2 axes, got (6)'],
  ['a.bias', { kind: 'sparse', sparsity: 0.5 }, 'sparse needs 2 axes, got (6)'],
  ['c.weight', 'identity', 'identity needs 2 axes, got (2, 2, 4, 6)'],
  ['c.weight', { kind: 'sparse', sparsity: 0.5 }, 'sparse needs 2 axes, got (2, 2, 4, 6)'],
  ['c.weight', 'lstmBias', 'lstmBias needs 1 axis, got (2, 2, 4, 6)'],
  ['a.weight', 'dirac', 'dirac needs 3 to 5 axes, got (10, 6)'],
  ['a.weight', 'delta_orthogonal', 'deltaOrthogonal needs 3 to 5 axes, got (10, 6)'],
  ['a.weight', 'bilinear', 'bilinear needs 4 axes, got (10, 6)'],
  ['s.weight', 'bilinear', 'bilinear needs 4 axes, got (2, ?, 6)'],
  ['a.bias', 'lstmBias', 'lstmBias does not suit its shape (6)'],
  ['c.weight', { kind: 'dirac', groups: 4 }, 'dirac does not suit its shape (2, 2, 4, 6)'],
  ['c.weight', { kind: 'dirac', groups: 7 }, 'dirac does not suit its shape (2, 2, 4, 6)'],
  ['n.weight', 'deltaOrthogonal', 'deltaOrthogonal does not suit its shape (2, 2, 4, 3)'],
  ['s.weight', { kind: 'dirac', groups: 5 }, 'dirac does not suit its shape (2, 5, 6)'],
];
for (const [variable, initializer, what] of axes) {
  test(`an initializer that does not fit ${variable}: ${JSON.stringify(initializer)}`, async (t) => {
    const net = await load();
    const before = valuesOf(net);
    t.throws(() => net.initialize({ only: variable, initializer: initializer as string, force: true }), {
      instanceOf: ShapeError,
      code: 'initializer',
      message: `${variable}: ${what}`,
    });
    t.deepEqual(valuesOf(net), before);
    t.notThrows(() => net.forward({ x: new Float32Array(10), image: new Float32Array(64), sequence: new Float32Array(20) })); // prettier-ignore
  });
}

const numbers: readonly (readonly [initializer: Fields, what: string])[] = [
  [{ kind: 'sparse' }, 'sparsity must be a number, got NaN'],
  [{ kind: 'sparse', sparsity: -0.1 }, 'sparsity must be from 0 to 1, got -0.1'],
  [{ kind: 'sparse', sparsity: 1.1 }, 'sparsity must be from 0 to 1, got 1.1'],
  [{ kind: 'sparse', sparsity: 0.5, std: -1 }, 'std must be positive, got -1'],
  [{ kind: 'dirac', groups: 0 }, 'groups must be an integer of at least 1, got 0'],
  [{ kind: 'dirac', groups: 1.5 }, 'groups must be an integer of at least 1, got 1.5'],
  [{ kind: 'orthogonal', gain: NaN }, 'gain must be a number, got NaN'],
  [{ kind: 'identity', gain: '1' }, "gain must be a number, got '1'"],
  [{ kind: 'lstmBias', forgetBias: Infinity }, 'forgetBias must be a number, got Infinity'],
  [{ kind: 'msraPrelu', slope: NaN }, 'slope must be a number, got NaN'],
  [{ kind: 'xavier', magnitude: -3 }, 'magnitude must be positive, got -3'],
  [{ kind: 'xavier', rndType: 'normal' }, "rndType must be one of uniform, gaussian, got 'normal'"],
  [{ kind: 'varianceScaling', scale: -2 }, 'scale must be positive, got -2'],
  [{ kind: 'uniform', low: NaN }, 'low must be a number, got NaN'],
  [{ kind: 'uniform', low: -3e38, high: 3e38 }, 'high - low must be a 32-bit float'],
  [{ kind: 'normal', mean: NaN }, 'mean must be a number, got NaN'],
  [{ kind: 'normal', std: -0.5 }, 'std must be positive, got -0.5'],
  [{ kind: 'normal', std: 1e39 }, 'std must be a 32-bit float, got 1e+39'],
  [{ kind: 'truncatedNormal', std: -1 }, 'std must be positive, got -1'],
  [{ kind: 'truncatedNormal', std: 1e-50 }, 'std must be positive, got 1e-50'],
  [{ kind: 'truncatedNormal', low: 1, high: 1 }, 'low must be below high, got 1 and 1'],
  [{ kind: 'truncatedNormal', low: -Infinity }, 'low must be a number, got -Infinity'],
  [{ kind: 'truncatedNormal', absolute: 1 }, 'absolute must be one of false, true, got 1'],
  [{ kind: 'constant', value: -1e39 }, 'value must be a 32-bit float, got -1e+39'],
  [{ kind: 'mine', std: NaN }, 'std must be a number, got NaN'],
  [{ kind: 'bits' }, "unknown initializer 'bits'"],
  [{ kind: 'load' }, "unknown initializer 'load'"],
];
for (const [initializer, what] of numbers) {
  test(`an initializer of wrong numbers: ${JSON.stringify(initializer)}: ${what}`, async (t) => {
    const net = await load();
    const before = valuesOf(net);
    const error = t.throws(() => net.initialize({ initializer: initializer as { kind: string }, force: true }));
    t.true(error instanceof InputError);
    t.true(error.message.startsWith(`initialize: ${what}`), error.message);
    t.deepEqual(valuesOf(net), before);
  });
}

test('options of a kind of one’s own may have any name and any number', async (t) => {
  const net = await load();
  const initializer = { kind: 'mine', std: -2, groups: 0.5, sparsity: 7 };
  net.initialize({ only: 'a.bias', initializer, force: true });
  t.deepEqual(net.variables.get('a.bias').data, new Float32Array(6).fill(5.5));
});

test('an initializer that does not fit a size which waits is refused when that is known', async (t) => {
  const net = instantiateSync((await compiled).binary);
  t.deepEqual(net.initialize({ only: 's.weight', initializer: { kind: 'dirac', groups: 5 } }).deferred, ['s.weight']);
  t.throws(() => net.resize(shapes), {
    instanceOf: ShapeError,
    message: 's.weight: dirac does not suit its shape (2, 5, 6)',
  });
  net.initialize({ only: 's.weight', initializer: { kind: 'dirac', groups: 3 } });
  t.notThrows(() => {
    net.run();
  });
});

test('seeds beyond 2⁵³, as numbers, digits and bigints', async (t) => {
  const net = await load();
  const drawn = (seed: unknown): Float32Array => {
    net.initialize({ only: 'c.weight', initializer: { kind: 'normal', seed }, force: true });
    return net.variables.get('c.weight').data;
  };
  const [last, before] = [2n ** 64n - 1n, 2n ** 64n - 2n];
  t.deepEqual(drawn(last), drawn(String(last)));
  t.notDeepEqual(drawn(last), drawn(before));
  t.notDeepEqual(drawn(2n ** 53n), drawn(2n ** 53n + 1n));
  t.deepEqual(drawn(2 ** 53 - 1), drawn(2n ** 53n - 1n));
  net.initialize({ seed: 2n ** 53n + 1n, force: true });
  t.is(net.seed, 2n ** 53n + 1n);
  for (const seed of [2n ** 64n, String(2n ** 64n), 2 ** 53, '-1', '1.5', '', null, {}]) {
    t.throws(() => drawn(seed), { instanceOf: InputError, message: /^initialize: seed must be a whole number/ });
  }
});
