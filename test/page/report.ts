import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { importOnnx } from '../../compiler/import/onnx/index.js';
import { finalModel } from '../../examples/keras.js';
import { digitsOnnx } from '../../examples/playground/digits-onnx.js';
import type { Browser } from '../hosts/chromium.js';
import { Tab } from './browse.js';
import { expected, type Expected } from './models.js';
import { sameBytes, type Check } from './check.js';

const cli = fileURLToPath(new URL('../../compiler/cli/main.js', import.meta.url));
const keras = new URL('../../examples/keras.js', import.meta.url).href;

function write(folder: string, model: string): string {
  const page = join(folder, `${model}.html`);
  execFileSync(process.execPath, [cli, 'report', join(folder, model), '-o', page], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return pathToFileURL(page).href;
}

async function checkReport(browser: Browser, url: string, { layers, outputs }: Expected, check: Check): Promise<Tab> {
  const tab = await Tab.open(browser, url);
  check(
    `${await tab.count('.node.layer')} layers are drawn, expected ${layers}`,
    (await tab.count('.node.layer')) === layers,
  );
  await tab.click('Run');
  await tab.until(`document.querySelector('section.output')`);
  for (const [name, bytes] of Object.entries(outputs)) {
    check(`output ${name} has other bits`, sameBytes(await tab.saved(`Save ${name}.npy`), bytes));
  }
  for (const violation of await tab.violations()) check(violation, false);
  const other = tab.requests.filter((request) => request !== url && !/^(blob|data):/.test(request));
  check(`it asks for ${other.join(', ')}`, other.length === 0);
  check(tab.faults.join('; '), tab.faults.length === 0);
  return tab;
}

/** The reports of the Keras example and of a file of ONNX, from files. */
export async function checkReports(browser: Browser, folder: string, check: Check, pictures?: string): Promise<void> {
  writeFileSync(join(folder, 'keras.mjs'), `export { finalModel as default } from ${JSON.stringify(keras)};\n`);
  writeFileSync(join(folder, 'digits.onnx'), digitsOnnx());
  const url = write(folder, 'keras.mjs');
  // The function of the host runs when the page is written.
  const model = await expected(finalModel, { weights: 'embed' });
  const tab = await checkReport(browser, url, model, (text, holds) => check(`the report of Keras: ${text}`, holds));
  if (pictures !== undefined) {
    await tab.page.evaluate(
      `document.querySelector('[data-key="n1"]').dispatchEvent(new MouseEvent('click', { bubbles: true }))`,
    );
    for (const [name, dark, width] of [
      ['', false, 1280],
      ['-dark', true, 1280],
      ['-phone', false, 390],
    ] as const) {
      await tab.setDark(dark);
      await tab.page.setViewport({ width, height: width < 500 ? 844 : 1000 });
      await tab.page.evaluate(`scrollTo(0, 0)`);
      await tab.page.screenshot({ path: join(pictures, `report${name}.png`), fullPage: false });
    }
  }
  await tab.page.close();
  const onnx = await expected(importOnnx(digitsOnnx()));
  const noted: Check = (text, holds) => check(`the report of ONNX: ${text}`, holds);
  await (await checkReport(browser, write(folder, 'digits.onnx'), onnx, noted)).page.close();
}
