// The bundle of a page in this Node, whose `fetch` serves the files beside the bundle.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import test from 'ava';
import { compile } from '../../compiler/index.js';
import { bundle, copyAssets } from './bundle.js';
import { sourceOf } from './cases.js';
import { digests } from './digest.js';
import type * as page from './page.js';

const folder = mkdtempSync(join(tmpdir(), 'nacre-web-'));
await bundle({ page: 'test/browser/page.js' }, folder);
copyAssets(folder);

const fetched: string[] = [];
const wasm = { 'content-type': 'application/wasm' };
const serve = (path: string): Response => new Response(readFileSync(path), { headers: wasm });
let answer: (path: string) => Response = serve;
globalThis.fetch = (source) => {
  const path = fileURLToPath(source as string);
  fetched.push(path.slice(folder.length + 1));
  return new Promise((resolve) => resolve(answer(path)));
};

const { digestFirst, digestHere, faultOf, shown } = (await import(
  pathToFileURL(join(folder, 'page.js')).href
)) as typeof page;

test.after.always(() => rmSync(folder, { recursive: true, force: true }));

const absent = (): Promise<unknown> => Promise.reject(new Error('absent'));
const expected = digests(async ({ model, options = {} }, target) =>
  compile(await sourceOf(model, absent), { ...options, target, assemblyscript: absent }),
);

test.serial('a page that shows models fetches nothing', (t) => {
  t.is(shown().length, 3);
  t.deepEqual(fetched, []);
});

test.serial('what cannot be fetched is told, and is tried again', async (t) => {
  const url = (name: string): string => pathToFileURL(join(folder, name)).href;
  const end = '; serve the .wasm files of nacre beside its bundle';
  const error = (what: string): unknown => ({
    ...{ class: 'ModuleError', name: 'ModuleError', code: 'asset', subject: 'kernels.wasm' },
    message: `kernels.wasm: ${what}${end}`,
  });
  answer = () => new Response('', { status: 404 });
  t.like(await faultOf('baseline'), error(`cannot be fetched from ${url('kernels.wasm')} (status 404)`) as object);
  answer = () => {
    throw new TypeError('Failed to fetch');
  };
  t.like(await faultOf('baseline'), error(`cannot be fetched from ${url('kernels.wasm')} (Failed to fetch)`) as object);
  answer = () => new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } });
  t.like(await faultOf('baseline'), error(`${url('kernels.wasm')} is a page, no module`) as object);
  answer = (path) => (path.endsWith('binaryen.wasm') ? new Response('damaged', { headers: wasm }) : serve(path));
  const { subject, message } = (await faultOf('baseline')) as { readonly subject: string; readonly message: string };
  t.is(subject, 'binaryen.wasm');
  t.regex(message, /^binaryen\.wasm: does not compile: ./);
  answer = serve;
});

test.serial('a target fetches its own library, and what was fetched is kept', async (t) => {
  fetched.length = 0;
  t.deepEqual(await digestFirst(), (await expected).slice(0, 2));
  t.deepEqual([...fetched].sort(), ['binaryen.wasm', 'kernels.relaxed.wasm']);
});

test.serial('a bundle compiles the same bytes, and throws the same errors', async (t) => {
  fetched.length = 0;
  t.deepEqual(await digestHere(), await expected);
  t.deepEqual([...fetched].sort(), ['kernels.extended.relaxed.wasm', 'kernels.extended.wasm']);
});
