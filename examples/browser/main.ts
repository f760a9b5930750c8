// npm run example -- browser [--check] [--pictures FOLDER]: builds the digits page with Vite, prints what it weighs and serves
// it on the loopback interface. --check draws digits on it in Chromium instead, and ends; pictures of it go to FOLDER.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { compileDigits } from '../digits/module.js';
import { PinnedPackages } from '../support/packages.js';
import { printTable, thousands } from '../support/text.js';
import { checkPage } from './check.js';

/** The part of Vite that is used here. */
interface Vite {
  build(options: object): Promise<unknown>;
  preview(options: object): Promise<{
    readonly resolvedUrls: { readonly local: readonly string[] } | null;
    close(): Promise<void>;
  }>;
}

const root = fileURLToPath(new URL('../../../examples/browser/', import.meta.url));
const outDir = fileURLToPath(new URL('site/', import.meta.url));
const digits = fileURLToPath(new URL('digits.wasm', import.meta.url));

/** Of scripts and modules, gzip. */
const LIMIT = 60_000;

async function loadVite(): Promise<Vite | undefined> {
  const folder = pathToFileURL(root);
  if (!new PinnedPackages(folder).find('vite')) return undefined;
  const file = createRequire(new URL('package.json', folder)).resolve('vite');
  return (await import(pathToFileURL(file).href)) as Vite;
}

/** Prints what the page consists of; whether scripts and modules are within their limit. */
function weigh(): boolean {
  const files = readdirSync(outDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const sizes = files.map(({ name, parentPath }) => {
    const bytes = readFileSync(join(parentPath, name));
    return { name, bytes: bytes.length, gzip: gzipSync(bytes).length };
  });
  const code = sizes.filter(({ name }) => /\.(js|wasm)$/.test(name));
  const total = (of: typeof sizes, key: 'bytes' | 'gzip'): number => of.reduce((sum, size) => sum + size[key], 0);
  const row = (name: string, of: typeof sizes): string[] => [
    name,
    thousands(total(of, 'bytes')),
    thousands(total(of, 'gzip')),
  ];
  printTable(
    [['file', 'bytes', 'gzip'], ...sizes.map((size) => row(size.name, [size])), row('scripts and modules', code)],
    [1, 2],
  );
  console.log(`limit of scripts and modules: ${thousands(LIMIT)} bytes gzip`);
  return total(code, 'gzip') <= LIMIT;
}

const { values } = parseArgs({
  options: { check: { type: 'boolean', default: false }, pictures: { type: 'string' } },
});
const vite = await loadVite();
if (vite) {
  writeFileSync(digits, (await compileDigits(pathToFileURL(join(root, 'weights.safetensors')))).binary);
  const options = {
    root,
    base: './',
    logLevel: 'warn',
    build: { outDir, emptyOutDir: true, assetsInlineLimit: 0, target: 'es2022' },
    resolve: { alias: [{ find: /^\.\/digits\.wasm/, replacement: digits }] },
  };
  await vite.build(options);
  const failures = weigh() ? [] : ['page: scripts and modules are above their limit'];
  const server = await vite.preview({ ...options, preview: { host: '127.0.0.1', port: 0 } });
  const [url] = server.resolvedUrls?.local ?? [];
  if (url === undefined) throw new Error('vite: serves nothing');
  if (values.check) {
    try {
      failures.push(...(await checkPage(url, values.pictures)));
    } finally {
      await server.close();
    }
  } else console.log(`\n${url}  (Ctrl+C ends it)`);
  failures.forEach((failure) => console.error(failure));
  if (failures.length > 0) process.exitCode = 1;
} else console.log('skipped: the packages of examples/browser are not to be had');
