import test from 'ava';
import { compile, type CompileOptions } from '../compiler/index.js';
import { Host, bitsOf, ramp, status } from './abi/host.js';
import { everyInitializer } from './abi/initialized-models.js';
import { convolutional, latched, mlp, type Model } from './abi/models.js';
import { dataSegments, sectionsOf } from './abi/sections.js';

const binaryOf = async (model: Model, options: CompileOptions = {}): Promise<Uint8Array> =>
  (await compile(JSON.stringify(model), options)).binary;
const hostOf = async (model: Model, options?: CompileOptions): Promise<Host> =>
  new Host(await binaryOf(model, options));

const OWN = 255;

/** A dense layer whose weight is initialized in some way. */
const drawn = (weight: unknown): Model => ({
  ...{ nacre: 1, inputs: [{ name: 'x', shape: ['batch', 37] }], outputs: ['y'] },
  layers: [{ name: 'y', kind: 'dense', units: 29, weight }],
});

/** Every kind of bit pattern: quiet and signalling NaNs with payloads, infinities, zeros, subnormals, ordinary numbers. */
const patterns = (count: number): Uint32Array => {
  const special = [
    0x7fc00001, 0xffc54321, 0x7f800001, 0xff812345, 0x7f800000, 0xff800000, 0x80000000, 0, 1, 0x80000001,
  ];
  const ordinary = bitsOf(ramp(count));
  return Uint32Array.from({ length: count }, (_, i) => (i % 3 === 0 ? special[(i / 3) % 10]! : ordinary[i]!));
};

for (const [name, model, shape, packed] of [
  ['dense', mlp, [1, 10], ['hidden.weight', 'y.weight']],
  ['convolutions', convolutional, [1, 9, 9, 3], ['full.weight', 'groups.weight', 'y.weight']],
  ['latched', latched, [1, 20], ['y.weight']],
] as const) {
  test(`parameters are read and written bit for bit: ${name}`, async (t) => {
    const host = await hostOf(model);
    t.is(host.infer(shape), status.ok);
    const { variables } = host.manifest;
    const written = variables.map((_, index) => {
      t.is(host.parameter(index).status, status.uninitialized);
      t.is(host.call('failed'), index);
      const words = patterns(host.parameter(index).words.length);
      t.is(host.setParameter(index, words), status.ok);
      return words;
    });
    for (const batch of [1, 40, 1]) {
      variables.forEach((variable, index) => {
        const read = host.parameter(index);
        t.is(read.status, status.ok);
        t.deepEqual(read.words, written[index], variable.name);
      });
      t.is(host.infer([batch, ...shape.slice(1)]), status.ok);
      t.is(host.call('forward'), status.ok);
    }
    const addresses = packed.map((path) => {
      host.parameter(variables.findIndex((variable) => variable.name === path));
      return host.word(host.manifest.parameter);
    });
    t.is(new Set(addresses).size, 1, 'packed weights appear in scratch memory, one at a time');
  });
}

test('a written parameter takes effect; inputs and outputs survive calls about parameters', async (t) => {
  const host = await hostOf(mlp);
  t.is(host.infer([1, 10]), status.ok);
  host.write(ramp(10));
  t.is(host.call('initialize', 1, 2, 0), status.ok);
  t.is(host.call('forward'), status.ok);
  const expected = host.read();
  const kept = host.parameters();
  t.deepEqual(host.read(), expected);
  t.is(host.setParameter(2, new Uint32Array(91)), status.ok);
  t.deepEqual(host.read(), expected, 'outputs are those of the last forward');
  t.is(host.call('forward'), status.ok);
  t.deepEqual(host.read(), bitsOf(new Float32Array(7).fill(Math.fround(1 / 7))));
  t.is(host.setParameter(2, kept[2]!), status.ok);
  t.is(host.call('forward'), status.ok);
  t.deepEqual(host.read(), expected);
});

test('outputs follow every variable that changes after a forward', async (t) => {
  const binary = await binaryOf(convolutional);
  const shape = [1, 9, 9, 3];
  const host = new Host(binary);
  t.is(host.infer(shape), status.ok);
  t.is(host.call('initialize', 0, 0, 0), status.ok);
  host.write(ramp(243));
  t.is(host.call('forward'), status.ok);
  for (const [index, { name }] of host.manifest.variables.entries()) {
    const before = host.read();
    const values = ramp(host.parameter(index).words.length).map((value) =>
      /variance/i.test(name) ? 1.5 + value : value / 4,
    );
    t.is(host.setParameter(index, bitsOf(values)), status.ok);
    t.is(host.call('forward'), status.ok);
    t.notDeepEqual(host.read(), before, name);
    const fresh = new Host(binary);
    t.is(fresh.infer(shape), status.ok);
    host.parameters().forEach((words, i) => fresh.setParameter(i, words));
    fresh.write(ramp(243));
    t.is(fresh.call('forward'), status.ok);
    t.deepEqual(host.read(), fresh.read(), name);
  }
});

const scaled = (mode: number, shape: number): number => 16 + 4 * mode + shape;
const modes = ['fanIn', 'fanOut', 'fanAvg'];
const distributions = ['uniform', 'truncatedNormal', 'untruncatedNormal'];

for (const [weight, code, a, b] of [
  ['zeros', 0, 0, 0],
  [{ kind: 'constant', value: -1.5 }, 0, -1.5, 0],
  [{ kind: 'uniform', low: -2, high: 5 }, 1, -2, 5],
  [{ kind: 'normal', mean: 1, std: 0.3 }, 2, 1, 0.3],
  [{ kind: 'truncatedNormal', mean: -1, std: 0.7 }, 3, -1, 0.7],
  ...modes.flatMap((mode, i) =>
    distributions.map(
      (distribution, j) => [{ kind: 'varianceScaling', scale: 1.3, mode, distribution }, scaled(i, j), 1.3, 0] as const,
    ),
  ),
  ['glorotUniform', scaled(2, 0), 1, 0],
  ['heNormal', scaled(0, 1), 2, 0],
] as const) {
  test(`initializeParameter ${code} (${a}, ${b}) draws what ${JSON.stringify(weight)} declares`, async (t) => {
    const host = await hostOf(drawn(weight));
    t.is(host.call('initialize', 3, 4, 0), status.ok);
    const declared = host.parameter(0).words.slice();
    const other = await hostOf(drawn('ones'), { initializers: 'all' });
    t.is(other.call('initializeParameter', 0, code, a, b, 3, 4), status.ok);
    t.deepEqual(other.parameter(0).words, declared);
    t.is(other.call('initializeParameter', 0, OWN, 0, 0, 3, 4), status.ok);
    t.deepEqual(other.parameter(0).words, bitsOf(new Float32Array(37 * 29).fill(1)));
  });
}

test('unknown initializers and unknown variables are refused and change nothing', async (t) => {
  const all = await hostOf(mlp, { initializers: 'all' });
  const few = await hostOf(drawn('zeros'));
  t.deepEqual(few.manifest.initializers, ['zeros']);
  for (const [host, codes] of [
    [all, [13, 15, 19, 23, 27, 31, 32, 63, 64, 254, -1]],
    [few, [1, 2, 3, 16, 17, 18, 24]],
  ] as const) {
    t.is(host.call('initialize', 0, 0, 0), status.ok);
    const before = host.parameters();
    for (const code of codes) {
      t.is(host.call('initializeParameter', 0, code, 1, 2, 0, 0), status.noInitializer, `${code}`);
    }
    for (const index of [before.length, 1000, -1]) {
      t.is(host.call('initializeParameter', index, 0, 1, 2, 0, 0), status.noVariable);
      t.is(host.call('readParameter', index), status.noVariable);
      t.is(host.call('writeParameter', index), status.noVariable);
    }
    t.deepEqual(host.parameters(), before);
  }
});

test('initialize fills what is not initialized, with force all', async (t) => {
  const host = await hostOf(mlp);
  const states = (): number[] => [...host.manifest.variables.keys()].map((i) => host.state(i));
  t.deepEqual(states(), [0, 0, 0, 0]);
  const given = patterns(130);
  t.is(host.setParameter(0, given), status.ok);
  t.deepEqual(states(), [1, 0, 0, 0]);
  t.is(host.call('initialize', 5, 6, 0), status.ok);
  t.deepEqual(states(), [1, 1, 1, 1]);
  const first = host.parameters();
  t.deepEqual(first[0], given);
  t.is(host.call('initialize', 7, 8, 0), status.ok);
  t.deepEqual(host.parameters(), first, 'without force nothing is left to do');
  t.is(host.call('initialize', 5, 6, 1), status.ok);
  const forced = host.parameters();
  t.notDeepEqual(forced[0], given);
  t.deepEqual(forced.slice(1), first.slice(1));
  for (const [low, high] of [
    [5, 7],
    [6, 6],
  ] as const) {
    t.is(host.call('initialize', low, high, 1), status.ok);
    t.notDeepEqual(host.parameters()[0], forced[0], 'both halves of the seed count');
  }
});

test('given values travel bit for bit, and force restores them', async (t) => {
  const values = patterns(37 * 29);
  const model = drawn({ tensor: 'w' });
  const tensors = { w: { data: new Float32Array(values.buffer), shape: [37, 29] } };
  const host = await hostOf(model, { tensors });
  t.is(host.manifest.variables[0]!.given, true);
  t.is(host.infer([1, 37]), status.ok);
  t.is(host.call('forward'), status.uninitialized);
  t.is(host.call('initialize', 9, 9, 0), status.ok);
  t.deepEqual(host.parameter(0).words, values);
  t.is(host.setParameter(0, new Uint32Array(37 * 29)), status.ok);
  t.is(host.call('initialize', 9, 9, 0), status.ok);
  t.deepEqual(host.parameter(0).words, new Uint32Array(37 * 29));
  t.is(host.call('initialize', 9, 9, 1), status.ok);
  t.deepEqual(host.parameter(0).words, values);
});

test('embedded values are those of the seed, bit for bit', async (t) => {
  const seed = 0x123456789abcdef0n;
  const recipes = await hostOf(everyInitializer, { seed });
  const embedded = await hostOf(everyInitializer, { seed, weights: 'embed' });
  t.is(recipes.call('initialize', Number(seed & 0xffffffffn), Number(seed >> 32n), 0), status.ok);
  t.is(embedded.call('initialize', 0, 0, 0), status.ok);
  t.true(recipes.manifest.variables.length > 100);
  t.deepEqual(embedded.manifest.variables.map(({ given }) => given), recipes.manifest.variables.map(() => true)); // prettier-ignore
  t.deepEqual(embedded.parameters(), recipes.parameters());
});

test('a seed module carries no weights', async (t) => {
  for (const model of [mlp, convolutional, drawn({ kind: 'truncatedNormal' })]) {
    for (const target of ['baseline', 'relaxed'] as const) {
      const most = Math.max(...dataSegments(await binaryOf(model, { target })));
      t.true(most <= 1024, `a data segment of ${most} bytes`);
    }
  }
  const wide: Model = {
    ...{ nacre: 1, inputs: [{ name: 'x', shape: ['batch', 5000] }], outputs: ['y'] },
    layers: [{ name: 'y', kind: 'dense', units: 5000 }],
  };
  const { length } = await binaryOf(wide);
  t.true(length <= 20_000, `${length} bytes for 25 million parameters`);
  t.true(dataSegments(await binaryOf(drawn({ tensor: 'w' }), { tensors: { w: ramp(37 * 29) } })).includes(37 * 29 * 4));
});

test('compiling again gives the same bytes, and the hash in the manifest is theirs', async (t) => {
  for (const options of [{}, { target: 'relaxed' }, { weights: 'embed' }, { dims: { batch: 3 } }] as const) {
    const [first, second] = [await binaryOf(convolutional, options), await binaryOf(convolutional, options)];
    t.deepEqual(first, second);
    const section = sectionsOf(first).at(-1)!;
    let hash = 0xcbf29ce484222325n;
    for (const byte of first.subarray(0, section.start)) {
      hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
    }
    const manifest = new TextDecoder().decode(first.subarray(section.body, section.end));
    t.true(manifest.includes(`"hash":"${hash.toString(16).padStart(16, '0')}"`));
  }
});
