import test from 'ava';
import { parseDeclaration, type DefinedLayer, type GraphSource } from '../../compiler/declaration.js';
import { evaluate } from '../../compiler/evaluate.js';
import {
  add,
  build,
  compile,
  customLayer,
  DeclarationError,
  dense,
  fromDeclaration,
  graph,
  input,
  ModuleError,
  NacreError,
  relu,
  repeat,
  sequential,
  ShapeError,
  summary,
} from '../../compiler/index.js';
import { Pipeline } from '../../compiler/pipeline.js';
import type { Edge } from '../../compiler/layers/edge.js';
import { compiledFunctions, evaluators, testFunctions } from '../layers/functions.js';

const sourceOf = (name: string): string => testFunctions.find((entry) => entry.name === name)!.source;
const swish = customLayer('swish', { beta: 1 }, sourceOf('swish'));
const gate = customLayer('gate', { scale: 2, shift: 0.5 }, sourceOf('gate'));
const entry = { name: 'swish', options: { beta: 1 }, source: sourceOf('swish') };

const net = sequential([input(['batch', 3]), dense({ units: 5 }), swish({ beta: 2, name: 'act' }), swish()]);

const source = {
  nacre: 1,
  inputs: [{ name: 'x', shape: ['batch', 3] }],
  functions: [entry],
  layers: [
    { kind: 'dense', units: 5 },
    { name: 'act', kind: 'elementwise', function: 'swish', options: { beta: 2 } },
    { kind: 'elementwise', function: 'swish' },
  ],
  outputs: [{ name: 'y', from: 'elementwise_2' }],
} as const satisfies GraphSource;

test('a builder of layers equals the JSON', (t) => {
  t.deepEqual(net.declaration, parseDeclaration(source));
  t.deepEqual(net.declaration.functions, [entry]);
  t.deepEqual(
    net.declaration.layers.map((layer) => [layer.name, 'options' in layer ? layer.options : undefined]),
    [
      ['dense_1', undefined],
      ['act', { beta: 2 }],
      ['elementwise_2', { beta: 1 }],
    ],
  );
});

const gateWithItself = (x: Edge) => gate({ shift: 1 })(x, x);

test('JSON round trip, and a longer graph', (t) => {
  const again = fromDeclaration(JSON.stringify(net.declaration));
  t.deepEqual(again.declaration, net.declaration);
  const longer = again.pipe(swish({ beta: 3 }), gateWithItself);
  t.deepEqual(
    longer.declaration.functions?.map(({ name }) => name),
    ['swish', 'gate'],
  );
});

test('layers of functions are stages, can be repeated, and take several inputs', (t) => {
  const x = input(['batch', 4]);
  const y = gate({ name: 'both' })(x.pipe(repeat(2, swish({ name: 's' })), relu()), x);
  const { declaration } = graph({ inputs: { x }, outputs: { y } });
  t.deepEqual(
    declaration.layers.map(({ name, from }) => `${name} ${from.join(',')}`),
    ['s_1 x', 's_2 s_1', 'relu_1 s_2', 'both relu_1,x'],
  );
  t.deepEqual(
    declaration.functions?.map(({ name }) => name),
    ['swish', 'gate'],
  );
});

test('options are written in the order of the function', (t) => {
  const layers = [
    { kind: 'elementwise', function: 'gate', from: ['x', 'x'], options: { shift: 4, scale: 3 } },
  ] as const;
  const functions = [{ name: 'gate', options: { scale: 2, shift: 0.5 }, source: sourceOf('gate') }];
  const declaration = parseDeclaration({ ...source, functions, layers, outputs: ['elementwise_1'] });
  t.is(JSON.stringify((declaration.layers[0] as DefinedLayer)['options']), '{"scale":3,"shift":4}');
});

test('two functions of one name in one graph are an error', (t) => {
  const other = customLayer('swish', { beta: 1 }, 'export function apply(x: f32, beta: f32): f32 { return x; }');
  const more = customLayer('swish', { beta: 2 }, sourceOf('swish'));
  for (const layer of [other(), more()]) {
    const error = t.throws(() => net.pipe(layer), { instanceOf: NacreError });
    t.is(error.message, 'swish: two functions of this name differ; give one another name');
  }
  const same = customLayer('swish', { beta: 1 }, sourceOf('swish'));
  t.is(net.pipe(same()).declaration.functions?.length, 1);
});

test('an option cannot be called name', (t) => {
  const error = t.throws(() => customLayer('f', { name: 1 }, ''), { instanceOf: NacreError });
  t.is(error.message, `f: an option cannot be called 'name', as layers have one`);
});

test('the same bytes again, also of models without functions in between', async (t) => {
  const plain = sequential([input(['batch', 3]), dense({ units: 5, activation: 'gelu' })]);
  const before = (await compile(plain)).binary;
  const first = await compile(net, { text: true });
  t.deepEqual((await compile(plain)).binary, before);
  const again = await compile(JSON.stringify(net.declaration), { text: true });
  t.deepEqual([again.binary, again.text], [first.binary, first.text]);
  const pipeline = new Pipeline(net);
  pipeline.plan();
  await pipeline.compileFunctions();
  t.true(
    pipeline.optimize().forward.every(({ op }) => op.kind === 'matmul'),
    'joins the product before it',
  );
});

test('a module has no imports, and the bits of the naive evaluator', async (t) => {
  const x = input(['batch', 6]);
  const model = graph({ inputs: { x }, outputs: { y: gate()(add()(x, x), x) } });
  const { binary } = await compile(model);
  t.deepEqual(WebAssembly.Module.imports(new WebAssembly.Module(binary as Uint8Array<ArrayBuffer>)), []);
  const data = Float32Array.from({ length: 42 }, (_, i) => Math.sin(i * i) * 3);
  const tensor = { dtype: 'float32', shape: [7, 6], data } as const;
  const lowered = new Pipeline(model).lower();
  const { outputs } = evaluate(lowered, { x: tensor }, { functions: evaluators });
  const run = await build(model);
  t.deepEqual(run.forward({ x: { data, shape: [7, 6] } }).y.data, outputs['y']!.data as Float32Array);
});

test('a summary needs no compiler', (t) => {
  t.true(summary(net).includes('elementwise swish'));
});

test('the number of inputs is the function’s', async (t) => {
  const model = sequential([input(['batch', 3]), gate({ name: 'act' })]);
  t.notThrows(() => summary(model));
  const error = await t.throwsAsync(compile(model), { instanceOf: ShapeError });
  t.is(error.message, 'act: gate takes 2 inputs, got 1');
  t.is(compiledFunctions.get('gate')!.inputs, 2);
});

test('faults of sources are those of the declaration', async (t) => {
  const model = { ...source, functions: [{ ...entry, source: 'export function apply(x: f32): f32 { return y; }' }] };
  const error = await t.throwsAsync(compile(model), { instanceOf: DeclarationError });
  t.deepEqual(error.issues, [
    {
      code: 'source',
      pointer: '/functions/0/source',
      subject: 'swish',
      message: `swish: source 1:45: Cannot find name 'y'`,
    },
  ]);
});

test('warnings are notes', async (t) => {
  const unused = `${sourceOf('swish')}\nexport class Unused {}`;
  const { notes } = await compile({ ...source, functions: [{ ...entry, source: unused }] });
  t.deepEqual(notes, ['swish: source 2:14: Only variables, functions and enums become WebAssembly module exports']);
});

test('an element that takes more than 2^20 iterations fails the forward, and the next one works', async (t) => {
  const halve = customLayer('halve', {}, 'export function apply(x: f32): f32 { while (x > 1) x -= 1; return x; }');
  const run = await build(sequential([input(['batch', 2]), halve()]));
  const forward = (...data: number[]) => run.forward({ x: { data: Float32Array.from(data), shape: [1, 2] } }).y.data;
  t.deepEqual(forward(3.5, 2 ** 20 - 1), Float32Array.of(0.5, 1));
  t.throws(() => forward(3.5, 2 ** 24), {
    instanceOf: ModuleError,
    code: 'trap',
    message: /^forward: a function of the model failed: /,
  });
  t.deepEqual(forward(0.25, 1.5), Float32Array.of(0.25, 0.5));
});
