import test from 'ava';
import { compile } from '../../compiler/index.js';
import * as forward from '../../runtime/forward.js';
import * as runtime from '../../runtime/index.js';
import { customSection, join } from '../../compiler/emit/splice.js';
import { MANIFEST_SECTION } from '../../runtime/manifest.js';
import { limitMemory } from '../abi/sections.js';
import { bytesOf } from './models.js';

/** `f32x4.relaxed_madd` */
const RELAXED_MADD = Buffer.of(253, 133, 2);
const HEADER = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
const { CompileError, Module } = WebAssembly;

const loaders = { 'nacre/runtime': runtime, 'nacre/runtime/forward': forward };

/** A module that is nothing but a manifest. */
const withManifest = (text: string): Uint8Array =>
  join([HEADER, customSection(MANIFEST_SECTION, new TextEncoder().encode(text))]);

interface Row {
  readonly title: string;
  readonly source: () => unknown;
  readonly code: string;
  readonly message: string | RegExp;
}

const notSource = (title: string, source: unknown, got: string): Row => ({
  title,
  source: () => source,
  code: 'source',
  message: `instantiate: expects a WebAssembly.Module or its bytes, got ${got}`,
});
const damaged = /^instantiate: the module is damaged or refused; load it again \(.+\)$/;
const foreign = 'instantiate: the module is damaged or not of nacre; load it again';

const rows: readonly Row[] = [
  notSource('nothing', undefined, 'undefined'),
  notSource('null', null, 'null'),
  notSource('a number', 42, '42'),
  notSource('a file name', 'model.wasm', "'model.wasm'"),
  notSource('an object', {}, 'Object'),
  notSource('an object without prototype', Object.create(null), 'Object'),
  notSource('a list of bytes', [0, 97, 115, 109], 'Array'),
  notSource('a text for the binary', { binary: 'AGFzbQ' }, "'AGFzbQ'"),
  notSource('one of two targets', { baseline: HEADER }, 'Object'),
  { title: 'no bytes', source: () => new Uint8Array(0), code: 'damaged', message: damaged },
  { title: 'text in bytes', source: () => new TextEncoder().encode('not a module'), code: 'damaged', message: damaged },
  { title: 'bytes of another format', source: () => new Uint8Array(64).buffer, code: 'damaged', message: damaged },
  { title: 'an empty module', source: () => HEADER, code: 'foreign', message: foreign },
  { title: 'a foreign module', source: () => new Module(HEADER), code: 'foreign', message: foreign },
  {
    title: 'a later ABI version',
    source: () => withManifest('{"abi":2}'),
    code: 'abi',
    message: 'instantiate: the module has ABI version 2, this runtime reads 1; compile it again',
  },
  {
    title: 'a manifest without a version',
    source: () => withManifest('{}'),
    code: 'abi',
    message: 'instantiate: the module has ABI version undefined, this runtime reads 1; compile it again',
  },
  ...['', '{', 'null', '{"abi":1}', '{"abi":1,"seed":"x","symbols":[],"inputs":[],"outputs":[]}'].map((text) => ({
    title: `the manifest ${text || 'of no bytes'}`,
    source: () => withManifest(text),
    code: 'damaged',
    message: damaged,
  })),
];

for (const [loader, { instantiate, instantiateSync }] of Object.entries(loaders)) {
  for (const { title, source, code, message } of rows) {
    test(`${title} (${loader})`, async (t) => {
      const errors = [
        t.throws(() => instantiateSync(source() as never)),
        await t.throwsAsync(instantiate(source() as never)),
      ];
      for (const error of errors) {
        t.true(error instanceof runtime.ModuleError, String(error));
        t.like(error, { name: 'ModuleError', code, subject: 'instantiate' });
        if (message instanceof RegExp) t.regex(error.message, message);
        else t.is(error.message, message);
      }
    });
  }

  test(`a module cut off anywhere is refused (${loader})`, async (t) => {
    const bytes = await bytesOf('dense');
    for (let length = 0; length < bytes.length; length += length < 64 ? 1 : 37) {
      const error = t.throws(() => instantiateSync(bytes.slice(0, length)), undefined, `${length} bytes`);
      t.true(error instanceof runtime.ModuleError, `${length} bytes: ${String(error)}`);
      t.regex(error.message, /^instantiate: the module is damaged or (refused|not of nacre); load it again/);
    }
    t.notThrows(() => instantiateSync(bytes));
  });

  test(`a flipped byte of the manifest is refused or harmless, never a foreign error (${loader})`, async (t) => {
    const bytes = await bytesOf('dense');
    const start = bytes.length - new TextEncoder().encode(JSON.stringify(instantiateSync(bytes).manifest)).length;
    for (let at = start; at < bytes.length; at += 5) {
      const changed = bytes.slice();
      changed[at]! ^= 1;
      try {
        instantiateSync(changed);
      } catch (error) {
        t.true(error instanceof runtime.ModuleError, `byte ${at}: ${String(error)}`);
      }
    }
    t.pass();
  });
}

test.serial('a host that forbids compiling from bytes', async (t) => {
  const bytes = await bytesOf('dense');
  const module = new Module(bytes as BufferSource);
  const { Module: original, compile: originalCompile } = WebAssembly;
  const refusals = [
    new CompileError('WebAssembly.Module(): Wasm code generation disallowed by embedder'),
    new CompileError(
      "WebAssembly.compile(): Compiling or instantiating WebAssembly module violates the following Content Security policy directive because neither 'wasm-eval' nor 'unsafe-eval' is an allowed source of script",
    ),
    new CompileError('call to WebAssembly.compile() blocked by CSP'),
    new EvalError("Refused to create a WebAssembly object because 'unsafe-eval' or 'wasm-unsafe-eval' is not allowed"),
    new Error('call to WebAssembly.Module() blocked by CSP'),
    new TypeError('WebAssembly.compile is not a function'),
  ];
  t.teardown(() => Object.assign(WebAssembly, { Module: original, compile: originalCompile }));
  for (const refusal of refusals) {
    const construct = (): never => {
      throw refusal;
    };
    const Refusing = new Proxy(original, { construct });
    Object.assign(WebAssembly, { Module: Refusing, compile: () => Promise.reject(refusal) });
    for (const { instantiate, instantiateSync } of Object.values(loaders)) {
      for (const error of [t.throws(() => instantiateSync(bytes)), await t.throwsAsync(instantiate(bytes))]) {
        t.is(
          error.message,
          "instantiate: this host compiles no WebAssembly from bytes; allow 'wasm-unsafe-eval' in its CSP or import the .wasm",
        );
        t.like(error, { name: 'ModuleError', code: 'host' });
      }
      t.is(instantiateSync(module).forward({ x: new Float32Array(10) })['y']!.data.length, 3);
      t.is((await instantiate(module)).forward({ x: new Float32Array(10) })['y']!.data.length, 3);
    }
  }
});

test('the module of the target that the host has', async (t) => {
  const source = JSON.stringify({
    nacre: 1,
    inputs: [{ name: 'x', shape: ['batch', 64] }],
    layers: [{ name: 'y', kind: 'dense', units: 64 }],
    outputs: ['y'],
  });
  const both = { baseline: await compile(source), relaxed: await compile(source, { target: 'relaxed' }) };
  const binaries = { baseline: both.baseline.binary, relaxed: both.relaxed.binary };
  const expected = WebAssembly.validate(binaries.relaxed as BufferSource) ? 'relaxed' : 'baseline';
  for (const { instantiate, instantiateSync } of Object.values(loaders)) {
    t.is(instantiateSync(both).manifest.target, expected);
    t.is((await instantiate(binaries)).manifest.target, expected);
  }
});

test.serial('relaxed where the host validates it, else baseline', async (t) => {
  const { validate } = WebAssembly;
  t.teardown(() => Object.assign(WebAssembly, { validate }));
  const choice = { baseline: await bytesOf('dense'), relaxed: await bytesOf('small') };
  for (const isRelaxed of [true, false]) {
    const knows = (bytes: Uint8Array) => isRelaxed || !Buffer.from(bytes).includes(RELAXED_MADD);
    Object.assign(WebAssembly, { validate: knows });
    for (const { instantiateSync } of Object.values(loaders)) {
      const chosen = instantiateSync(isRelaxed ? choice.relaxed : choice.baseline).manifest;
      t.deepEqual(instantiateSync(choice).manifest, chosen);
    }
  }
});

test('a host without the memory that a call needs', async (t) => {
  const bytes = limitMemory(await bytesOf('dense'), 1);
  const most = new Float32Array(640).fill(1);
  const wide = limitMemory(await bytesOf('sequence'), 1);
  for (const { instantiateSync } of Object.values(loaders)) {
    t.is(instantiateSync(bytes).forward({ x: most })['y']!.data.length, 192);
    const net = instantiateSync(wide);
    const x = { data: new Float32Array(9 * 3).fill(1), shape: [1, 9, 3] };
    const expected = net.forward({ x });
    const error = t.throws(() => net.forward({ x: { data: new Float32Array(30_000), shape: [1, 10_000, 3] } }));
    t.regex(error.message, /^memory: the host refused \d{6} bytes; drop other instances$/);
    t.like(error, { name: 'ModuleError', code: 'memory' });
    t.deepEqual(net.forward({ x }), expected);
  }
});
