import test from 'ava';
import { parseDeclaration, type DefinedLayer } from '../compiler/declaration.js';
import { symbol, equal } from '../compiler/dim.js';
import { ShapeError } from '../compiler/errors.js';
import { compile, type CompileOptions } from '../compiler/index.js';
import { fansOf } from '../compiler/initializers/fans.js';
import * as initializers from '../compiler/initializers/index.js';
import {
  describeInitializer,
  expandInitializer,
  initializerKindOf,
  initializerDefinitions,
  initializerKinds,
} from '../compiler/initializers/resolve.js';
import type {
  Initializer,
  InitializerDeclaration,
  InitializerKind,
  InitializerSource,
} from '../compiler/initializers/index.js';
import type { Recipe } from '../compiler/ir.js';
import { lower } from '../compiler/lower/index.js';
import { varianceScale, type VarianceScalingDistribution } from '../compiler/random.js';
import { VariableError } from '../runtime/errors.js';
import { instantiateSync } from '../runtime/index.js';

/** An initializer as a declaration has it. */
function declared(weight: InitializerSource): InitializerDeclaration {
  const source = {
    nacre: 1,
    inputs: [{ name: 'x', shape: ['batch', 2] }],
    layers: [{ name: 'a', kind: 'dense', units: 1, weight }],
    outputs: ['a'],
  };
  return (parseDeclaration(source).layers[0] as DefinedLayer)['weight'] as InitializerDeclaration;
}

const scaling = (
  scale: number,
  mode: 'fanIn' | 'fanOut' | 'fanAvg',
  distribution: VarianceScalingDistribution,
): Recipe => ({
  ...{ kind: 'varianceScaling', scale, mode, distribution },
});
const { constant, msraPrelu, normal, truncatedNormal, uniform, varianceScaling, xavier } = initializers;
const { bilinear, deltaOrthogonal, dirac, identity, lstmBias, orthogonal, sparse } = initializers;

const rows: readonly (readonly [source: InitializerSource, text: string, filling: number | Recipe])[] = [
  ['zeros', 'zeros', 0],
  ['ones', 'ones', 1],
  [0.4, 'constant(0.4)', 0.4],
  [constant(42), 'constant(42)', 42],
  ['constant', 'constant(0)', 0],
  ['random_uniform', 'uniform(-0.05, 0.05)', { kind: 'uniform', low: -0.05, high: 0.05 }],
  [uniform({ low: 5, high: 10 }), 'uniform(5, 10)', { kind: 'uniform', low: 5, high: 10 }],
  ['randomNormal', 'normal(0, 0.05)', { kind: 'normal', mean: 0, std: 0.05 }],
  [normal({ std: 0.01, seed: 7 }), 'normal(0, 0.01, seed 7)', { kind: 'normal', mean: 0, std: 0.01 }],
  [
    truncatedNormal({ mean: 1, std: 2 }),
    'truncatedNormal(1, 2, -2, 2, false)',
    { kind: 'truncatedNormal', mean: 1, std: 2, low: -3, high: 5 },
  ],
  [
    truncatedNormal({ mean: 1, std: 2, absolute: true }),
    'truncatedNormal(1, 2, -2, 2, true)',
    { kind: 'truncatedNormal', mean: 1, std: 2, low: -2, high: 2 },
  ],
  ['variance_scaling', 'varianceScaling(1, fanIn, truncatedNormal)', scaling(1, 'fanIn', 'truncatedNormal')],
  [
    varianceScaling({ scale: 3, mode: 'fanOut', distribution: 'untruncatedNormal' }),
    'varianceScaling(3, fanOut, untruncatedNormal)',
    { kind: 'varianceScaling', scale: 3, mode: 'fanOut', distribution: 'untruncatedNormal' },
  ],
  ['glorot_uniform', 'glorotUniform', scaling(1, 'fanAvg', 'uniform')],
  ['glorot_normal', 'glorotNormal', scaling(1, 'fanAvg', 'truncatedNormal')],
  ['he_uniform', 'heUniform', scaling(2, 'fanIn', 'uniform')],
  ['he_normal', 'heNormal', scaling(2, 'fanIn', 'truncatedNormal')],
  ['lecun_uniform', 'lecunUniform', scaling(1, 'fanIn', 'uniform')],
  ['lecun_normal', 'lecunNormal', scaling(1, 'fanIn', 'truncatedNormal')],
  ['xavier', 'xavier(uniform, avg, 3)', scaling(1, 'fanAvg', 'uniform')],
  [xavier({ factorType: 'in', magnitude: 6 }), 'xavier(uniform, in, 6)', scaling(2, 'fanIn', 'uniform')],
  [
    xavier({ rndType: 'gaussian', factorType: 'out', magnitude: 2 }),
    'xavier(gaussian, out, 2)',
    scaling(2, 'fanOut', 'untruncatedNormal'),
  ],
  ['msra_prelu', 'msraPrelu(avg, 0.25)', scaling(2 / 1.0625, 'fanAvg', 'untruncatedNormal')],
  [msraPrelu({ factorType: 'in', slope: 0 }), 'msraPrelu(in, 0)', scaling(2, 'fanIn', 'untruncatedNormal')],
  ['orthogonal', 'orthogonal(1)', { kind: 'orthogonal', gain: 1 }],
  [orthogonal(1.5), 'orthogonal(1.5)', { kind: 'orthogonal', gain: 1.5 }],
  [deltaOrthogonal({ gain: 2 }), 'deltaOrthogonal(2)', { kind: 'deltaOrthogonal', gain: 2 }],
  [identity(3), 'identity(3)', { kind: 'identity', gain: 3 }],
  [dirac(2), 'dirac(2)', { kind: 'dirac', groups: 2 }],
  [sparse({ sparsity: 0.1 }), 'sparse(0.1, 0.01)', { kind: 'sparse', sparsity: 0.1, std: 0.01 }],
  [bilinear(), 'bilinear', { kind: 'bilinear' }],
  [lstmBias(), 'lstmBias(1)', { kind: 'lstmBias', forgetBias: 1 }],
];

test('what initializers expand to, and how listings show them', (t) => {
  for (const [source, text, filling] of rows) {
    const initializer = declared(source);
    t.is(describeInitializer(initializer), text);
    const { seed: _, ...op } = { seed: undefined, ...expandInitializer(initializer) };
    const recipe = typeof filling === 'number' ? { kind: 'constant', value: filling } : filling;
    t.deepEqual(op as unknown, { kind: 'initializer', recipe }, text);
  }
});

test('every kind of initializer has a row', (t) => {
  const kinds = rows.map(([source]) => declared(source).kind);
  t.deepEqual([...new Set(kinds)].sort(), [...initializerKinds].sort());
});

const floatBits = (value: number): number => new Int32Array(Float32Array.of(value).buffer)[0]!;

test('xavier meets √(magnitude / factor) to a unit in the last place', (t) => {
  for (const rndType of ['uniform', 'gaussian'] as const) {
    for (const magnitude of [3, 2.24, 2.34, 2 / 1.0625, 1, 0.1, 1e-5, 1 / 7, 17.3, 12345.678]) {
      const { recipe } = expandInitializer(declared(xavier({ rndType, magnitude })));
      const { scale, distribution: form } = recipe as Extract<Recipe, { kind: 'varianceScaling' }>;
      for (const factor of [1, 1.5, 2, 7, 20.5, 784, 1111.5, 123457]) {
        const got = varianceScale(Math.fround(scale), factor, form);
        const units = Math.abs(floatBits(got) - floatBits(Math.sqrt(magnitude / factor)));
        t.true(units <= 1, `${rndType}, ${magnitude} / ${factor}: ${units} units`);
      }
    }
  }
});

test('an initializer that counts fans refuses a variable of fewer than two axes', (t) => {
  const graph = (bias: InitializerSource) =>
    parseDeclaration({
      nacre: 1,
      inputs: [{ name: 'x', shape: ['batch', 2] }],
      layers: [{ name: 'a', kind: 'dense', units: 3, weight: bias, bias }],
      outputs: ['a'],
    });
  for (const kind of ['xavier', 'msraPrelu'] as const) {
    const message = `a.bias: ${kind} needs at least 2 axes, got (3)`;
    t.throws(() => lower(graph(kind)), { instanceOf: ShapeError, message });
  }
  t.notThrows(() => lower(graph('glorotUniform')));
});

test('own seeds', (t) => {
  const max = 2n ** 64n - 1n;
  const seeds = [
    [0, 0n],
    [2 ** 53 - 1, 2n ** 53n - 1n],
    [7n, 7n],
    [max, max],
    [String(max), max],
    ['007', 7n],
  ] as const;
  for (const [given, seed] of seeds) {
    const initializer = declared(normal({ seed: given }));
    t.like(expandInitializer(initializer), { seed });
    t.deepEqual(JSON.parse(JSON.stringify(initializer)), initializer);
  }
  t.false('seed' in expandInitializer(declared('normal')));
});

test('Keras’s names', (t) => {
  const names = {
    zeros: ['Zeros', 'zeros', 'zero'],
    ones: ['Ones', 'ones', 'one'],
    constant: ['Constant', 'constant'],
    identity: ['Identity', 'identity', 'IdentityInitializer'],
    uniform: ['RandomUniform', 'random_uniform', 'uniform', 'randomUniform'],
    normal: ['RandomNormal', 'random_normal', 'normal', 'randomNormal'],
    truncatedNormal: ['TruncatedNormal', 'truncated_normal', 'truncatedNormal'],
    varianceScaling: ['VarianceScaling', 'variance_scaling', 'varianceScaling'],
    glorotUniform: ['GlorotUniform', 'glorot_uniform', 'glorotUniform'],
    glorotNormal: ['GlorotNormal', 'glorot_normal', 'glorotNormal'],
    heUniform: ['HeUniform', 'he_uniform', 'heUniform'],
    heNormal: ['HeNormal', 'he_normal', 'heNormal'],
    lecunUniform: ['LecunUniform', 'lecun_uniform', 'leCunUniform', 'LeCunUniform'],
    lecunNormal: ['LecunNormal', 'lecun_normal', 'leCunNormal', 'LeCunNormal'],
    orthogonal: ['Orthogonal', 'OrthogonalInitializer', 'orthogonal', 'orthogonal_initializer'],
  };
  for (const [kind, spellings] of Object.entries(names)) {
    for (const name of spellings) t.is(initializerKindOf(name) as string, kind, name);
  }
});

test('a factory is called as its kind', (t) => {
  for (const kind of initializerKinds) t.is(initializers[kind].definition.kind, kind);
});

test('mixed takes sources of regular expressions, without flags', (t) => {
  t.deepEqual(
    initializers.mixed([
      [/bias$/, 'zeros'],
      ['.*', 1],
    ]),
    {
      kind: 'mixed',
      rules: [
        ['bias$', 'zeros'],
        ['.*', 1],
      ],
    },
  );
  t.throws(() => initializers.mixed([[/bias$/i, 'zeros']]), {
    message: 'mixed: /bias$/i has flags, which a declaration cannot carry',
  });
});

test('fans', (t) => {
  const rows = [
    [[], 1, 1],
    [[7], 7, 7],
    [[10, 30], 10, 30],
    [[3, 16, 32], 48, 96],
    [[3, 5, 16, 32], 240, 480],
  ] as const;
  for (const [shape, fanIn, fanOut] of rows) t.deepEqual(fansOf(shape), { fanIn, fanOut });
  const n = symbol('n');
  t.true(equal(fansOf([n, 4]).fanIn, n));
});

const fits = ([least, most]: readonly [number, number], rank: number): boolean => least <= rank && rank <= most;

const dense = (weights: readonly InitializerSource[], options?: CompileOptions) => {
  const layers = weights.map((weight, i) => ({ name: `a${i}`, kind: 'dense', from: 'x', units: 5, weight }));
  const outputs = layers.map(({ name }) => name);
  const source = { nacre: 1, inputs: [{ name: 'x', shape: ['batch', 3] }], layers, outputs };
  return compile(JSON.stringify(source), options);
};

test('every kind can be asked for at run time, and gives what it gives when declared', async (t) => {
  const sources = rows
    .map(([source]) => source)
    .filter((source) => !(source instanceof Object && 'absolute' in source))
    .filter((source) => fits(initializerDefinitions[declared(source).kind as InitializerKind].ranks, 2));
  const declaredNet = instantiateSync(await dense(sources));
  const net = instantiateSync(
    await dense(
      sources.map(() => 'heUniform'),
      { initializers: 'all' },
    ),
  );
  declaredNet.initialize();
  sources.forEach((initializer, i) => {
    net.initialize({ initializer: initializer as Initializer, only: `a${i}.weight` });
    t.deepEqual(
      net.variables.get(`a${i}.weight`),
      declaredNet.variables.get(`a${i}.weight`),
      JSON.stringify(initializer),
    );
  });
});

test('what a module carries follows from what its kinds draw', async (t) => {
  const cases: readonly (readonly [weight: InitializerSource, options: CompileOptions, carried: readonly string[]])[] =
    [
      ['heUniform', {}, ['heUniform', 'zeros']],
      ['xavier', {}, ['uniform', 'zeros']],
      [xavier({ rndType: 'gaussian' }), {}, ['normal', 'zeros']],
      ['msraPrelu', {}, ['normal', 'zeros']],
      ['zeros', { initializers: ['xavier'] }, ['normal', 'truncatedNormal', 'uniform', 'zeros']],
      ['zeros', { initializers: ['msraPrelu'] }, ['msraPrelu', 'zeros']],
    ];
  for (const [weight, options, carried] of cases) {
    const model = await dense([weight], options);
    t.deepEqual(model.manifest.initializers, carried);
    const net = instantiateSync(model);
    const draws = carried.some((kind) => kind === 'normal' || kind === 'msraPrelu');
    const ask = (): unknown => net.initialize({ initializer: xavier({ rndType: 'gaussian' }), only: 'a0.weight' });
    if (draws) t.notThrows(ask, carried.join());
    else t.throws(ask, { instanceOf: VariableError }, carried.join());
  }
});

test('at run time too, an initializer that counts fans refuses a variable of fewer than two axes', async (t) => {
  const net = instantiateSync(await dense(['xavier', 'msraPrelu']));
  for (const initializer of ['xavier', 'msraPrelu'] as const) {
    const message = `a1.bias: ${initializer} needs at least 2 axes, got (5)`;
    t.throws(() => net.initialize({ initializer, only: 'a1.bias' }), { instanceOf: ShapeError, message });
  }
});
