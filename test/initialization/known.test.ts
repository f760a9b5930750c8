import test from 'ava';
import { compile, initializers } from '../../compiler/index.js';
import { instantiateSync } from '../../runtime/index.js';
import { golden, hex, knownAnswers, parseFloats, ulps } from '../streams/fixtures.js';

const jax = knownAnswers('jax') as {
  partitionable: { bits: number[]; uniform: string[]; normal: string[]; glorotUniform: string[] };
};
const torch = knownAnswers('torch') as {
  uniform: { seed: number; low: number; high: number; values: string }[];
  normal: { seed: number; counts: number[]; values: string }[];
};

type Fields = Readonly<Record<string, unknown>>;

/** The values of variables of these shapes, one after the other. */
async function filled(
  rng: string,
  seed: bigint,
  variables: readonly (readonly [shape: readonly number[], initializer: unknown])[],
): Promise<readonly Float32Array<ArrayBuffer>[]> {
  const layers = variables.map(([[rows = 1, columns], initializer], i) => ({
    ...{ name: `v${i}`, kind: 'dense', from: `x${i}`, units: columns ?? rows },
    ...(columns === undefined ? { weight: 'zeros', bias: initializer } : { weight: initializer, bias: false }),
  }));
  const source = {
    ...{ nacre: 1, rng, layers, outputs: layers.map(({ name }) => name) },
    inputs: variables.map(([[rows, columns]], i) => ({ name: `x${i}`, shape: [1, columns === undefined ? 1 : rows] })),
  };
  const net = instantiateSync((await compile(JSON.stringify(source), { seed })).binary);
  net.initialize();
  const names = variables.map(([shape], i) => `v${i}.${shape.length === 1 ? 'bias' : 'weight'}`);
  return names.map((name) => net.variables.get(name).data as Float32Array<ArrayBuffer>);
}

const own = (initializer: Fields, seed: number | string): Fields => ({ ...initializer, seed });

test('jax: key(42)', async (t) => {
  const { uniform, normal, glorotUniform } = jax.partitionable;
  const [drawnUniform, drawnNormal, drawnGlorot] = await filled('jax', 0n, [
    [[4], own({ kind: 'uniform', low: 0, high: 1 }, 42)],
    [[2, 2], own({ kind: 'normal', std: 1 }, '42')],
    [[2, 3], own({ kind: 'glorotUniform' }, 42)],
  ]);
  t.is(hex(drawnUniform!), uniform.join(' '));
  t.is(hex(drawnGlorot!), glorotUniform.join(' '));
  parseFloats(normal.join(' ')).forEach((value, i) => t.true(ulps(drawnNormal![i]!, value) <= 3));
});

/** A model of one dense layer, whose weight has the path of the golden values. */
async function goldenModel(rng: string, shape: readonly [number, number], weight: Fields, seed: number | string) {
  const source = {
    ...{ nacre: 1, rng, inputs: [{ name: 'x', shape: [1, shape[0]] }], outputs: ['dense_1'] },
    layers: [{ name: 'dense_1', kind: 'dense', units: shape[1], weight }],
  };
  return instantiateSync((await compile(JSON.stringify(source), { seed: BigInt(seed) })).binary);
}

const matrices = [
  ...golden.orthogonal.map((row) => ({ ...row, rng: 'philox', kind: 'orthogonal' })),
  ...golden.sparse.map((row) => ({ ...row, rng: 'philox', kind: 'sparse' })),
  ...golden.jaxOrthogonal.map((row) => ({ ...row, rng: 'jax', kind: 'orthogonal' })),
  ...golden.torchOrthogonal.map((row) => ({ ...row, rng: 'torch', kind: 'orthogonal' })),
];
for (const { rng, seed, shape, values, ...weight } of matrices) {
  test(`${rng}: golden values of ${weight.kind}, (${shape.join(', ')})`, async (t) => {
    const net = await goldenModel(rng, shape, rng === 'jax' ? own(weight, seed) : weight, seed);
    net.initialize();
    t.is(hex(net.variables.get('dense_1.weight').data as Float32Array<ArrayBuffer>), values);
  });
}

/** An initializer of the golden values; undefined for the words themselves. */
function initializerOf([kind, ...[a, b, low, high]]: readonly [string, ...number[]], rng: string): Fields | undefined {
  if (kind === 'uniform') return { kind, low: a, high: b };
  if (kind === 'normal') return { kind, mean: a, std: b };
  return kind === 'bits' ? undefined : { kind, mean: a, std: b, low, high, absolute: rng === 'philox' };
}

for (const { rng, seed, draw, at } of [
  ...golden.elements.map((row) => ({ ...row, rng: 'philox' })),
  ...golden.jax.map((row) => ({ ...row, rng: 'jax' })),
]) {
  const initializer = initializerOf(draw, rng);
  if (!initializer) continue;
  test(`${rng}: golden elements of ${draw.join(' ')}, seed ${seed}`, async (t) => {
    const net = await goldenModel(rng, [2, 2], rng === 'jax' ? own(initializer, seed) : initializer, seed);
    for (const [first, values] of Object.entries(at)) {
      const count = values.split(' ').length;
      t.is(hex(net.variables.sample('dense_1.weight', BigInt(first), count) as Float32Array<ArrayBuffer>), values);
    }
  });
}

for (const { seed, low, high, values } of torch.uniform) {
  test(`torch: manual_seed(${seed}), uniform_(${low}, ${high})`, async (t) => {
    const initializer = { kind: 'uniform', low, high };
    const count = values.split(' ').length;
    const [graph, other] = [
      await filled('torch', BigInt(seed), [[[count], initializer]]),
      await filled('torch', 7n, [[[count], own(initializer, seed)]]),
    ];
    t.is(hex(graph[0]!), values);
    t.is(hex(other[0]!), values);
  });
}

for (const { seed, counts, values } of torch.normal) {
  test(`torch: manual_seed(${seed}), normal_() of ${counts.join(', ')} elements`, async (t) => {
    const variables = counts.map((count) => [[count], { kind: 'normal', std: 1 }] as const);
    const parts = await filled('torch', BigInt(seed), variables);
    const got = parts.flatMap((part) => [...part]);
    const limit = counts.some((count) => count < 16) ? 1 : 0;
    parseFloats(values).forEach((value, i) => t.true(ulps(got[i]!, value) <= limit, `element ${i}`));
    t.is(got.length, parseFloats(values).length);
  });
}

const linear = {
  weight: { kind: 'varianceScaling', scale: 1 / 3, mode: 'fanIn', distribution: 'uniform' },
  bias: { kind: 'varianceScaling', scale: 1 / 3, mode: 'weightFanIn', distribution: 'uniform' },
};

for (const [title, fields, defaults] of [
  ['as declared', linear, { layout: 'oi' }],
  ['by the preset', {}, initializers.torch.defaults],
] as const) {
  test(`torch: Linear(3, 1) after manual_seed(42), ${title}`, async (t) => {
    const source = {
      ...{ nacre: 1, rng: 'torch', defaults, inputs: [{ name: 'x', shape: ['batch', null] }] },
      ...{ layers: [{ name: 'linear', kind: 'dense', units: 1, ...fields }], outputs: ['linear'] },
    };
    const net = instantiateSync((await compile(JSON.stringify(source), { seed: 42 })).binary);
    const { data } = net.forward({ x: [[0, 0, 0]] })['linear']!;
    const weight = net.variables.get('linear.weight');
    t.deepEqual(weight.shape, [1, 3]);
    t.deepEqual(Array.from(weight.data, (value) => value.toFixed(4)), ['0.4414', '0.4792', '-0.1353']); // prettier-ignore
    t.is((data[0] as number).toFixed(4), '0.5304');
  });
}
