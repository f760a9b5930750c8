import test from 'ava';
import { compile, custom, gluon, initializers, load, mixed, summary, torch } from '../../compiler/index.js';
import { DeclarationError, NacreError, OptionError } from '../../compiler/errors.js';
import { fromDeclaration, graph, input, sequential, variable, type Graph } from '../../compiler/graph.js';
import type { HostInitializer } from '../../compiler/initializers/host.js';
import { dense } from '../../compiler/layers/table.js';
import { Pipeline } from '../../compiler/pipeline.js';

const { normal } = initializers;
const source = 'export function sample(alpha: f32): f32 { return alpha; }';
const gamma = custom('gamma', { alpha: 0.01 }, source);
const myInit: HostInitializer = (_name, shape, random) => random.normal(shape);
const other: HostInitializer = (_name, shape, random) => random.uniform(shape);
const ones = new Float32Array(16).fill(1);
const x = input(['batch', 4]);
const d = (options: Omit<Parameters<typeof dense>[0], 'units'> = {}) => dense({ units: 4, ...options });

/** What fills each parameter: a name for one that says no more. */
const fillsOf = ({ declaration }: Graph): Record<string, unknown> =>
  Object.fromEntries(
    declaration.layers.flatMap((layer) =>
      ['weight', 'bias'].map((parameter) => [`${layer.name}.${parameter}`, layer[parameter as never]]),
    ),
  );

test('custom initializers travel with their definition', (t) => {
  const short = sequential([x, d({ weight: gamma(), bias: gamma({ alpha: 0.5, seed: 7n }) })]);
  const definition = { name: 'gamma', options: { alpha: 0.01 }, source };
  t.deepEqual(short.declaration.initializers, [definition]);
  t.deepEqual(fillsOf(short), {
    'dense_1.weight': { kind: 'gamma', alpha: 0.01 },
    'dense_1.bias': { kind: 'gamma', alpha: 0.5, seed: 7 },
  });
  t.is(JSON.stringify(gamma({ alpha: 2 })), '{"alpha":2,"kind":"gamma"}');
  const again = custom('gamma', { alpha: 0.01 }, source);
  t.deepEqual(short.pipe(d({ weight: again() })).declaration.initializers, [definition]);
  const text = JSON.stringify(short.declaration);
  t.deepEqual(fromDeclaration(text).pipe(d({ weight: gamma() })).declaration.initializers, [definition]);
  t.regex(summary(short), /weight gamma\(0\.01\), bias gamma\(0\.5, seed 7\)/);
});

test('two custom initializers of one name', (t) => {
  const changed = [
    custom('gamma', { alpha: 0.01 }, `${source} `),
    custom('gamma', { alpha: 0.02 }, source),
    custom('gamma', { beta: 0.01 }, source),
  ];
  for (const factory of changed) {
    const error = t.throws(() => sequential([x, d({ weight: gamma(), bias: factory() })]), { instanceOf: NacreError });
    t.is(error.message, `dense_1.bias: another initializer of the graph is called 'gamma' too`);
  }
});

test('a custom initializer is checked like one that is declared', (t) => {
  const build = () => sequential([x, d({ weight: custom('he_normal', {}, '')() })]);
  t.is(
    t.throws(build, { instanceOf: DeclarationError }).message,
    `initializers[0]: the name 'he_normal' is taken by nacre's own initializer`,
  );
  const misused = () => sequential([x, d({ weight: gamma({ alhpa: 2 } as never) })]);
  t.is(t.throws(misused).message, `dense_1.weight: gamma has no option 'alhpa'; did you mean 'alpha'?`);
});

test('host functions go by their names, or by a count', (t) => {
  const built = sequential([
    x,
    d({ weight: myInit, bias: (_name, shape) => new Float32Array(shape[0]!) }),
    d({
      weight: mixed([
        ['x', 'zeros'],
        [/weight/, other],
      ]),
      bias: myInit,
    }),
    d({ weight: other, bias: { normal: (_: string, shape: readonly number[]) => new Float32Array(shape[0]!) }.normal }),
    d({ weight: variable({ name: 'w', initializer: (_name, shape) => new Float32Array(shape[0]! * shape[1]!) }) }),
  ]);
  t.deepEqual(fillsOf(built), {
    'dense_1.weight': { kind: 'myInit' },
    'dense_1.bias': { kind: 'initializer_1' },
    'dense_2.weight': { kind: 'other' },
    'dense_2.bias': { kind: 'myInit' },
    'dense_3.weight': { kind: 'other' },
    'dense_3.bias': { kind: 'initializer_2' },
    'dense_4.weight': { variable: 'w', transpose: false },
    'dense_4.bias': { kind: 'zeros', default: true },
  });
  t.like(built.declaration.variables[0], { initializer: { kind: 'initializer_3' } });
  const names = ['myInit', 'initializer_1', 'other', 'initializer_2', 'initializer_3'];
  t.deepEqual(
    built.declaration.initializers,
    names.map((name) => ({ name, host: true })),
  );
  t.deepEqual(Object.keys(built.functions), names);
  t.is(built.functions['myInit'], myInit);
  const longer = built.pipe(d({ weight: (_name, shape) => new Float32Array(shape[0]!), bias: myInit }));
  t.deepEqual(Object.keys(longer.functions), [...names, 'initializer_4']);
  t.deepEqual(Object.keys(built.functions), names);
  t.regex(summary(built), /weight myInit, bias initializer_1/);
});

test('host functions, custom ones and load in a graph’s defaults', (t) => {
  const tensors = { 'dense_1.weight': ones, 'dense_1.bias': new Float32Array(4), 'dense_3.weight': ones };
  const built = sequential([x, d(), d({ bias: 2 }), d({ weight: 'zeros' })], {
    rng: 'jax',
    defaults: {
      rules: [
        ['1.bias$', myInit],
        ['3.bias$', load(tensors, mixed([['', gamma()]]))],
      ],
      initializer: load(tensors, other),
    },
  });
  t.deepEqual(fillsOf(built), {
    'dense_1.weight': { tensor: 'dense_1.weight' },
    'dense_1.bias': { kind: 'myInit' },
    'dense_2.weight': { kind: 'other', default: true },
    'dense_2.bias': { kind: 'constant', value: 2 },
    'dense_3.weight': { kind: 'zeros' },
    'dense_3.bias': { kind: 'gamma', alpha: 0.01 },
  });
  t.deepEqual(Object.keys(built.tensors), ['dense_1.weight', 'dense_3.weight']);
  t.is(built.declaration.rng, 'jax');
  t.deepEqual(
    built.declaration.initializers.map(({ name }) => name),
    ['myInit', 'gamma', 'other'],
  );
  t.like(fillsOf(built.pipe(d())), { 'dense_4.weight': { kind: 'other', default: true } });
});

test('load takes a variable’s tensor, else the fallback', (t) => {
  const shaped = { data: new Float32Array(4), shape: [4] };
  const tensors = {
    'a.weight': ones,
    'a.bias': shaped,
    w: ones,
    counter: { dtype: 'bool', data: new Uint8Array(1), shape: [1] },
  };
  const from = load(tensors, normal());
  const built = sequential([
    x,
    d({ name: 'a', weight: from, bias: mixed([['bias', from]]) }),
    d({ name: 'b', weight: from, bias: load(tensors, load({}, myInit)) }),
    d({ name: 'c', weight: variable({ name: 'w', initializer: from }) }),
  ]);
  t.deepEqual(built.tensors as unknown, { 'a.weight': ones, 'a.bias': shaped, w: ones });
  t.like(fillsOf(built), {
    'a.weight': { tensor: 'a.weight' },
    'a.bias': { tensor: 'a.bias' },
    'b.weight': { kind: 'normal', mean: 0, std: 0.05 },
    'b.bias': { kind: 'myInit' },
  });
  t.like(built.declaration.variables[0], { initializer: { tensor: 'w' } });
  const missing = t.throws(() => sequential([x, d({ name: 'a', bias: load({ 'a.bais': ones }) })]), {
    instanceOf: NacreError,
  });
  t.is(missing.message, `a.bias: load finds no tensor 'a.bias'; did you mean 'a.bais'?`);
  const wrong = t.throws(() =>
    sequential([x, d({ name: 'counter', weight: load({ 'counter.weight': tensors.counter }) })]),
  );
  t.is(wrong.message, 'counter.weight: expects numbers, got bool');
  t.throws(
    () => new Pipeline(sequential([x, d({ name: 'a', weight: load({ 'a.weight': new Float32Array(3) }) })])).lower(),
    {
      message: 'a.weight: expects 16 values for shape (4, 4), got 3',
    },
  );
  const wrongShape = load({ 'a.weight': { data: ones, shape: [2, 8] } });
  t.throws(() => new Pipeline(sequential([x, d({ name: 'a', weight: wrongShape })])).lower(), {
    message: 'a.weight: expects shape (4, 4), got (2, 8)',
  });
});

test('what is no initializer is left to the parser', (t) => {
  const rows: readonly (readonly [value: unknown, message: string])[] = [
    [normal, 'dense_1.weight: must be an initializer, a number, values or {tensor}, got a function'],
    [{ kind: 'mixed', rules: [['(', 'zeros']] }, `dense_1.weight: rules[0] '(' is not a regular expression`],
    [{ kind: 'mixed', rules: 3 }, 'dense_1.weight: rules must be a list, got 3'],
    [
      mixed([['x', myInit]]),
      `dense_1.weight: no rule of mixed is found in 'dense_1.weight'; add ['.*', …] as the last`,
    ],
    [{ kind: 'load' }, `dense_1.weight: load finds no tensor 'dense_1.weight'; give it a fallback`],
  ];
  for (const [weight, message] of rows) {
    t.is(t.throws(() => sequential([x, d({ weight: weight as never })])).message, message);
  }
  const rules = () => sequential([x, d()], { defaults: { rules: [3] as never } });
  t.is(t.throws(rules).message, 'defaults: rules[0] must be [pattern, initializer], got 3');
});

test('functions beside plain JSON', (t) => {
  const json = JSON.stringify(sequential([x, d({ weight: myInit, bias: other })]).declaration);
  t.deepEqual(fromDeclaration(json, {}, { myInit }).functions, { myInit });
  const longer = fromDeclaration(json, {}, { myInit }).pipe(d({ weight: myInit, bias: other }));
  t.deepEqual(longer.functions, { myInit, initializer_1: other });
  t.deepEqual(new Pipeline(json, { functions: { other } }).functions, { other });
  t.deepEqual(new Pipeline(json).functions, {});
  const built = sequential([x, d({ weight: myInit })]);
  t.deepEqual(new Pipeline(built, { functions: { myInit: other } }).functions, { myInit: other });
  const rows = [
    [{ myInti: myInit }, `functions.myInti: the declaration has no host initializer 'myInti'; did you mean 'myInit'?`],
    [{ myInit: 3 }, 'functions.myInit: must be a function, got 3'],
  ] as const;
  for (const [functions, message] of rows) {
    t.throws(() => new Pipeline(json, { functions } as never), { instanceOf: OptionError, message });
    t.throws(() => fromDeclaration(json, {}, functions as never), { instanceOf: OptionError, message });
  }
});

test('compile takes functions', async (t) => {
  const json = JSON.stringify(sequential([x, d()]).declaration);
  await t.throwsAsync(compile(json, { functions: { myInit } }), {
    instanceOf: OptionError,
    message: `functions.myInit: the declaration has no host initializer 'myInit'`,
  });
});

test('a framework’s defaults for a whole graph', (t) => {
  const scaling = (mode: string, rest: object) => ({
    ...{ kind: 'varianceScaling', scale: 1 / 3, mode, distribution: 'uniform' },
    ...rest,
  });
  const isDefault = { default: true };
  const y = d()(x);
  const torchGraph = graph({ inputs: { x }, outputs: { y }, defaults: torch.defaults });
  t.is(torchGraph.declaration.defaults.layout, 'oi');
  t.deepEqual(fillsOf(torchGraph), {
    'dense_1.weight': scaling('fanIn', isDefault),
    'dense_1.bias': scaling('weightFanIn', {}),
  });
  const gluonGraph = sequential([x, d()], { defaults: gluon.defaults });
  t.is(gluonGraph.declaration.defaults.layout, 'oi');
  t.deepEqual(fillsOf(gluonGraph), {
    'dense_1.weight': { kind: 'uniform', low: -0.07, high: 0.07, default: true },
    'dense_1.bias': { kind: 'zeros', default: true },
  });
  t.is(new Pipeline(gluonGraph).lower().variables[0]!.layout, 'oi');
});

test('a variable may say its layout', (t) => {
  const w = variable({ name: 'w', layout: 'oi', shape: [4, 4], initializer: { tensor: 'v' } });
  const built = fromDeclaration(sequential([x, d()]).declaration, { v: ones }).pipe(d({ weight: w }));
  t.deepEqual(built.declaration.variables, [
    { name: 'w', shape: [4, 4], dtype: 'float32', layout: 'oi', initializer: { tensor: 'v' } },
  ]);
});
