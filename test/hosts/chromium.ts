import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import { cache, installed, load, platform } from './install.js';

/** The part of puppeteer's page that tests use. */
export interface Page {
  goto(url: string): Promise<unknown>;
  /** The value of an expression, awaited; it travels as JSON. */
  evaluate(expression: string): Promise<unknown>;
  setViewport(size: { readonly width: number; readonly height: number }): Promise<void>;
  emulateMediaFeatures(features: readonly { readonly name: string; readonly value: string }[]): Promise<void>;
  screenshot(options: { readonly path: string; readonly fullPage: boolean }): Promise<unknown>;
  bringToFront(): Promise<void>;
  close(): Promise<void>;
  readonly keyboard: {
    press(key: string): Promise<void>;
    type(text: string): Promise<void>;
    down(key: string): Promise<void>;
    up(key: string): Promise<void>;
  };
  on(event: 'request', listener: (request: { url(): string }) => void): unknown;
  on(event: 'pageerror', listener: (error: Error) => void): unknown;
  on(event: 'console', listener: (message: { type(): string; text(): string }) => void): unknown;
}

/** The part of puppeteer's browser that tests use. */
export interface Browser {
  newPage(): Promise<Page>;
  /** As `HeadlessChrome/143.0.7499.0`. */
  version(): Promise<string>;
  target(): {
    createCDPSession(): Promise<{ send(method: 'Browser.getVersion'): Promise<{ readonly jsVersion: string }> }>;
  };
  close(): Promise<void>;
}

interface Puppeteer {
  launch(options: object): Promise<Browser>;
}

interface Program {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface Chromium {
  readonly browser: Browser;
  close(): Promise<void>;
}

const flags = [
  '--no-sandbox',
  '--no-zygote',
  '--disable-gpu',
  '--disable-quic',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** The pinned Chromium, unpacked once beside its package with the libraries that a bare machine lacks. */
function pinned(): Program | string {
  if (platform !== 'linux-x64') return `no release is pinned for ${platform}`;
  const found = installed('@sparticuz/chromium');
  if (typeof found === 'string') return found;
  const folder = join(cache, `.chromium-${found.version}`);
  if (!existsSync(folder)) unpack(join(found.folder, 'bin'), folder);
  const fonts: Record<string, string> = existsSync('/etc/fonts/fonts.conf')
    ? {}
    : { FONTCONFIG_FILE: join(folder, 'fonts.conf') };
  return { path: join(folder, 'chromium'), env: { LD_LIBRARY_PATH: join(folder, 'lib'), ...fonts } };
}

function unpack(from: string, folder: string): void {
  const half = `${folder}.${process.pid}`;
  mkdirSync(half, { recursive: true });
  const read = (name: string): Uint8Array => brotliDecompressSync(readFileSync(join(from, `${name}.br`)));
  for (const name of ['al2023.tar', 'fonts.tar']) {
    const { status, error } = spawnSync('tar', ['-xf', '-', '-C', half], { input: read(name) });
    if (status !== 0) throw new Error(`${name}: tar does not unpack it`, { cause: error });
  }
  const fonts = `<dir>${join(folder, 'fonts')}</dir><cachedir>${join(folder, 'fonts-cache')}</cachedir>`;
  writeFileSync(join(half, 'fonts.conf'), `<fontconfig>${fonts}</fontconfig>`);
  writeFileSync(join(half, 'chromium'), read('chromium'), { mode: 0o755 });
  try {
    renameSync(half, folder);
  } catch (error) {
    rmSync(half, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
}

/** The machine's own Chromium. */
function ownProgram(): Program | string {
  const names = ['chromium', 'chromium-headless-shell', 'google-chrome'];
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const path = names.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file));
  return path === undefined ? `none of ${names.join(', ')} is on PATH` : { path, env: {} };
}

/**
 * Starts a headless Chromium that reaches nothing but 127.0.0.1 and files: the pinned one, or else the machine's own.
 * @returns why there is none where neither starts
 */
export async function openChromium(): Promise<Chromium | string> {
  const puppeteer = await load<Puppeteer>('puppeteer-core');
  if (typeof puppeteer === 'string') return puppeteer;
  const reasons: string[] = [];
  for (const program of [pinned(), ownProgram()]) {
    if (typeof program === 'string') {
      reasons.push(program);
      continue;
    }
    const { path, env } = program;
    const options = { executablePath: path, env: { ...process.env, ...env }, headless: 'shell', args: flags };
    try {
      const browser = await puppeteer.launch({ ...options, timeout: 30_000 });
      return { browser, close: () => browser.close() };
    } catch (error) {
      reasons.push(`${path} does not start (${(error as Error).message.trim().split('\n')[0]})`);
    }
  }
  return reasons.join('; ');
}

/**
 * Takes a picture of a whole page.
 * @param width of the window, in CSS pixels
 * @param dark asks the page for its dark colour scheme
 * @returns why there is no Chromium to take it, or null when it is taken
 */
export async function screenshot(
  htmlPath: string,
  pngPath: string,
  { dark = false, width = 1024 }: { readonly dark?: boolean; readonly width?: number } = {},
): Promise<string | null> {
  const chromium = await openChromium();
  if (typeof chromium === 'string') return chromium;
  try {
    const page = await chromium.browser.newPage();
    await page.setViewport({ width, height: 800 });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }]);
    await page.goto(pathToFileURL(resolve(htmlPath)).href);
    await page.screenshot({ path: pngPath, fullPage: true });
    return null;
  } finally {
    await chromium.close();
  }
}
