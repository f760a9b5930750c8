// Sizes and times for docs/browser.md.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Metafile } from 'esbuild';
import { openChromium, type Browser, type Page } from '../hosts/chromium.js';

const MODELS = 30;
const ROUNDS = 3;

const thousands = (count: number): string => Math.round(count).toLocaleString('en-US');

/** What each file of a bundle has in it, in bytes. */
export function printSizes(folder: string, { outputs }: Metafile): void {
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, name));
    const inputs = Object.entries(outputs[name]?.inputs ?? {});
    const [most = ''] = inputs.sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput).map(([path]) => path);
    const gzip = gzipSync(bytes, { level: 9 }).length;
    console.log(
      `${name}: ${thousands(bytes.length)} bytes, ${thousands(gzip)} gzip; ${inputs.length} modules, ${most}`,
    );
  }
}

function printTime(where: string, [first = 0, ...rest]: readonly number[]): void {
  const warm = rest.slice(rest.length / 2).sort((a, b) => a - b);
  const median = warm[Math.floor(warm.length / 2)]!;
  console.log(
    `${where}: first ${first.toFixed(0)} ms, then ${median.toFixed(1)} ms, at least ${warm[0]!.toFixed(1)} ms`,
  );
}

/** Milliseconds of the first and of a warm compile, in processes of Node and in browsers that are started for it. */
export async function printTimes(openPage: (browser: Browser) => Promise<Page>): Promise<void> {
  const script = fileURLToPath(new URL('times.js', import.meta.url));
  for (let round = 0; round < ROUNDS; round++) {
    const node = execFileSync(process.execPath, [script, String(MODELS)], { encoding: 'utf8' });
    printTime(`Node ${process.versions.node}`, JSON.parse(node) as readonly number[]);
    for (const [where, call] of [
      ['page', 'times'],
      ['worker', 'timesInWorker'],
    ] as const) {
      const chromium = await openChromium();
      if (typeof chromium === 'string') throw new Error(chromium);
      const page = await openPage(chromium.browser);
      printTime(where, (await page.evaluate(`page.${call}(${MODELS})`)) as readonly number[]);
      await chromium.close();
    }
  }
}
