import { createContext, runInContext } from 'node:vm';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { build } from 'esbuild';
import { compile, dense, input, sequential } from '../../compiler/index.js';
import * as forward from '../../runtime/forward.js';
import { instantiate, instantiateSync, type Tensor } from '../../runtime/index.js';
import { onHost, withoutOpcodes } from './host.js';
import { bytesOf, validInputs } from './models.js';

const x = new Float32Array(10).fill(1);

const valuesOf = (outputs: Readonly<Record<string, Tensor>>): string => outputs['y']!.data.join();

/** The smallest loader in a realm of its own, where classes are not those of this one. */
async function foreignLoader(canCompile: boolean): Promise<typeof forward> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../../runtime/forward.js', import.meta.url))],
    ...{ bundle: true, write: false, format: 'iife', globalName: 'loader', target: 'es2022' },
  });
  const context = createContext({ TextDecoder }, { codeGeneration: { strings: false, wasm: canCompile } });
  return runInContext(`${outputFiles[0]!.text};loader`, context) as typeof forward;
}

test('modules and bytes of another realm', async (t) => {
  const bytes = await bytesOf('dense');
  const module = new WebAssembly.Module(bytes as BufferSource);
  const expected = valuesOf(instantiateSync(module).forward({ x }));
  const loader = await foreignLoader(true);
  for (const source of [module, bytes, bytes.slice().buffer, { binary: bytes }, Buffer.from(bytes)]) {
    for (const net of [loader.instantiateSync(source), await loader.instantiate(source)]) {
      t.deepEqual(valuesOf(net.forward({ x: [Array.from(x)] })), expected);
    }
  }
});

test('a realm that compiles nothing takes modules, and tells bytes that it would not compile from damaged ones', async (t) => {
  const bytes = await bytesOf('dense');
  const { instantiate: load, instantiateSync: loadSync } = await foreignLoader(false);
  for (const error of [
    t.throws(() => loadSync(bytes), { any: true }),
    await t.throwsAsync(load(bytes), { any: true }),
  ]) {
    t.like(error, { name: 'ModuleError', code: 'host' });
    t.regex((error as Error).message, /'wasm-unsafe-eval'/);
  }
  const cut = bytes.slice(0, -1);
  for (const error of [t.throws(() => loadSync(cut), { any: true }), await t.throwsAsync(load(cut), { any: true })]) {
    t.like(error, { name: 'ModuleError', code: 'damaged' });
  }
  const module = new WebAssembly.Module(bytes as BufferSource);
  t.is(loadSync(module).forward({ x: [Array.from(x)] })['y']!.data.length, 3);
});

test('a relaxed module where there is no relaxed SIMD', async (t) => {
  const graph = sequential([input(['batch', 64]), dense({ units: 64 })]);
  const { binary } = await compile(graph, { target: 'relaxed' });
  const message =
    "instantiate: this host has no relaxed SIMD; compile for target 'baseline' or pass { baseline, relaxed }";
  const faults = withoutOpcodes(binary, [253, 133, 2]);
  for (const loader of [forward, { instantiateSync }]) {
    t.throws(() => onHost(faults, () => loader.instantiateSync(binary)), { name: 'ModuleError', message });
  }
  // Damaged, it is damaged; on a host that has the instructions too.
  const cut = binary.slice(0, 900);
  t.throws(() => onHost(withoutOpcodes(cut, [253, 133, 2]), () => instantiateSync(cut)), { code: 'damaged' } as never);
  t.throws(() => instantiateSync(cut), { name: 'ModuleError', message: /damaged/ });
});

test.serial('a host without WebAssembly', async (t) => {
  const bytes = await bytesOf('dense');
  const original = WebAssembly;
  const message = 'instantiate: this host has no WebAssembly with SIMD; update it';
  try {
    (globalThis as { WebAssembly?: unknown }).WebAssembly = undefined;
    const both = { baseline: bytes, relaxed: bytes };
    for (const source of [bytes, both]) {
      t.throws(() => instantiateSync(source), { name: 'ModuleError', message });
      await t.throwsAsync(instantiate(source), { name: 'ModuleError', message });
    }
  } finally {
    globalThis.WebAssembly = original;
  }
});

test('a host without memory for another instance', async (t) => {
  const bytes = await bytesOf('dense');
  const refusals = [
    new RangeError('WebAssembly.Instance(): Out of memory: Cannot allocate Wasm memory'),
    'out of memory',
  ];
  for (const instance of refusals) {
    t.throws(() => onHost({ instance }, () => instantiateSync(bytes)), {
      name: 'ModuleError',
      message: 'instantiate: the host refused memory; drop other instances',
    });
  }
  const instance = new WebAssembly.LinkError('no import');
  t.throws(() => onHost({ instance }, () => instantiateSync(bytes)), {
    message: /is damaged or refused; .*\(no import\)$/,
  });
});

test('promises and responses bring modules and bytes', async (t) => {
  const bytes = await bytesOf('dense');
  const expected = instantiateSync(bytes).forward(validInputs('dense'));
  const sources = {
    'a promise of bytes': Promise.resolve(bytes),
    'a promise of a module': WebAssembly.compile(bytes as BufferSource),
    'a response': new Response(bytes.slice()),
    'a response of any type': Promise.resolve(
      new Response(bytes.slice(), { headers: { 'content-type': 'text/plain' } }),
    ),
    'a Blob': new Blob([bytes.slice()]) as never,
  };
  for (const [title, source] of Object.entries(sources)) {
    const net = await instantiate(source as Promise<Uint8Array>);
    t.deepEqual(net.forward(validInputs('dense') as never), expected, title);
  }
  t.deepEqual((await forward.instantiate(sources['a promise of bytes'])).forward(validInputs('dense')), expected);
  const failed = Promise.reject(new TypeError('fetch failed'));
  await t.throwsAsync(instantiate(failed), { instanceOf: TypeError, message: 'fetch failed' });
});

test('a promise of a compilation brings the functions of its graph', async (t) => {
  const filled = () => new Float32Array(8).fill(2);
  const graph = sequential([input(['batch', 4]), dense({ units: 2, weight: filled })]);
  const net = await instantiate(compile(graph));
  t.deepEqual([...net.forward({ x: [[1, 1, 1, 1]] }).y.data], [8, 8]);
});

test('1,000 instances of one module do not know of each other', async (t) => {
  const module = new WebAssembly.Module((await bytesOf('dense')) as BufferSource);
  const nets = Array.from({ length: 1000 }, () => instantiateSync(module));
  const outputs = nets.map((net, seed) => {
    net.initialize({ seed });
    return valuesOf(net.forward({ x }));
  });
  t.is(new Set(outputs).size, 1000);
  for (const seed of [0, 1, 499, 999]) {
    const alone = instantiateSync(module);
    alone.initialize({ seed });
    t.is(valuesOf(alone.forward({ x })), outputs[seed]!);
    t.is(valuesOf(nets[seed]!.forward({ x })), outputs[seed]!);
  }
});
