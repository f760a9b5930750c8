// Builds a page with every bundler, runs it in Chromium, Node and workerd, and prints what differs.
import { openChromium } from '../hosts/chromium.js';
import { bundlers } from './bundlers.js';
import { checkCache, checkFaults, checkNode, checkPage, checkServer, checkWorkerd, type Faults } from './checks.js';
import { makeProject } from './project.js';

const wanted = process.argv.slice(2);
const chromium = await openChromium();
if (typeof chromium === 'string') console.log(`chromium: skipped, ${chromium}`);
const browser = typeof chromium === 'string' ? undefined : chromium.browser;
const project = await makeProject();

let failed = 0;
let passed = 0;
async function report(title: string, check: () => Promise<Faults | string>): Promise<void> {
  const faults = await check().catch((error: unknown) => [
    error instanceof Error ? (error.stack ?? error.message) : String(error),
  ]);
  if (typeof faults === 'string') {
    console.log(`${title}: skipped, ${faults}`);
    return;
  }
  if (faults.length === 0) passed++;
  else failed++;
  console.log(
    [`${title}: ${faults.length === 0 ? 'passed' : 'failed'}`, ...faults.map((fault) => `  ${fault}`)].join('\n'),
  );
}

try {
  for (const bundler of bundlers) {
    const { name, goals } = bundler;
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    if (goals.includes('page') && browser) {
      await report(`${name}, page`, () => checkPage(project, bundler, browser));
      if (!name.startsWith('esbuild')) await report(`${name}, cache`, () => checkCache(project, bundler));
    }
    if (goals.includes('node')) await report(`${name}, Node`, () => checkNode(project, bundler));
    if (goals.includes('workerd')) await report(`${name}, workerd`, () => checkWorkerd(project, bundler));
    await report(`${name}, faults`, () => checkFaults(project, bundler));
    if ((name === 'vite' || name === 'vite7') && browser) {
      await report(`${name}, dev server`, () => checkServer(project, name, browser));
    }
  }
} finally {
  if (typeof chromium !== 'string') await chromium.close();
  await project.remove();
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
