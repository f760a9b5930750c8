// npm run test:browser [-- --time]: bundles the compiler, and compiles in a page and in a module worker of headless Chromium under a
// Content-Security-Policy; modules, notes and errors must be Node's. With --time also prints sizes and times.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { compile } from '../../compiler/index.js';
import type { Progress } from '../../compiler/worker/index.js';
import { openChromium, type Browser, type Page } from '../hosts/chromium.js';
import { bundle, copyAssets } from './bundle.js';
import { cases, sourceOf } from './cases.js';
import { digests, type CaseDigest } from './digest.js';
import { printSizes, printTimes } from './figures.js';
import { serve, type Server } from './server.js';

const MIB = 2 ** 20;
const STRICT = "'self' 'wasm-unsafe-eval'";

const failures: string[] = [];
const expect = (holds: boolean, text: string): void => {
  if (!holds) failures.push(text);
};

/** A new page, in which the module of the bundle has been imported. */
async function openPage(browser: Browser, { url }: Server): Promise<Page> {
  const page = await browser.newPage();
  page.on('pageerror', (error) => failures.push(`page: ${error.message}`));
  await page.goto(url);
  await page.evaluate(`import('/page.js').then((page) => void (globalThis.page = page))`);
  return page;
}

function compare(where: string, expected: readonly CaseDigest[], got: readonly CaseDigest[]): void {
  expected.forEach((one, i) => {
    if (isDeepStrictEqual(one, got[i])) return;
    failures.push(
      `${where}: ${one.name}, ${one.target}: expected ${JSON.stringify(one)}, got ${JSON.stringify(got[i])}`,
    );
  });
}

async function checkPage(browser: Browser, server: Server, expected: readonly CaseDigest[]): Promise<void> {
  const page = await openPage(browser, server);
  const shown = (await page.evaluate('page.shown()')) as readonly string[];
  expect(shown.length === 3, 'a page does not show models');
  const early = [...server.requests];
  expect(!early.some((name) => /\.wasm$|^(binaryen|emit)/.test(name)), `before the first compile: ${early.join(', ')}`);
  compare('page', expected.slice(0, 2), (await page.evaluate('page.digestFirst()')) as readonly CaseDigest[]);
  const first = server.requests.filter((name) => name.endsWith('.wasm')).sort();
  const core = ['binaryen.wasm', 'kernels.relaxed.wasm', 'kernels.wasm'];
  expect(isDeepStrictEqual(first, core), `the first compile fetches ${first.join(', ')}`);
  compare('page', expected, (await page.evaluate('page.digestHere()')) as readonly CaseDigest[]);
  compare('worker', expected, (await page.evaluate('page.digestInWorker()')) as readonly CaseDigest[]);
  const progress = (await page.evaluate('page.progressInWorker()')) as readonly Progress[];
  const stages = progress.map(({ stage }) => stage).join();
  expect(stages === 'lower,plan,emit,done', `a worker tells the stages ${stages}`);
}

/** Bytes of Binaryen's memory, and of the page's other objects. */
interface Memory {
  readonly binaryen: number;
  readonly heap: number;
}

const WATCH = `(() => {
  const { instantiate } = WebAssembly;
  globalThis.memories = [];
  WebAssembly.instantiate = async (...args) => {
    const result = await instantiate(...args);
    const { exports } = result.instance ?? result;
    memories.push(...Object.values(exports).filter((value) => value instanceof WebAssembly.Memory));
    return result;
  };
})()`;

/** What is left after many models; the second time as many, it must not be more. */
async function checkMemory(browser: Browser, server: Server): Promise<void> {
  const page = await openPage(browser, server);
  await page.evaluate(WATCH);
  const session = await (
    page as unknown as { createCDPSession(): Promise<{ send(method: string): Promise<unknown> }> }
  ).createCDPSession();
  const memoryAfter = async (count: number): Promise<Memory> => {
    await page.evaluate(`page.repeat(${count})`);
    const binaryen = (await page.evaluate('memories[0].buffer.byteLength')) as number;
    await page.evaluate('void (memories.length = 1)');
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = (await session.send('Runtime.getHeapUsage')) as { readonly usedSize: number };
    return { binaryen, heap: usedSize };
  };
  const [before, after] = [await memoryAfter(28), await memoryAfter(28)];
  const text = ({ binaryen, heap }: Memory): string =>
    `${(binaryen / MIB).toFixed(1)} MiB of Binaryen, ${(heap / MIB).toFixed(1)} MiB of objects`;
  console.log(`memory after 28 models: ${text(before)}; after 56: ${text(after)}`);
  expect(before.binaryen > MIB && after.binaryen - before.binaryen < MIB, 'the memory of Binaryen grows');
  expect(after.heap - before.heap < MIB, 'the heap of the page grows');
}

/** Without 'wasm-unsafe-eval' nothing can be compiled, which is told. */
async function checkPolicy(browser: Browser, folder: string): Promise<void> {
  const server = await serve(folder, "'self'");
  try {
    const page = await openPage(browser, server);
    const fault = (await page.evaluate(`page.faultOf('baseline')`)) as {
      readonly message: string;
      readonly class: string;
    };
    expect(fault.class === 'ModuleError', `without wasm-unsafe-eval: ${JSON.stringify(fault)}`);
    console.log(`without wasm-unsafe-eval: ${fault.message}`);
  } finally {
    server.close();
  }
}

const folder = mkdtempSync(join(tmpdir(), 'nacre-browser-'));
const chromium = await openChromium();
try {
  if (typeof chromium === 'string') {
    console.log(`skipped: ${chromium}`);
  } else {
    const { metafile } = await bundle({ page: 'test/browser/page.js', worker: 'test/browser/worker.js' }, folder);
    copyAssets(folder);
    const server = await serve(folder, STRICT);
    try {
      const absent = (): Promise<unknown> => Promise.reject(new Error('absent'));
      const expected = await digests(async ({ model, options = {} }, target) =>
        compile(await sourceOf(model, absent), { ...options, target, assemblyscript: absent }),
      );
      const { browser } = chromium;
      await checkPage(browser, server, expected);
      await checkMemory(browser, server);
      await checkPolicy(browser, folder);
      if (process.argv.includes('--time')) {
        printSizes(folder, metafile);
        await printTimes((another) => openPage(another, server));
      }
      for (const line of failures) console.error(line);
      console.log(`${cases.length} models in a page and a worker, 2 targets, ${failures.length} differences`);
    } finally {
      server.close();
    }
  }
} finally {
  if (typeof chromium !== 'string') await chromium.close();
  rmSync(folder, { recursive: true });
}
process.exitCode = failures.length > 0 ? 1 : 0;
