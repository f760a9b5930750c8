// npm run test:page [-- FOLDER]: the reports and the playground in Chromium; pictures of them go to FOLDER.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveFolder } from '../../examples/playground/serve.js';
import { writePlayground } from '../../examples/playground/write.js';
import { openChromium } from '../hosts/chromium.js';
import { checkPlayground } from './playground.js';
import { checkReports } from './report.js';

const faults: string[] = [];
let checks = 0;
const check = (text: string, holds: boolean): void => {
  checks++;
  if (!holds) faults.push(text);
};

const [pictures] = process.argv.slice(2);
const chromium = await openChromium();
if (typeof chromium === 'string') {
  console.log(`skipped: ${chromium}`);
} else {
  const folder = mkdtempSync(join(tmpdir(), 'nacre-page-'));
  await writePlayground(join(folder, 'site/below'));
  const { server, url } = await serveFolder(join(folder, 'site'));
  try {
    const { browser } = chromium;
    await checkReports(browser, folder, check, pictures);
    await checkPlayground(browser, `${url}below/`, check, pictures);
  } catch (error) {
    faults.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    await chromium.close();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
  for (const fault of faults) console.error(fault);
  console.log(`${checks} checks of the page, ${faults.length} faults`);
}
process.exitCode = faults.length > 0 ? 1 : 0;
