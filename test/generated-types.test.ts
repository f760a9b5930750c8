import { fileURLToPath } from 'node:url';
import test from 'ava';
import ts from 'typescript';
import {
  compile,
  conv1d,
  dense,
  embedding,
  flatten,
  globalAveragePooling1d,
  graph,
  input,
  maxPooling1d,
  sequential,
  type Graph,
} from '../compiler/index.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

const perceptron = sequential([
  input(['batch', 10]),
  dense({ units: 30, activation: 'sigmoid' }),
  dense({ units: 15, activation: 'sigmoid' }),
]);

test('the text of a typed module', async (t) => {
  t.is(
    (await compile(perceptron)).types,
    `import type { CompiledWasm, Tensor } from 'nacre/runtime';

export interface Signature {
  inputs: {
    /** free: batch */ x: Tensor<'float32', readonly [batch: number, features: 10]>;
  };
  outputs: {
    y: Tensor<'float32', readonly [batch: number, units: 15]>;
  };
  variables: 'dense_1.weight' | 'dense_1.bias' | 'dense_2.weight' | 'dense_2.bias';
}
declare const module: CompiledWasm<Signature>;
export default module;
`,
  );
});

const tokens = input(['batch', 'time'], { dtype: 'int32' });
const embedded = tokens.pipe(embedding({ inputDim: 7, outputDim: 4 }));
const ports: readonly (readonly [title: string, model: Graph, lines: readonly string[]])[] = [
  [
    'channels and filters',
    sequential([input(['batch', null, 3]), conv1d({ filters: 4, kernelSize: 3, activation: 'relu' })]),
    [
      `/** free: batch, length */ x: Tensor<'float32', readonly [batch: number, length: number, channels: 3]>;`,
      `y: Tensor<'float32', readonly [batch: number, length: number, filters: 4]>;`,
    ],
  ],
  [
    'channels first',
    sequential([input([2, 3, 9]), conv1d({ filters: 4, kernelSize: 3, dataFormat: 'channelsFirst' })]),
    [
      `x: Tensor<'float32', readonly [batch: 2, channels: 3, length: 9]>;`,
      `y: Tensor<'float32', readonly [batch: 2, filters: 4, length: 7]>;`,
    ],
  ],
  [
    'sizes that the first input fixes',
    sequential([dense({ units: 4 }), dense({ units: 2, activation: 'softmax' })]),
    [
      `/** free: batch; fixed by the first input: features */ x: Tensor<'float32', readonly [batch: number, features: number]>;`,
      `y: Tensor<'float32', readonly [batch: number, units: 2]>;`,
    ],
  ],
  [
    'an end that is no dense layer',
    sequential([input(['batch', 8, 3]), maxPooling1d({ poolSize: 2 }), flatten()]),
    [
      `/** free: batch */ x: Tensor<'float32', readonly [batch: number, length: 8, channels: 3]>;`,
      `y: Tensor<'float32', readonly [batch: number, axis1: 12]>;`,
    ],
  ],
  [
    'names that are no identifiers, indices, a size that another follows from',
    graph({
      inputs: { 'the-tokens': tokens },
      outputs: { all: embedded, mean: embedded.pipe(globalAveragePooling1d()) },
    }),
    [
      `/** free: batch, time */ 'the-tokens': Tensor<'int32', readonly [batch: number, time: number]>;`,
      `all: Tensor<'float32', readonly [batch: number, time: number, channels: 4]>;`,
      `mean: Tensor<'float32', readonly [batch: number, axis1: 4]>;`,
    ],
  ],
];

for (const [title, model, lines] of ports) {
  test(`types of ports: ${title}`, async (t) => {
    const { types } = await compile(model);
    t.deepEqual(
      types.split('\n').flatMap((line) => (line.startsWith('    ') ? [line.trim()] : [])),
      lines,
    );
  });
}

test('types of ports: limits', async (t) => {
  const { types } = await compile(perceptron, { dims: { batch: { min: 2, max: 64 } } });
  t.regex(types, /\/\*\* free: batch \(at least 2, at most 64\) \*\/ x:/);
});

/** Lines of a program that imports the module, and what TypeScript says of each: nothing, or an error of this number. */
const lines: readonly (readonly [line: string, code?: number])[] = [
  [`import digits from './digits.wasm';`],
  [`import { instantiate, instantiateSync } from 'nacre/runtime';`],
  [`import * as small from 'nacre/runtime/forward';`],
  [`import { constant, heUniform, varianceScaling } from 'nacre/initializers';`],
  [`const net = await instantiate(digits), x = new Float32Array(10);`],
  [`const y = net.forward({ x }).y, data: Float32Array = y.data;`],
  [`const units: 15 = y.shape[1];`],
  [`const batch: 1 = y.shape[0];`, 2322],
  [`const wrong: 16 = y.shape[1];`, 2322],
  [`const third = y.shape[2];`, 2493],
  [`net.forward({ x: [[1, 2, 3]] }), net.forward({ x: { data: x, shape: [1, 10] } });`],
  [`net.forward({ z: x });`, 2353],
  [`net.forward({});`, 2345],
  [`net.forward({ x: new Float64Array(10) });`, 2322],
  [`net.forward({ x: 'x' });`, 2322],
  [`net.forward({ x }).z;`, 2339],
  [`net.inputs.x.set(data), net.run(), net.outputs.y.at(-1);`],
  [`net.inputs.y;`, 2339],
  [`net.resize({ x: [4, 10] }), net.resize({});`],
  [`net.resize({ x: [4, 11] });`, 2322],
  [`net.resize({ x: [4] });`, 2322],
  [`net.resize({ z: [4, 10] });`, 2353],
  [`const w: Float32Array = net.variables.get('dense_2.weight').data;`],
  [`net.variables.get('dense_9.weight');`, 2345],
  [`net.variables.set('dense_1.bias', w), net.variables.set('dense_1.weight', [[1], [2]]);`],
  [`net.variables.set('dense_1.bais', w);`, 2345],
  [`net.variables.update('dense_1.bias', (data, { index }) => { data[index(0)] = 42; });`],
  [`net.variables.update('dense_1.bias', (data) => data.map((v) => v + 1));`],
  [`net.variables.update('dense_1.bias', () => 'zeros');`, 2322],
  [`net.initialize({ seed: 'random', force: true, only: [/weight$/, 'dense_1'], initializer: constant(42) });`],
  [`net.initialize({ initializer: heUniform() }), net.initialize({ initializer: varianceScaling({ scale: 2 }) });`],
  [`net.initialize({ initializer: 'he_uniform' }), net.initialize({ initializer: 0.5 }), net.initialize();`],
  [`net.initialize({ seed: 'chance' });`, 2322],
  [`net.initialize({ forced: true });`, 2561],
  [`const state: 'ready' | 'uninitialized' | 'deferred' = net.variables.list(/weight/)[0]!.state;`],
  [`const open: readonly (number | null)[] = net.shapes.inputs.x;`],
  [`const seed: bigint = net.seed;`],
  [`const same: 15 = instantiateSync(digits).forward({ x }).y.shape[1];`],
  [`const forward: 15 = small.instantiateSync(digits).forward({ x }).y.shape[1];`],
  [`small.instantiateSync(digits).variables;`, 2339],
  [`const loose = await instantiate(new Uint8Array()), maybe = loose.forward({ anything: [1] })['y']!.data;`],
  [`loose.variables.get('any');`],
  [
    `const either = await instantiate({ baseline: digits, relaxed: digits }), also: 15 = either.forward({ x }).y.shape[1];`,
  ],
  [`import { build, compile, dense, input, sequential } from 'nacre';`],
  [`const built = await build(sequential([input(['batch', 2]), dense({ units: 1 })]));`],
  [`const output: Float32Array = built.forward({ x }).y.data;`],
  [`built.forward({ z: x });`, 2353],
  [`const made = await instantiate(await compile(sequential([dense({ units: 1 })])));`],
  [`made.forward({ x }).z;`, 2339],
];

test('TypeScript holds programs to the generated types', async (t) => {
  t.timeout(120_000);
  const { types } = await compile(perceptron);
  const files: Readonly<Record<string, string>> = {
    [`${root}main.ts`]: lines.map(([line]) => line).join('\n'),
    [`${root}digits.d.wasm.ts`]: types,
  };
  const options: ts.CompilerOptions = {
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: true,
    allowArbitraryExtensions: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
    types: [],
    paths: {
      nacre: [`${root}build/compiler/index.d.ts`],
      'nacre/initializers': [`${root}build/compiler/initializers/index.d.ts`],
      'nacre/runtime': [`${root}build/runtime/index.d.ts`],
      'nacre/runtime/forward': [`${root}build/runtime/forward.d.ts`],
    },
  };
  const host = ts.createCompilerHost(options);
  const disk = { ...host };
  host.fileExists = (name) => name in files || disk.fileExists(name);
  host.readFile = (name) => files[name] ?? disk.readFile(name);
  host.getSourceFile = (name, target, ...rest) =>
    name in files ? ts.createSourceFile(name, files[name]!, target) : disk.getSourceFile(name, target, ...rest);
  const program = ts.createProgram([`${root}main.ts`], options, host);
  const found = ts.getPreEmitDiagnostics(program).map(({ file, start, code, messageText }) => {
    const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line : -1;
    return { line, code, text: ts.flattenDiagnosticMessageText(messageText, '\n') };
  });
  lines.forEach(([line, code], index) => {
    const said = found.filter((diagnostic) => diagnostic.line === index);
    t.deepEqual(
      [...new Set(said.map((diagnostic) => diagnostic.code))],
      code === undefined ? [] : [code],
      `${line}\n${said[0]?.text ?? ''}`,
    );
  });
  t.deepEqual(
    found.filter(({ line }) => line < 0),
    [],
  );
});
