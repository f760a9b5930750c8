import { join } from 'node:path';
import { importOnnx } from '../../compiler/import/onnx/index.js';
import { parseDeclaration } from '../../compiler/declaration.js';
import { digitsOnnx } from '../../examples/playground/digits-onnx.js';
import type { Browser } from '../hosts/chromium.js';
import { Tab } from './browse.js';
import { sameBytes, type Check } from './check.js';
import { expected, written } from './models.js';

const text = JSON.stringify(written);

async function type(tab: Tab, source: string): Promise<void> {
  await tab.page.evaluate(`document.querySelector('.cm-content').focus()`);
  await tab.page.keyboard.down('Control');
  await tab.page.keyboard.press('a');
  await tab.page.keyboard.up('Control');
  await tab.page.keyboard.type(source);
}

async function checkTyped(tab: Tab, check: Check): Promise<void> {
  const { layers, binary, outputs } = await expected(text);
  await type(tab, text);
  await tab.until(`document.querySelector('h1').textContent === 'written'`);
  check('a graph that is typed draws other layers', (await tab.count('.node.layer')) === layers);
  check('a graph that is typed has other bytes', sameBytes(await tab.saved('Save model.wasm'), binary));
  await tab.click('Run');
  await tab.until(`document.querySelector('section.output')`);
  check('a graph that is typed has other outputs', sameBytes(await tab.saved('Save y.npy'), outputs['y']!));
}

const faulty = `{"nacre": 1, "inputs": [{"name": "x", "shape": [4]}],
"layers": [
{"name": "hidden", "kind": "Dense", "units": 3}],
"outputs": ["hidden"]}`;

async function checkFault(tab: Tab, check: Check): Promise<void> {
  let message = '';
  try {
    parseDeclaration(faulty);
  } catch (error) {
    ({ message } = error as Error);
  }
  await type(tab, faulty);
  await tab.until(`document.querySelector('.problems li')`);
  const shown = await tab.text('.problems li');
  check(`a fault shows as ${shown}, expected line 3 and ${message}`, shown === `line 3${message}`);
  const marked = await tab.page.evaluate(
    `document.querySelectorAll('.cm-line')[2].querySelector('.cm-lintRange-error') !== null`,
  );
  check('a fault is not marked on its line', marked === true);
}

async function checkDropped(tab: Tab, check: Check): Promise<void> {
  const bytes = digitsOnnx();
  const { layers, binary } = await expected(importOnnx(bytes));
  const drop = (name: string, content: Uint8Array): Promise<unknown> =>
    tab.page.evaluate(`(() => {
      const dataTransfer = new DataTransfer();
      const bytes = Uint8Array.from(atob('${Buffer.from(content).toString('base64')}'), (each) => each.charCodeAt(0));
      dataTransfer.items.add(new File([bytes], '${name}'));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    })()`);
  await drop('dropped.onnx', bytes);
  await tab.until(`document.querySelector('h1').textContent === 'dropped'`);
  check('a file of ONNX draws other layers', (await tab.count('.node.layer')) === layers);
  check('a file of ONNX has other bytes', sameBytes(await tab.saved('Save dropped.wasm'), binary));
  await drop('damaged.onnx', bytes.slice(0, 20_000));
  await tab.until(`document.querySelector('.source .fault')`);
  let message = '';
  try {
    importOnnx(bytes.slice(0, 20_000));
  } catch (error) {
    ({ message } = error as Error);
  }
  check('a damaged file shows another text', (await tab.text('.source .fault pre')) === message);
}

/** From an example to the attributes of a layer and to outputs without a pointer. */
async function checkKeyboard(browser: Browser, url: string, check: Check): Promise<void> {
  const tab = await Tab.open(browser, url);
  await tab.tabTo(`element.closest('.examples') && element.textContent.startsWith('keras')`);
  await tab.page.keyboard.press('Enter');
  await tab.until(`document.querySelector('h1').textContent === 'keras'`);
  await tab.tabTo(`element.closest('.graph')`);
  await tab.page.keyboard.press('ArrowDown');
  await tab.page.keyboard.press('ArrowDown');
  await tab.page.keyboard.press('Enter');
  check('the keyboard does not show a layer', (await tab.text('.details h3')) === 'max_pooling1d_1');
  await tab.tabTo(`element.textContent.trim() === 'Run'`);
  await tab.page.keyboard.press('Enter');
  await tab.until(`document.querySelector('section.output')`);
  check(`with the keyboard: ${tab.faults.join('; ')}`, tab.faults.length === 0);
}

async function takePictures(browser: Browser, url: string, pictures: string): Promise<void> {
  for (const [name, dark, width, height] of [
    ['', false, 1280, 1000],
    ['-dark', true, 1280, 1000],
    ['-phone', false, 390, 844],
  ] as const) {
    const tab = await Tab.open(browser, url, { dark, width, height });
    await tab.page.evaluate(`document.querySelector('.examples button').click()`);
    await tab.until(`document.querySelector('h1').textContent === 'digits'`);
    await tab.page.evaluate(
      `document.querySelector('[data-key="n2"]').dispatchEvent(new MouseEvent('click', { bubbles: true }))`,
    );
    await tab.page.screenshot({ path: join(pictures, `playground${name}.png`), fullPage: false });
  }
}

/** The playground, on a path below the root. */
export async function checkPlayground(browser: Browser, url: string, check: Check, pictures?: string): Promise<void> {
  const noted: Check = (what, holds) => check(`the playground: ${what}`, holds);
  const tab = await Tab.open(browser, url);
  for (const violation of await tab.violations()) noted(violation, false);
  await checkTyped(tab, noted);
  for (const violation of await tab.violations()) noted(violation, false);
  await checkFault(tab, noted);
  await checkDropped(tab, noted);
  for (const violation of await tab.violations()) noted(violation, false);
  const foreign = tab.requests.filter((request) => !request.startsWith(url) && !/^(blob|data):/.test(request));
  noted(`it asks for ${foreign.join(', ')}`, foreign.length === 0);
  noted(tab.faults.join('; '), tab.faults.length === 0);
  await checkKeyboard(browser, url, noted);
  if (pictures !== undefined) await takePictures(browser, url, pictures);
}
