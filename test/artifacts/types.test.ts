import { fileURLToPath } from 'node:url';
import test from 'ava';
import ts from 'typescript';
import {
  compile,
  dense,
  input,
  loaderSource,
  sequential,
  type CompileOptions,
  type LoaderOptions,
} from '../../compiler/index.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

const perceptron = sequential([input(['batch', 10]), dense({ units: 30 }), dense({ units: 15 })]);

/** What every model of this network takes and refuses: a directive fails where the line after it is accepted. */
const computes = `
expectTypeOf(net.forward).parameter(0).toHaveProperty('x');
const { y } = net.forward({ x: new Float32Array(10) });
expectTypeOf(y).toEqualTypeOf<Tensor<'float32', readonly [batch: number, units: 15]>>();
expectTypeOf(y.shape[1]).toEqualTypeOf<15>();
expectTypeOf(y.shape[0]).toEqualTypeOf<number>();
expectTypeOf(y.data).toEqualTypeOf<Float32Array>();
expectTypeOf(net.inputs.x).toEqualTypeOf<Float32Array>();
// @ts-expect-error
net.forward({ z: new Float32Array(10) });
// @ts-expect-error
net.forward({ x: new Float64Array(10) });
// @ts-expect-error
net.forward({ x: new Float32Array(10) }).z;
// @ts-expect-error
y.shape[2];
net.resize({ x: [4, 10] });
// @ts-expect-error
net.resize({ x: [4] });
// @ts-expect-error
net.resize({ x: [4, 11] });
`;

const hasVariables = `
expectTypeOf(net).toEqualTypeOf<Model<Signature>>();
expectTypeOf(net.variables.get).parameter(0).toEqualTypeOf<Signature['variables']>();
expectTypeOf(net.variables.get('dense_1.weight').data).toEqualTypeOf<Float32Array>();
// @ts-expect-error
net.variables.get('dense_9.weight');
`;

const onlyForward = `
expectTypeOf(net).toEqualTypeOf<ForwardModel<Signature>>();
// @ts-expect-error
net.variables;
`;

const prelude = `
import { expectTypeOf } from 'expect-type';
import type { ForwardModel, Model, Tensor } from 'nacre/runtime';
`;

const isLoader = `
import load, { ModuleError, type Signature } from './model.js';
expectTypeOf(new ModuleError('code', 'subject', 'what')).toExtend<Error>();
`;

interface Case {
  readonly compile?: CompileOptions;
  readonly loader?: LoaderOptions;
  readonly text: string;
}

const cases: Readonly<Record<string, Case>> = {
  'a module': {
    text: `
import module, { type Signature } from './model.wasm';
import { instantiate, instantiateSync } from 'nacre/runtime';
const net = await instantiate(module);
expectTypeOf(instantiateSync(module)).toEqualTypeOf<Model<Signature>>();
${computes}${hasVariables}`,
  },
  'a loader': {
    text: `${isLoader}
const net = await load();
await load({ wasm: new URL('file:///model.wasm'), onWarning: (text) => void text.length });
await load({ wasm: fetch('model.wasm') });
// @ts-expect-error
await load({ weights: new Uint8Array() });
${computes}${hasVariables}`,
  },
  'a loader of frozen parameters': {
    compile: { parameters: 'frozen' },
    text: `${isLoader}
const net = await load();
// @ts-expect-error
await load({ onWarning: () => undefined });
${computes}${onlyForward}`,
  },
  'a loader that imports': {
    loader: { for: 'cloudflare', runtime: 'forward' },
    text: `${isLoader}
import { loadSync } from './model.js';
const net = loadSync();
expectTypeOf(load).returns.toEqualTypeOf<Promise<ForwardModel<Signature>>>();
expectTypeOf(load).parameters.toEqualTypeOf<[]>();
${computes}${onlyForward}`,
  },
  'a loader with its module': {
    loader: { inline: true },
    text: `${isLoader}
import { loadSync } from './model.js';
const net = loadSync({ onWarning: () => undefined });
// @ts-expect-error
await load({ wasm: new Uint8Array() });
${computes}${hasVariables}`,
  },
  'a loader with external weights': {
    compile: { weights: 'external' },
    text: `${isLoader}
const net = await load();
await load({ weights: await fetch('w'), wasm: new Uint8Array() });
await load({ weights: 'https://example.com/w' });
// @ts-expect-error
await load({ weights: 42 });
${computes}${hasVariables}`,
  },
  'a loader that imports and takes weights': {
    compile: { weights: 'external' },
    loader: { for: 'vercel' },
    text: `${isLoader}
import { loadSync } from './model.js';
const net = await load({ weights: fetch('w') });
expectTypeOf(loadSync({ weights: new Uint8Array() })).toEqualTypeOf<Model<Signature>>();
// @ts-expect-error
await load();
// @ts-expect-error
loadSync({ weights: fetch('w') });
${computes}${hasVariables}`,
  },
};

const options: ts.CompilerOptions = {
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  skipLibCheck: false,
  allowArbitraryExtensions: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
  types: [],
  paths: {
    'nacre/runtime': [`${root}build/runtime/index.d.ts`],
    'nacre/runtime/external': [`${root}build/runtime/external.d.ts`],
  },
};

/** What TypeScript says of files, all at once: each folder of them is a program of its own. */
function check(files: ReadonlyMap<string, string>): readonly string[] {
  const host = ts.createCompilerHost(options);
  const disk = { ...host };
  const folders = new Set([...files.keys()].map((name) => name.slice(0, name.lastIndexOf('/'))));
  host.directoryExists = (name) => folders.has(name) || (disk.directoryExists?.(name) ?? true);
  host.fileExists = (name) => files.has(name) || disk.fileExists(name);
  host.readFile = (name) => files.get(name) ?? disk.readFile(name);
  host.getSourceFile = (name, target, ...rest) =>
    files.has(name) ? ts.createSourceFile(name, files.get(name)!, target) : disk.getSourceFile(name, target, ...rest);
  const roots = [...files.keys()].filter((name) => name.endsWith('main.ts'));
  return ts
    .getPreEmitDiagnostics(ts.createProgram(roots, options, host))
    .map(({ file, start = 0, code, messageText }) => {
      const line = file ? file.text.slice(0, start).split('\n').length : 0;
      const text = file?.text.split('\n')[line - 1] ?? '';
      const where = file?.fileName.replace(root, '') ?? '';
      return `${where}:${line}: ${text}: TS${code} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
}

async function programs(cases: readonly Case[]): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const [index, { text, compile: compiling, loader }] of cases.entries()) {
    const compiled = await compile(perceptron, compiling);
    const folder = `${root}artifact-types-${index}`;
    files.set(`${folder}/model.d.wasm.ts`, compiled.types);
    files.set(`${folder}/model.d.ts`, (await loaderSource(compiled, loader)).types);
    files.set(`${folder}/main.ts`, prelude + text);
  }
  return files;
}

test('TypeScript holds programs to the types of modules and loaders', async (t) => {
  t.timeout(120_000);
  t.deepEqual(check(await programs(Object.values(cases))), []);
});

test('what the types refuse is refused for its own reason', async (t) => {
  t.timeout(120_000);
  const text = cases['a loader']!.text.replaceAll('// @ts-expect-error\n', '');
  const codes = check(await programs([{ text }])).map((line) => /: (TS\d+)/.exec(line)![1]);
  t.deepEqual(codes, ['TS2353', 'TS2353', 'TS2322', 'TS2339', 'TS2493', 'TS2322', 'TS2322', 'TS2345']);
});
