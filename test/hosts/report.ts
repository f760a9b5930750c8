import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from '../../compiler/index.js';
import { report } from '../../compiler/report/index.js';
import { finalModel } from '../../examples/keras.js';
import { openChromium, type Browser } from './chromium.js';

interface Seen {
  readonly names: readonly string[];
  /** Where each plot stands. */
  readonly boxes: readonly { readonly left: number; readonly top: number; readonly width: number }[];
  readonly bars: readonly number[];
  readonly background: string;
  /** Pixels that stick out of the window on the right. */
  readonly overflow: number;
}

const LOOK = `(() => {
  const plots = [...document.querySelectorAll('svg')];
  return {
    names: plots.map((plot) => plot.getAttribute('aria-label').replace('Histogram of ', '')),
    boxes: plots.map((plot) => {
      const { left, top, width } = plot.getBoundingClientRect();
      return { left: Math.round(left), top: Math.round(top), width };
    }),
    bars: plots.map((plot) => plot.querySelectorAll('.mark-rect path').length),
    background: getComputedStyle(document.body).backgroundColor,
    overflow: document.documentElement.scrollWidth - window.innerWidth,
  };
})()`;

const WIDE = 1000;
const NARROW = 380;

async function look(
  browser: Browser,
  file: string,
  { dark, width, picture }: { readonly dark: boolean; readonly width: number; readonly picture?: string | undefined },
): Promise<{ readonly seen: Seen; readonly faults: readonly string[] }> {
  const page = await browser.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  await page.setViewport({ width, height: 800 });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }]);
  await page.goto(pathToFileURL(file).href);
  const seen = (await page.evaluate(LOOK)) as Seen;
  if (picture !== undefined) await page.screenshot({ path: picture, fullPage: true });
  return { seen, faults };
}

function check(what: string, wide: Seen, dark: Seen, narrow: Seen, expected: readonly string[]): string[] {
  const faults: string[] = [];
  const expect = (holds: boolean, text: string): void => {
    if (!holds) faults.push(`${what}: ${text}`);
  };
  expect(wide.names.join() === expected.join(), `shows ${wide.names.join(', ')}`);
  const columns = new Set(wide.boxes.map(({ left }) => left));
  const rows = new Set(wide.boxes.map(({ top }) => top));
  expect(columns.size === 2 && rows.size === expected.length / 2, `has ${rows.size} rows and ${columns.size} columns`);
  expect(new Set(narrow.boxes.map(({ left }) => left)).size === 1, 'does not stack its plots in a narrow window');
  for (const seen of [wide, dark, narrow]) {
    expect(seen.overflow <= 0, `is ${seen.overflow} pixels too wide`);
    expect(
      seen.boxes.every(({ width }) => width > 200) && seen.bars.every((bars) => bars > 0),
      'has a plot without bars',
    );
  }
  expect(wide.background !== dark.background, `has the background ${dark.background} in light and dark`);
  return faults;
}

/**
 * Opens the report of the Keras example in Chromium: light, dark and narrow.
 *
 * @param folder where the page is written · @param pictures where its pictures go, if anywhere
 * @returns why there is no Chromium, or what is wrong with the page
 */
export async function lookAtReport(folder: string, pictures?: string): Promise<string | readonly string[]> {
  const chromium = await openChromium();
  if (typeof chromium === 'string') return chromium;
  try {
    const net = await build(finalModel);
    net.initialize();
    const file = join(folder, 'report.html');
    writeFileSync(file, await report(net));
    const picture = (name: string): string | undefined => pictures && join(pictures, name);
    const { browser } = chromium;
    const wide = await look(browser, file, { dark: false, width: WIDE, picture: picture('keras-report.png') });
    const dark = await look(browser, file, { dark: true, width: WIDE, picture: picture('keras-report-dark.png') });
    const narrow = await look(browser, file, { dark: false, width: NARROW });
    const names = net.variables.list().map(({ name }) => name);
    return [...wide.faults, ...dark.faults, ...check('the report', wide.seen, dark.seen, narrow.seen, names)];
  } finally {
    await chromium.close();
  }
}
