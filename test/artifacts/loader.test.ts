import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import test from 'ava';
import { build } from 'esbuild';
import {
  compile,
  dense,
  input,
  loaderSource,
  sequential,
  type CompileOptions,
  type LoaderOptions,
} from '../../compiler/index.js';
import { instantiate } from '../../runtime/external.js';
import { drawn, known, makePlace, type Loading, type Place } from './models.js';

const rows = { x: { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] } };
const expected = async (options: CompileOptions = {}) =>
  (await instantiate(await compile(drawn, { seed: 7, ...options }))).forward(rows).y;

async function place(
  t: { teardown(done: () => Promise<void>): void },
  ...args: Parameters<typeof makePlace>
): Promise<Place> {
  const made = await makePlace(...args);
  t.teardown(made.close);
  return made;
}

const isRelaxed = WebAssembly.validate((await compile(drawn, { target: 'relaxed' })).binary as BufferSource);

const frozen: CompileOptions = { parameters: 'frozen', seed: 7 };
const external: CompileOptions = { weights: 'external', seed: 7 };
const cases: readonly (readonly [title: string, compiled: CompileOptions, loader: LoaderOptions])[] = [
  ['full', { seed: 7 }, {}],
  ['frozen', frozen, {}],
  ['full where parameters are frozen', frozen, { runtime: 'full' }],
  ['forward where they are not', { seed: 7 }, { runtime: 'forward' }],
  ['external', external, {}],
  ['external and frozen', { ...external, parameters: 'frozen' }, {}],
  ['inline', { seed: 7 }, { inline: true }],
  ['inline for a host of URLs', frozen, { inline: true, for: 'netlify' }],
];

for (const [title, options, loader] of cases) {
  test(`a loader reads what stands beside it: ${title}`, async (t) => {
    const { import: open, write } = await place(t);
    const compiled = await compile(drawn, options);
    const { js, runtime } = await loaderSource(compiled, {
      wasm: './a #1?.wasm',
      weights: './w 100%.safetensors',
      ...loader,
    });
    await write({ 'a #1?.wasm': compiled.binary, 'w 100%.safetensors': compiled.weights ?? '', 'model.js': js });
    const { default: load } = await open('model.js');
    const net = await load();
    t.deepEqual(net.forward(rows).y, await expected(options));
    t.is('variables' in net, runtime === 'full');
    t.is(runtime, loader.runtime ?? (options.parameters === 'frozen' ? 'forward' : 'full'));
    t.not(await load(), net);
  });
}

test('two modules: the loader takes the one that the engine runs', async (t) => {
  const { import: open, write } = await place(t);
  const [baseline, relaxed] = [await compile(drawn), await compile(drawn, { target: 'relaxed' })];
  for (const options of [{}, { inline: true }]) {
    const { js } = await loaderSource({ baseline, relaxed }, options);
    await write({ 'model.wasm': baseline.binary, 'model.relaxed.wasm': relaxed.binary, 'model.js': js });
    const { target } = (await (await open('model.js')).default()).manifest;
    t.is(target, isRelaxed ? 'relaxed' : 'baseline');
  }
});

test('a server may say that the module is WebAssembly or not', async (t) => {
  const compiled = await compile(drawn, external);
  const { js } = await loaderSource(compiled);
  for (const type of ['application/wasm', 'application/wasm; charset=utf-8', 'text/plain', undefined]) {
    const {
      import: open,
      write,
      url,
      asked,
    } = await place(t, (name) => ({
      body: name.endsWith('.wasm') ? compiled.binary : compiled.weights!,
      ...(type !== undefined && { type }),
    }));
    await write({ 'model.js': js });
    const { default: load } = await open('model.js');
    const net = await load({ wasm: `${url}m.wasm`, weights: new URL('w', url) });
    t.deepEqual(net.forward(rows).y, await expected(external));
    t.deepEqual(asked.sort(), ['/m.wasm', '/w']);
  }
});

test('a module is compiled once, and asked for again after a failure', async (t) => {
  const { import: open, write } = await place(t);
  const compiled = await compile(known);
  await write({ 'model.js': (await loaderSource(compiled)).js });
  const { default: load, ModuleError } = await open('model.js');
  await t.throwsAsync(load(), { instanceOf: ModuleError, message: /model\.wasm cannot be read: ENOENT/ });
  await write({ 'model.wasm': compiled.binary });
  t.deepEqual((await load()).forward({ x: [[4, 5]] })['y']!.data, Float32Array.of(23));
  await write({ 'model.wasm': 'no module' });
  t.deepEqual((await load()).forward({ x: [[4, 5]] })['y']!.data, Float32Array.of(23));
});

test('what cannot be loaded is a ModuleError', async (t) => {
  const compiled = await compile(drawn, external);
  const other = await compile(drawn, { ...external, seed: 8 });
  const bodies: Readonly<Record<string, { status?: number; type?: string; body: Uint8Array | string }>> = {
    good: { type: 'application/wasm', body: compiled.binary },
    weights: { body: compiled.weights! },
    missing: { status: 404, body: 'not found' },
    page: { type: 'text/html', body: '<!doctype html>' },
    'page.wasm': { type: 'application/wasm', body: '<!doctype html>' },
    other: { type: 'application/wasm', body: other.binary },
    'other.weights': { body: other.weights! },
  };
  const { import: open, write, url } = await place(t, (name) => bodies[name]!);
  await write({ 'model.js': (await loaderSource(compiled)).js });
  const { default: load, ModuleError } = await open('model.js');
  const refused: readonly (readonly [wasm: unknown, weights: unknown, message: RegExp])[] = [
    [`${url}missing`, `${url}weights`, /^load: http:.*\/missing has status 404$/],
    [`${url}page`, `${url}weights`, /^instantiate: the module is damaged or refused; load it again \(/],
    [`${url}page.wasm`, `${url}weights`, /^instantiate: the module is damaged or refused; load it again \(/],
    ['http://127.0.0.1:9/', `${url}weights`, /^load: http:\/\/127\.0\.0\.1:9\/ cannot be fetched: /],
    ['model.wasm', `${url}weights`, /^load: expects an absolute URL, got 'model\.wasm'$/],
    [fetch(`${url}page.wasm`), `${url}weights`, /^instantiate: the module is damaged or refused; load it again \(/],
    [fetch(`${url}missing`), `${url}weights`, /^load: the response has status 404$/],
    [42, `${url}weights`, /^instantiate: expects a WebAssembly\.Module or its bytes, got 42$/],
    [
      `${url}other`,
      `${url}weights`,
      /^load: expects module [\da-f]{16}, seed 7, got [\da-f]{16}, seed 8; deploy what one compilation has written$/,
    ],
    [`${url}good`, `${url}other.weights`, /^weights: expects SHA-256 /],
    [`${url}good`, `${url}missing`, /missing has status 404$/],
  ];
  for (const [wasm, weights, message] of refused) {
    await t.throwsAsync(load({ wasm, weights }), { instanceOf: ModuleError, message });
  }
  t.deepEqual((await load({ wasm: `${url}good`, weights: `${url}weights` })).forward(rows).y, await expected(external));
});

/** What a bundler makes of a loader, with compiled modules in the places of `.wasm` files. */
async function bundle(folder: string, pattern: RegExp): Promise<Loading> {
  const { outputFiles, warnings } = await build({
    entryPoints: [join(folder, 'model.js')],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    plugins: [
      {
        name: 'wasm',
        setup(build) {
          build.onResolve({ filter: pattern }, ({ path }) => ({
            path: join(folder, path.replace('?module', '')),
            namespace: 'wasm',
          }));
          build.onLoad({ filter: /./, namespace: 'wasm' }, async ({ path }) => ({
            contents: `export default new WebAssembly.Module(Uint8Array.of(${(await readFile(path)).join()}))`,
          }));
        },
      },
    ],
  });
  if (warnings.length > 0) throw new Error(warnings.map(({ text }) => text).join('\n'));
  return (await import(`data:text/javascript,${encodeURIComponent(outputFiles[0]!.text)}`)) as Loading;
}

for (const [platform, pattern] of [
  ['cloudflare', /\.wasm$/],
  ['vercel', /\.wasm\?module$/],
] as const) {
  test(`for ${platform} modules are imported, and a model is there at once`, async (t) => {
    const { folder, write } = await place(t);
    const [baseline, relaxed] = [await compile(drawn, frozen), await compile(drawn, { ...frozen, target: 'relaxed' })];
    await write({ 'model.wasm': baseline.binary, 'model.js': (await loaderSource(baseline, { for: platform })).js });
    const one = await bundle(folder, pattern);
    t.deepEqual(one.loadSync().forward(rows).y, await expected(frozen));
    t.deepEqual((await one.default()).forward(rows).y, await expected(frozen));
    if (!isRelaxed) return;
    const { js } = await loaderSource({ baseline, relaxed }, { for: platform });
    await write({ 'model.relaxed.wasm': relaxed.binary, 'model.js': js });
    t.is((await bundle(folder, pattern)).loadSync().manifest.target, 'relaxed');
  });

  test(`for ${platform} external weights are given`, async (t) => {
    const { folder, write } = await place(t);
    const compiled = await compile(drawn, external);
    await write({ 'model.wasm': compiled.binary, 'model.js': (await loaderSource(compiled, { for: platform })).js });
    const { default: load, loadSync } = await bundle(folder, pattern);
    t.deepEqual(loadSync({ weights: compiled.weights! }).forward(rows).y, await expected(external));
    const response = Promise.resolve(new Response(compiled.weights! as Uint8Array<ArrayBuffer>));
    t.deepEqual((await load({ weights: response })).forward(rows).y, await expected(external));
    await t.throwsAsync(load(), {
      message: /^weights: expects bytes, a Response or a ReadableStream, got undefined$/,
    });
  });
}

test('a bundler for browsers takes the portable loader as it is', async (t) => {
  const { folder, write } = await place(t);
  const compiled = await compile(known);
  await write({ 'model.js': (await loaderSource(compiled)).js, 'model.wasm': compiled.binary });
  const { default: load } = await bundle(folder, /\.wasm$/);
  const wasm = pathToFileURL(join(folder, 'model.wasm'));
  t.deepEqual((await load({ wasm })).forward({ x: [[4, 5]] })['y']!.data, Float32Array.of(23));
  await t.throwsAsync(load(), { message: 'load: this host does not tell where the loader stands; pass wasm' });
});

test('a loader carries no more than it needs', async (t) => {
  const sizes = new Map<string, number>();
  for (const [title, options, loader] of cases) {
    const { js } = await loaderSource(await compile(drawn, options), loader);
    sizes.set(title, js.length);
    t.notRegex(js, /^import /m, title);
    t.is(js.includes('SHA-256'), options.weights === 'external', title);
    t.is(
      js.includes('were already initialized'),
      !(options.parameters === 'frozen' || loader.runtime === 'forward') || loader.runtime === 'full',
      title,
    );
  }
  t.true(sizes.get('frozen')! < sizes.get('external and frozen')!);
  t.true(sizes.get('external and frozen')! < sizes.get('full')!);
  t.true(sizes.get('full')! < sizes.get('external')!);
});

test('a function of the host takes the full runtime, and comes from the caller', async (t) => {
  const { import: open, write } = await place(t);
  const twos = (_: string, [rows, columns]: readonly number[]): Float32Array =>
    new Float32Array(rows! * columns!).fill(2);
  const model = sequential([input([1, 1]), dense({ name: 'y', units: 1, weight: twos })]);
  const compiled = await compile(model, { parameters: 'frozen' });
  await t.throwsAsync(loaderSource(compiled, { runtime: 'forward' }), {
    message: "loaderSource.runtime: the host's function 'twos' fills y.weight, which takes the full one",
  });
  await write({ 'model.js': (await loaderSource(compiled)).js, 'model.wasm': compiled.binary });
  const net = await (await open('model.js')).default({ functions: { twos } });
  t.deepEqual(net.forward({ x: [[3]] })['y']!.data, Float32Array.of(6));
});

const refusals: readonly (readonly [options: unknown, message: string, compiled?: CompileOptions])[] = [
  [{ path: 'x' }, 'loaderSource.path: unknown option'],
  [{ inlined: true }, "loaderSource.inlined: unknown option; did you mean 'inline'?"],
  [
    { for: 'cloudfare' },
    "loaderSource.for: must be cloudflare, vercel, netlify, deno, browser, got 'cloudfare'; did you mean 'cloudflare'?",
  ],
  [{ runtime: 'small' }, "loaderSource.runtime: must be 'forward' or 'full', got 'small'"],
  [{ inline: 1 }, 'loaderSource.inline: must be true or false, got 1'],
  [{ wasm: '' }, "loaderSource.wasm: must be a path as seen from the loader, got ''"],
  [
    { inline: true, for: 'cloudflare' },
    'loaderSource.inline: cloudflare does not compile WebAssembly from bytes; leave it out, and the module is imported',
  ],
  [
    { inline: true, for: 'vercel' },
    'loaderSource.inline: vercel does not compile WebAssembly from bytes; leave it out, and the module is imported',
  ],
  [
    { inline: true },
    'loaderSource.inline: external weights are a second file; compile with weights embed or seed',
    { weights: 'external' },
  ],
];

for (const [options, message, compiled] of refusals) {
  test(`loaderSource refuses ${JSON.stringify(options)}`, async (t) => {
    const error = await t.throwsAsync(loaderSource(await compile(drawn, compiled), options as LoaderOptions));
    t.like(error, { name: 'OptionError', message });
  });
}
