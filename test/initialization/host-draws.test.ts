import test from 'ava';
import { compile } from '../../compiler/index.js';
import { deriveKey, fnv1a64, normal, uniform } from '../../compiler/random.js';
import { jaxBits } from '../../compiler/streams/jax.js';
import { instantiateSync, VariableError, type HostInitializer, type HostRandom } from '../../runtime/index.js';
import { bitsOf } from '../abi/host.js';
import { knownAnswers } from '../streams/fixtures.js';
import { declared, full, given, load, order, recorded, valuesOf, volume } from './host-models.js';

const SEED = 77n;
const { fround } = Math;
const each = (count: number, sample: (index: number) => number, first = 0): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => sample(first + i));

test('a function draws what the module would, each call other numbers', async (t) => {
  const drawn: Float32Array[] = [];
  const key = deriveKey(SEED, fnv1a64('a.weight'));
  const draw: HostInitializer = (_, shape, random) => {
    drawn.push(random.uniform(shape), random.normal(shape), random.uniform([3000], -2, 3), random.normal([3], 1, 0.5));
    drawn.push(new Float32Array(random.bits([2]).buffer), random.uniform([]), random.normal([0, 4]));
    return drawn[0]!;
  };
  const net = await load({ seed: SEED, functions: { mine: (...all) => (all[0] === 'a.weight' ? draw(...all) : full(1)(...all)), other: full(1) } }); // prettier-ignore
  net.initialize();
  const call = (n: number): number => n * 2 ** 40;
  t.deepEqual(
    drawn[0],
    each(12, (i) => uniform(key, i, 0, 1)),
  );
  t.deepEqual(
    drawn[1],
    each(12, (i) => normal(key, i, 0, 1), call(1)),
  );
  t.deepEqual(
    drawn[2],
    each(3000, (i) => uniform(key, i, -2, 3), call(2)),
  );
  t.deepEqual(
    drawn[3],
    each(3, (i) => normal(key, i, 1, fround(0.5)), call(3)),
  );
  t.deepEqual(
    drawn[5],
    each(1, (i) => uniform(key, i, 0, 1), call(5)),
  );
  t.is(drawn[6]!.length, 0);
  const declaredUniform = await load({ seed: SEED }, { kind: 'uniform', low: 0, high: 1 });
  declaredUniform.initialize({ only: 'b.weight' });
  const same = await load({ seed: SEED, functions: { mine: full(1), other: (_, shape, random) => random.uniform(shape) } }); // prettier-ignore
  same.initialize();
  t.deepEqual(same.variables.get('b.weight'), declaredUniform.variables.get('b.weight'));
  same.initialize({ only: 'a.weight', initializer: (_, shape, random) => random.uniform(shape), force: true });
  t.deepEqual(same.variables.get('a.weight').data, drawn[0]);
  same.initialize({ only: 'a.weight', initializer: (_, shape, random) => random.uniform(shape), force: true, seed: 3 });
  const other = deriveKey(3n, fnv1a64('a.weight'));
  t.deepEqual(
    same.variables.get('a.weight').data,
    each(12, (i) => uniform(other, i, 0, 1)),
  );
});

test('a function with a seed of its own draws from that, and under jax what jax gives for it', async (t) => {
  const { bits, uniform: unit } = (knownAnswers('jax') as { partitionable: { bits: number[]; uniform: string[] } })
    .partitionable;
  const words: Uint32Array[] = [];
  const other: HostInitializer = (_, shape, random) => {
    words.push(bitsOf(random.uniform([4])), random.bits([2]));
    return new Float32Array(volume(shape));
  };
  for (const seed of [0n, SEED]) {
    const net = await load({ rng: 'jax', seed, functions: { mine: full(1), other } }, { kind: 'other', seed: 42 });
    t.is(net.manifest.variables[2]!.seed, '42');
    net.initialize();
    t.deepEqual([...words[0]!], unit.map((word) => parseInt(word, 16))); // prettier-ignore
    t.deepEqual([...words[1]!], [jaxBits(42n, 2 ** 40), jaxBits(42n, 2 ** 40 + 1)]);
    t.deepEqual(bits.map((_, i) => jaxBits(42n, i)), bits); // prettier-ignore
    words.length = 0;
  }
  const philox = await load({ seed: SEED, functions: { mine: full(1), other } }, { kind: 'other', seed: 42 });
  philox.initialize();
  const key = deriveKey(42n, fnv1a64('b.weight'));
  t.deepEqual(words[0], bitsOf(each(4, (i) => uniform(key, i, 0, 1))));
});

test('under torch functions draw from philox and take nothing from the stream', async (t) => {
  const functions = { mine: (_: string, shape: readonly number[], random: HostRandom) => random.normal(shape), other: full(1) }; // prettier-ignore
  const net = await load({ rng: 'torch', seed: SEED, functions });
  const without = await load({ rng: 'torch', seed: SEED, functions: { mine: full(1), other: full(1) } });
  net.initialize();
  without.forward(given());
  const key = deriveKey(SEED, fnv1a64('a.weight'));
  t.deepEqual(
    net.variables.get('a.weight').data,
    each(12, (i) => normal(key, i, 0, 1)),
  );
  t.deepEqual(net.variables.get('a.bias'), without.variables.get('a.bias'));
});

test('functions run when compiling where values are embedded', async (t) => {
  const { calls, own } = recorded((_, shape, random) => random.normal(shape));
  const options = { functions: { mine: own, other: own }, seed: SEED };
  const seeded = await load(options);
  seeded.initialize();
  const compiled = await compile(declared(), { ...options, weights: 'embed' });
  t.deepEqual(calls, [...order, ...order]);
  t.deepEqual(compiled.notes, []);
  const net = instantiateSync(compiled.binary);
  t.deepEqual(net.manifest.variables.map(({ host }) => host), [undefined, undefined, undefined, undefined]); // prettier-ignore
  t.deepEqual(net.forward(given()), seeded.forward(given()));
  t.deepEqual(valuesOf(net), valuesOf(seeded));
  t.is(calls.length, 6);
  const error = await t.throwsAsync(compile(declared(), { weights: 'embed', functions: { mine: own } }));
  t.true(error instanceof VariableError);
  t.is(error.message, `b.weight: its initializer 'other' runs on the host; pass functions: { other }`);
});

test('where sizes wait, functions run later even if values are embedded', async (t) => {
  const { calls, own } = recorded();
  const options = { functions: { mine: own, other: own }, weights: 'embed' } as const;
  const compiled = await compile(declared({ features: null }), options);
  t.deepEqual(calls, []);
  t.deepEqual(compiled.notes, ['a.weight, a.bias, b.weight, b.bias wait for the first input and stay recipes']);
  instantiateSync(compiled).forward(given());
  t.deepEqual(calls, order);
});
