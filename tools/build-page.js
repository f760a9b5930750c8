// Builds the page of compiler/report: bundles page/report.tsx into the template that `nacre report` fills.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { noticesOf } from './notices.js';
import { pageOptions, pageStyle } from './page-options.js';

const root = new URL('..', import.meta.url);
const read = (/** @type {string} */ path) => readFileSync(new URL(path, root), 'utf8');

const { outputFiles, metafile } = await build({
  ...pageOptions(),
  entryPoints: [fileURLToPath(new URL('page/report.tsx', root))],
  format: 'iife',
  write: false,
  metafile: true,
});
const [output] = outputFiles;
if (output === undefined) throw new Error('build-page: esbuild gives no file');
const script = output.text.trimEnd();
if (/<\/script|<!--/i.test(script)) throw new Error('build-page: the script would end its own element');

const hash = createHash('sha256').update(script).digest('base64');
const policy = [
  "default-src 'none'",
  `script-src 'sha256-${hash}' 'wasm-unsafe-eval'`,
  "style-src 'unsafe-inline'",
  'img-src data: blob:',
  'worker-src blob:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** @type {Record<string, string>} */
const parts = { policy, style: await pageStyle(), script };
const filled = read('page/template.html').replace(
  /\{\{(\w+)\}\}/g,
  (mark, /** @type {string} */ name) => parts[name] ?? mark,
);
for (const mark of Object.keys(parts))
  if (filled.includes(`{{${mark}}}`)) throw new Error(`build-page: ${mark} is not filled`);
if (!filled.includes(`<script>${script}</script>`)) throw new Error('build-page: the script is not as its hash says');
const html = filled.replace('<html', () => `<!--\n${noticesOf(metafile, root)}\n-->\n<html`);

const file = new URL('build/compiler/report/template.html', root);
mkdirSync(new URL('.', file), { recursive: true });
writeFileSync(file, html);
console.log(`report template: ${html.length} bytes, ${gzipSync(html).length} gzip`);
