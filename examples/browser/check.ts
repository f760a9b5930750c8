import { join } from 'node:path';
import { openChromium, type Browser, type Page } from '../../test/hosts/chromium.js';
import { drawings } from './drawings.js';
import { strokesOf } from './shapes.js';
import type { Stroke } from './page/strokes.js';

interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
}

/** What puppeteer's page has besides, to draw and to type. */
interface DrawnPage extends Page {
  setViewport(size: {
    readonly width: number;
    readonly height: number;
    readonly hasTouch?: boolean;
    readonly isMobile?: boolean;
    readonly deviceScaleFactor?: number;
  }): Promise<void>;
  click(selector: string): Promise<void>;
  focus(selector: string): Promise<void>;
  readonly keyboard: { press(key: string): Promise<void> };
  readonly mouse: {
    move(x: number, y: number): Promise<void>;
    down(): Promise<void>;
    up(): Promise<void>;
  };
  readonly touchscreen: {
    touchStart(x: number, y: number): Promise<void>;
    touchMove(x: number, y: number): Promise<void>;
    touchEnd(): Promise<void>;
  };
}

/** What draws a line: pressed at its start, moved along it and lifted at its end. */
interface Pen {
  press(x: number, y: number): Promise<void>;
  move(x: number, y: number): Promise<void>;
  lift(): Promise<void>;
}

const mouse = ({ mouse }: DrawnPage): Pen => ({
  press: async (x, y) => {
    await mouse.move(x, y);
    await mouse.down();
  },
  move: (x, y) => mouse.move(x, y),
  lift: () => mouse.up(),
});

const finger = ({ touchscreen }: DrawnPage): Pen => ({
  press: (x, y) => touchscreen.touchStart(x, y),
  move: (x, y) => touchscreen.touchMove(x, y),
  lift: () => touchscreen.touchEnd(),
});

const windows = {
  desktop: { width: 1000, height: 800 },
  phone: { width: 390, height: 844, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
};

/** A digit takes the middle of the pad, as people draw it. */
const [MARGIN, EXTENT] = [0.2, 0.6];

const PLACE = `(() => {
  const { left, top, width } = document.getElementById('pad').getBoundingClientRect();
  return { left, top, width };
})()`;

/** After the frame in which the page answers. */
const ANSWER = `new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() =>
  resolve(document.getElementById('digit').textContent))))`;

const answerOf = async (page: Page): Promise<string> => (await page.evaluate(ANSWER)) as string;

/** Clears the pad and draws on it; what the page answers. */
async function draw(page: DrawnPage, pen: Pen, strokes: readonly Stroke[]): Promise<string> {
  await page.evaluate(`document.getElementById('clear').click()`);
  const { left, top, width } = (await page.evaluate(PLACE)) as Place;
  const at = (origin: number, share: number): number => origin + width * (MARGIN + EXTENT * share);
  for (const [first, ...rest] of strokes) {
    await pen.press(at(left, first!.x), at(top, first!.y));
    for (const { x, y } of rest) await pen.move(at(left, x), at(top, y));
    await pen.lift();
  }
  return answerOf(page);
}

async function open(
  browser: Browser,
  url: string,
  size: keyof typeof windows,
  dark: boolean,
  faults: string[],
): Promise<DrawnPage> {
  const page = (await browser.newPage()) as DrawnPage;
  page.on('pageerror', (error) => faults.push(`${size}: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`${size}: ${message.text()}`);
  });
  await page.setViewport(windows[size]);
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }]);
  await page.goto(url);
  await page.evaluate(`new Promise((resolve) => {
    const wait = () => document.querySelector('#bars li') ? resolve() : setTimeout(wait, 10);
    wait();
  })`);
  const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
  if ((overflow as number) > 0) faults.push(`${size}: the page is ${String(overflow)} pixels too wide`);
  return page;
}

/** Draws digits and counts those that the page recognizes. */
async function drawAll(page: DrawnPage, pen: Pen, title: string, ways: number, faults: string[]): Promise<void> {
  let right = 0;
  let count = 0;
  for (const [digit, all] of drawings.entries()) {
    for (const [way, shape] of all.slice(0, ways).entries()) {
      const answer = await draw(page, pen, strokesOf(shape));
      count++;
      if (answer === String(digit)) right++;
      else faults.push(`${title}: drawing ${way + 1} of ${digit} is taken for ${answer}`);
    }
  }
  console.log(`${title}: ${right} of ${count} drawings recognized`);
}

/** Fills two columns of the grid with the keyboard. */
async function typeOne(page: DrawnPage, faults: string[]): Promise<void> {
  await page.evaluate(`document.getElementById('clear').click()`);
  await page.focus('#grid [tabindex="0"]');
  for (let column = 0; column < 3; column++) await page.keyboard.press('ArrowRight');
  for (let row = 0; row < 8; row++) {
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowDown');
  }
  const answer = await answerOf(page);
  if (answer !== '1') faults.push(`keyboard: two columns are taken for ${answer}`);
  console.log(`keyboard: two columns filled are ${answer}`);
}

/** Looks at samples; what is spoken names the answer and the label. */
async function lookAtSamples(page: DrawnPage, faults: string[]): Promise<void> {
  let right = 0;
  const COUNT = 10;
  for (let i = 0; i < COUNT; i++) {
    await page.click('#sample');
    const answer = await answerOf(page);
    const spoken = (await page.evaluate(`new Promise((resolve) => setTimeout(() =>
      resolve(document.getElementById('spoken').textContent), 600))`)) as string;
    const [, said, label] = /^(\d), \d+ % for a sample of (\d)$/.exec(spoken) ?? [];
    if (said !== answer) faults.push(`samples: the answer is ${answer} and '${spoken}' is spoken`);
    if (label === answer) right++;
  }
  if (right < COUNT) faults.push(`samples: ${right} of ${COUNT} are recognized`);
  console.log(`samples: ${right} of ${COUNT} recognized and spoken`);
}

/**
 * Draws digits on the served page with the mouse and with a finger, fills cells with the keyboard and looks at samples.
 * @param pictures where pictures go, if anywhere
 * @returns what is wrong
 */
export async function checkPage(url: string, pictures?: string): Promise<string[]> {
  const chromium = await openChromium();
  if (typeof chromium === 'string') {
    console.log(`skipped: Chromium: ${chromium}`);
    return [];
  }
  const faults: string[] = [];
  const { browser } = chromium;
  const keep = async (page: DrawnPage, pen: Pen, name: string, digit: number): Promise<void> => {
    if (pictures === undefined) return;
    await draw(page, pen, strokesOf(drawings[digit]![0]!));
    await page.screenshot({ path: join(pictures, name), fullPage: true });
  };
  try {
    const desktop = await open(browser, url, 'desktop', false, faults);
    await drawAll(desktop, mouse(desktop), 'mouse', Infinity, faults);
    await typeOne(desktop, faults);
    await lookAtSamples(desktop, faults);
    await keep(desktop, mouse(desktop), 'digits.png', 3);
    const dark = await open(browser, url, 'desktop', true, faults);
    await keep(dark, mouse(dark), 'digits-dark.png', 5);
    const phone = await open(browser, url, 'phone', false, faults);
    await drawAll(phone, finger(phone), 'finger', 1, faults);
    await keep(phone, finger(phone), 'digits-phone.png', 2);
  } finally {
    await chromium.close();
  }
  return faults;
}
