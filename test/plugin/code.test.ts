import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { compile } from '../../compiler/index.js';
import { fetchModule } from '../../compiler/plugin/client/fetch.js';
import { runtimePath, writeCode, type Surroundings } from '../../compiler/plugin/code.js';
import { Models } from '../../compiler/plugin/models.js';
import { instantiate, ModuleError, type Manifest, type Model } from '../../runtime/index.js';
import { layered, temporaryProject } from './project.js';

interface Script {
  readonly default: (options?: object) => Promise<Model>;
  readonly compile: () => Promise<WebAssembly.Module>;
  readonly manifest: Manifest;
  readonly url: URL | undefined;
  readonly weightsUrl: URL | undefined;
}

/** The script of a model, imported as Node would a bundle that has it. */
async function importModel(t: ExecutionContext, query: string, around: Partial<Surroundings> = {}): Promise<Script> {
  const project = await temporaryProject(t);
  await project.write('a.json', layered(3));
  const { model } = await new Models({}, project.folder).open(project.path('a.json'), query);
  const code = writeCode(model, {
    platform: 'node',
    specifier: runtimePath,
    access: (part) => ({ kind: 'url', expression: JSON.stringify(pathToFileURL(model.paths[part]!).href) }),
    ...around,
  });
  return (await import(pathToFileURL(await project.write('script.mjs', code)).href)) as Script;
}

const x = [[1, -2, 3, -4]];
const expected = async (options: object): Promise<unknown> => {
  const net = await instantiate(await compile(JSON.stringify(layered(3)), options));
  return net.forward({ x })['y'];
};

const forms: readonly (readonly [query: string, options: object])[] = [
  ['?nacre', {}],
  ['?nacre&seed=3', { seed: 3 }],
  ['?nacre&inline', {}],
  ['?nacre&runtime=forward', {}],
  ['?nacre&target=both&seed=4', { seed: 4 }],
  ['?nacre&target=both&inline', {}],
  ['?nacre&weights=embed', { weights: 'embed' }],
  ['?nacre&weights=external', { weights: 'embed' }],
  ['?nacre&weights=external&runtime=forward', { weights: 'embed' }],
  ['?nacre&weights=external&inline', { weights: 'embed' }],
];

for (const [query, options] of forms) {
  for (const platform of ['node', 'any'] as const) {
    test(`${query}, ${platform}: the script loads what the compiler gives`, async (t) => {
      const { default: load, compile: module, manifest, url, weightsUrl } = await importModel(t, query, { platform });
      const model = await load();
      t.deepEqual(model.forward({ x })['y'], (await expected(options)) as never);
      t.is(await module(), await module(), 'compiled once');
      t.not(await load(), model);
      // Of two modules the manifest is the baseline one's; which of them runs is up to the engine.
      const { hash, target } = query.includes('both') ? model.manifest : manifest;
      t.deepEqual({ ...manifest, hash, target }, model.manifest);
      t.is(url === undefined, query.includes('inline'));
      t.is(weightsUrl === undefined, !query.includes('external'));
      t.is('variables' in model, !query.includes('forward'));
    });
  }
}

test('weights that are given are not fetched', async (t) => {
  const { weights } = await compile(JSON.stringify(layered(3)), { weights: 'external' });
  const access: Surroundings['access'] = () => ({ kind: 'url', expression: '"file:///none"' });
  const { default: load } = await importModel(t, '?nacre&weights=external&inline', { access });
  t.deepEqual((await load({ weights })).forward({ x })['y'], (await expected({ weights: 'embed' })) as never);
});

test('a module that a worker imports is no URL', async (t) => {
  const project = await temporaryProject(t);
  await project.write('a.json', layered(3));
  const { model } = await new Models({}, project.folder).open(project.path('a.json'), '?nacre');
  const around: Surroundings = {
    platform: 'cloudflare',
    specifier: (entry) => entry,
    access: () => ({ kind: 'import', specifier: './a.wasm' }),
  };
  t.regex(writeCode(model, around), /^import module0 from "\.\/a\.wasm";$/m);
  t.notRegex(writeCode(model, around), /fetch|node:fs|new URL/);
  const inline = { ...model, options: { inline: true } };
  const message = 'a.json: inline: Cloudflare does not compile WebAssembly from bytes; leave it out';
  t.throws(() => writeCode(inline, around), { message });
});

test('a file that is gone is a fault of the module, and loading it again helps once it is there', async (t) => {
  const project = await temporaryProject(t);
  const place = project.path('later.wasm');
  const access: Surroundings['access'] = () => ({ kind: 'url', expression: JSON.stringify(pathToFileURL(place).href) });
  const { default: load } = await importModel(t, '?nacre', { access });
  const message = /^a\.json: file:.*later\.wasm cannot be read: ENOENT; deploy it beside the script that loads it$/;
  const error = await t.throwsAsync(load(), { message });
  t.like(error, { name: 'ModuleError', code: 'file' });
  await writeFile(place, (await compile(JSON.stringify(layered(3)))).binary);
  await t.notThrowsAsync(load());
});

async function serve(t: ExecutionContext, listener: RequestListener): Promise<URL> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => void server.close());
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/a.wasm`);
}

const fail = (code: string, what: string): never => {
  throw new ModuleError(code, 'a.json', what);
};

const answers: readonly (readonly [
  title: string,
  status: number,
  type: string,
  body: string,
  code: string,
  message: RegExp,
])[] = [
  [
    'a file that is not there',
    404,
    'text/plain',
    '',
    'response',
    /answers with status 404; deploy it beside the script that loads it$/,
  ],
  [
    'a page in its place',
    200,
    'text/html; charset=utf-8',
    '<!doctype html>',
    'response',
    /answers with a page; deploy the file beside/,
  ],
  ['a damaged file', 200, 'application/wasm', 'text', 'compile', /a\.wasm cannot be compiled: .*magic/],
];

for (const [title, status, type, body, code, message] of answers) {
  test(`fetched: ${title}`, async (t) => {
    const url = await serve(t, (_, response) => void response.writeHead(status, { 'content-type': type }).end(body));
    t.like(await t.throwsAsync(fetchModule(url, fail), { instanceOf: ModuleError, message }), { code });
  });
}

test('fetched: no server', async (t) => {
  const message = /^a\.json: http:\/\/127\.0\.0\.1:1\/a\.wasm cannot be fetched: /;
  await t.throwsAsync(fetchModule(new URL('http://127.0.0.1:1/a.wasm'), fail), { instanceOf: ModuleError, message });
});

for (const type of ['application/wasm', 'application/octet-stream']) {
  test(`fetched: a module as ${type}`, async (t) => {
    const { binary } = await compile(JSON.stringify(layered(3)));
    const url = await serve(t, (_, response) => void response.writeHead(200, { 'content-type': type }).end(binary));
    const net = await instantiate(await fetchModule(url, fail));
    t.deepEqual(net.forward({ x })['y'], (await expected({})) as never);
  });
}
