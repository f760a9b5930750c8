import test from 'ava';
import { parseDeclaration } from '../../compiler/declaration.js';
import { compile } from '../../compiler/index.js';
import { initializerDefinitions } from '../../compiler/initializers/resolve.js';
import type { Variable } from '../../compiler/ir.js';
import { lower } from '../../compiler/lower/index.js';
import { drawRecipe } from '../../compiler/ops/recipe.js';
import { fnv1a64 } from '../../compiler/random.js';
import { TorchGenerator } from '../../compiler/streams/torch.js';
import { instantiateSync } from '../../runtime/index.js';
import { bitsOf } from '../abi/host.js';
import { inputsOf, layouts, modelOf, rngs, slotsOf, type Layout, type Options, type Rng } from './models.js';

const SEED = 987654321012345n;

/** What an initializer gives a variable, by the naive forms of the recipes. */
function expectedOf(rng: Rng, variable: Variable, { kind, seed, ...given }: Options): Float32Array {
  const { options, expand } = initializerDefinitions[kind];
  const defaults = Object.entries(options).map(([option, { fallback }]) => [option, fallback] as const);
  const recipe = expand({ ...Object.fromEntries(defaults), ...given });
  const { name, value, layout, fanIn, fanOut, weightFanIn = fanIn } = variable;
  const fans = { fanIn, fanOut, weightFanIn } as { fanIn: number; fanOut: number; weightFanIn: number };
  const stream = { rng, seed: SEED, hash: fnv1a64(name), layout, generator: new TorchGenerator(SEED), ...fans };
  const own = seed === undefined ? undefined : BigInt(seed as number);
  return drawRecipe(recipe, own, value.shape as number[], stream);
}

const cases = rngs.flatMap((rng) => layouts.map((layout) => [rng, layout] as const));

for (const [rng, layout] of cases as readonly (readonly [Rng, Layout])[]) {
  const isWaiting = layout === 'oi';
  test(`${rng}, ${layout}: what initialize({ initializer }) fills is what the declaration would`, async (t) => {
    const graph = lower(parseDeclaration(modelOf(rng, layout, 'known', 'zeros')));
    const source = modelOf(rng, layout, isWaiting ? 'latched' : 'free', 'zeros');
    const net = instantiateSync(await compile(source, { initializers: 'all', seed: SEED }));
    if (isWaiting) net.resize(Object.fromEntries(Object.entries(inputsOf()).map(([name, { shape }]) => [name, shape])));
    for (const { variable, initializer } of slotsOf(rng)) {
      const { seed, ...options } = initializer;
      const own = typeof seed === 'string' ? BigInt(seed) : seed;
      net.initialize({ only: variable, initializer: seed === undefined ? options : { ...options, seed: own } });
      const expected = expectedOf(
        rng,
        graph.variables.find(({ name }) => name === variable)!,
        initializer,
      );
      const got = net.variables.get(variable).data;
      t.deepEqual(bitsOf(got), bitsOf(expected), `${variable}, ${JSON.stringify(initializer)}`);
    }
  });
}
