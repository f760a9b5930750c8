import test, { type ExecutionContext } from 'ava';
import { parseDeclaration } from '../../compiler/declaration.js';
import { evaluate } from '../../compiler/evaluate.js';
import { compile, type CompileOptions } from '../../compiler/index.js';
import { initializerKinds } from '../../compiler/initializers/resolve.js';
import { lower } from '../../compiler/lower/index.js';
import { bitsOf, Host, status } from '../abi/host.js';
import { relaxed } from '../random/kernels.js';
import { initializers, inputsOf, layouts, modelOf, rngs, shapes, type Layout, type Rng, type Sizes } from './models.js';

const SEED = 0x123456789abcdef0n;
const halves = [Number(SEED & 0xffffffffn), Number(SEED >> 32n)] as const;

type Words = Readonly<Record<string, Uint32Array>>;

const expected = new Map<string, Words>();

/** The bits that the naive evaluator gives every variable. */
function expectedOf(rng: Rng, layout: Layout): Words {
  const key = `${rng} ${layout}`;
  const known = expected.get(key);
  if (known) return known;
  const graph = lower(parseDeclaration(modelOf(rng, layout, 'known')));
  const { variables } = evaluate({ ...graph, prepare: [], forward: [], outputs: [] }, inputsOf(), { seed: SEED });
  const words = Object.fromEntries(
    Object.entries(variables).map(([name, { data }]) => [name, bitsOf(data as Float32Array)]),
  );
  expected.set(key, words);
  return words;
}

function expectParameters(t: ExecutionContext, host: Host, words: Words): void {
  const { variables } = host.manifest;
  t.is(variables.length, Object.keys(words).length);
  variables.forEach(({ name, initializer, shape }, index) => {
    const got = host.parameter(index);
    t.is(got.status, status.ok, name);
    const want = words[name]!;
    const isSame = got.words.length === want.length && want.every((word, i) => word === got.words[i]);
    t.true(isSame, `${name}, ${initializer}, (${shape.join(', ')})`);
  });
}

async function expectInitialized(
  t: ExecutionContext,
  rng: Rng,
  layout: Layout,
  sizes: Sizes,
  options: CompileOptions = {},
): Promise<void> {
  const { binary } = await compile(modelOf(rng, layout, sizes), options);
  const host = new Host(binary);
  if (sizes === 'latched') {
    t.is(host.call('initialize', ...halves, 0), status.notInferred);
    t.is(host.infer(...Object.values(shapes)), status.ok);
  }
  const { pages } = host;
  t.is(host.call('initialize', ...halves, 0), status.ok);
  t.is(host.pages, pages);
  expectParameters(t, host, expectedOf(rng, layout));
  if (sizes === 'known') return;
  t.is(host.infer(...Object.values(shapes)), status.ok);
  t.is(host.call('forward'), status.ok);
  expectParameters(t, host, expectedOf(rng, layout));
}

const cases: readonly (readonly [rng: Rng, layout: Layout, sizes: Sizes])[] = [
  ['philox', 'io', 'known'],
  ['philox', 'io', 'free'],
  ['philox', 'oi', 'free'],
  ['philox', 'oi', 'latched'],
  ['jax', 'io', 'latched'],
  ['jax', 'oi', 'free'],
  ['torch', 'io', 'free'],
  ['torch', 'oi', 'latched'],
];
for (const each of cases) {
  test(`what initialize fills is what the evaluator says: ${each.join(', ')}`, (t) => expectInitialized(t, ...each));
}

const others: typeof cases = [
  ['philox', 'oi', 'free'],
  ['jax', 'io', 'free'],
  ['torch', 'oi', 'free'],
];
for (const each of others) {
  test(`embedded values are what the evaluator says: ${each.join(', ')}`, (t) =>
    expectInitialized(t, ...each, { weights: 'embed', seed: SEED }));
  (relaxed ? test : test.skip)(`relaxed modules fill what the evaluator says: ${each.join(', ')}`, (t) =>
    expectInitialized(t, ...each, { target: 'relaxed' }),
  );
}

test('every kind of initializer is among them', (t) => {
  t.deepEqual([...new Set(initializers.map(({ kind }) => kind))].sort(), [...initializerKinds].sort());
});
