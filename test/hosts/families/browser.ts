import { openChromium, type Page } from '../chromium.js';
import type { Answer } from '../guests/served.js';
import type { Host, HostDigest } from '../host.js';
import { serve, type Pages } from '../serve.js';

/**
 * What the script of a page puts into the global `answer`. It is computed by the page itself, under its policy:
 * expressions that are evaluated from outside escape it.
 */
export async function answerOf(page: Page, url: string): Promise<unknown> {
  const faults: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  await page.goto(url);
  try {
    return await page.evaluate('answer');
  } catch (error) {
    throw new Error(faults.join('; ') || (error as Error).message, { cause: error });
  }
}

const pages: Pages = { scripts: { page: 'page', worker: 'page', 'service-worker': 'page' } };

const inChromium = (name: string, path: string): Host => ({
  name,
  digest: async (folder): Promise<HostDigest | string> => {
    const chromium = await openChromium();
    if (typeof chromium === 'string') return chromium;
    const { browser } = chromium;
    const server = await serve(folder, pages);
    try {
      const answer = (await answerOf(await browser.newPage(), `${server.url}${path}`)) as Answer;
      if ('error' in answer) throw new Error(answer.error);
      const { jsVersion } = await (await browser.target().createCDPSession()).send('Browser.getVersion');
      const version = (await browser.version()).replace(/^.*\//, '');
      return { version, engine: `V8 ${jsVersion}`, ...answer };
    } finally {
      await chromium.close();
      server.close();
    }
  },
});

/** Headless Chromium, under a strict Content-Security-Policy. */
export const browsers: readonly Host[] = [
  inChromium('Chromium page', 'page'),
  inChromium('Chromium worker', 'worker'),
  inChromium('Chromium service worker', 'service-worker'),
];
