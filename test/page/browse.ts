import { PinnedPackages } from '../../examples/support/packages.js';
import { readFileSync } from 'node:fs';
import type { Browser, Page } from '../hosts/chromium.js';

const packages = new PinnedPackages(new URL('../../../test/page/', import.meta.url));

const PATIENCE = 30_000;
const PAUSE = 50;

/** A page with what went wrong in it. */
export class Tab {
  readonly faults: string[] = [];
  readonly requests: string[] = [];

  private constructor(readonly page: Page) {
    page.on('pageerror', (error) => this.faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.faults.push(message.text());
    });
    page.on('request', (request) => this.requests.push(request.url()));
  }

  static async open(browser: Browser, url: string, { dark = false, width = 1280, height = 900 } = {}): Promise<Tab> {
    const tab = new Tab(await browser.newPage());
    await tab.page.setViewport({ width, height });
    await tab.setDark(dark);
    await tab.page.bringToFront();
    await tab.page.goto(url);
    await tab.until(`document.querySelector('main') !== null`);
    return tab;
  }

  setDark(dark: boolean): Promise<void> {
    return this.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }]);
  }

  /** @throws Error for what does not come true in time */
  async until(expression: string): Promise<void> {
    const start = performance.now();
    while (performance.now() - start < PATIENCE) {
      if ((await this.page.evaluate(`Boolean(${expression})`)) === true) return;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
    const shown = await this.text('.fault');
    throw new Error(`${expression} did not come true${shown === '' ? '' : `; the page shows: ${shown}`}`);
  }

  /** The text of the first element that a selector finds; '' without one. */
  async text(selector: string): Promise<string> {
    const text = await this.page.evaluate(`document.querySelector(${JSON.stringify(selector)})?.textContent ?? ''`);
    return text as string;
  }

  async count(selector: string): Promise<number> {
    return (await this.page.evaluate(`document.querySelectorAll(${JSON.stringify(selector)}).length`)) as number;
  }

  /** Presses the button of a text. */
  async click(text: string): Promise<void> {
    await this.page.evaluate(
      `[...document.querySelectorAll('button')].find((each) => each.textContent.trim() === ${JSON.stringify(text)}).click()`,
    );
  }

  /** The bytes of the file that a button saves. */
  async saved(button: string): Promise<Uint8Array> {
    const coded = await this.page.evaluate(`(async () => {
      let blob;
      const make = URL.createObjectURL;
      const follow = HTMLAnchorElement.prototype.click;
      URL.createObjectURL = (value) => ((blob = value), 'blob:');
      HTMLAnchorElement.prototype.click = () => undefined;
      [...document.querySelectorAll('button')].find((each) => each.textContent.trim() === ${JSON.stringify(button)}).click();
      URL.createObjectURL = make;
      HTMLAnchorElement.prototype.click = follow;
      const bytes = new Uint8Array(await blob.arrayBuffer());
      let text = '';
      for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
      return btoa(text);
    })()`);
    return Buffer.from(coded as string, 'base64');
  }

  /** Presses Tab until an expression about `element`, which has the focus, is true; tells what has no visible focus. */
  async tabTo(expression: string, most = 80): Promise<void> {
    for (let presses = 0; presses < most; presses++) {
      await this.page.keyboard.press('Tab');
      const seen = (await this.page.evaluate(`(() => {
        const element = document.activeElement;
        const drawn = element.querySelector?.('.box');
        const holder = element.closest('.button, .editor') ?? element;
        const style = getComputedStyle(holder);
        const isVisible = drawn ? parseFloat(getComputedStyle(drawn).strokeWidth) > 2 : style.outlineStyle !== 'none';
        return { isVisible, isThere: Boolean(${expression}), what: element.outerHTML.slice(0, 120) };
      })()`)) as { readonly isVisible: boolean; readonly isThere: boolean; readonly what: string };
      if (!seen.isVisible) this.faults.push(`the focus is not seen on ${seen.what}`);
      if (seen.isThere) return;
    }
    throw new Error(`Tab does not lead to ${expression}`);
  }

  /** What axe finds in light and dark. */
  async violations(): Promise<string[]> {
    const folder = packages.find('axe-core');
    if (!folder) throw new Error('axe-core is not installed');
    await this.page.evaluate(readFileSync(new URL('axe.min.js', folder), 'utf8'));
    const found: string[] = [];
    for (const dark of [false, true]) {
      await this.setDark(dark);
      const list = (await this.page.evaluate(`(async () => {
        const { violations } = await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
        return violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ html, failureSummary }) => id + ': ' + html.slice(0, 160) + ' ' + failureSummary));
      })()`)) as string[];
      found.push(...list.map((text) => `${dark ? 'dark' : 'light'}: ${text}`));
    }
    await this.setDark(false);
    return found;
  }
}
