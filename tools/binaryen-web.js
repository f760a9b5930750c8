// Writes what a page loads of the pinned binaryen package: build/binaryen.wasm, its module, which the package keeps in a
// string, and its code without that string, without Node's modules and without an instance made on import.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';

const build = fileURLToPath(new URL('../build/', import.meta.url));
const source = createRequire(import.meta.url).resolve('binaryen');

let code = readFileSync(source, 'utf8');

/**
 * @param {RegExp} pattern global
 * @param {string} replacement
 */
function replaceOnce(pattern, replacement) {
  const found = [...code.matchAll(pattern)];
  if (found.length !== 1) throw new Error(`binaryen: ${found.length} matches of ${pattern.source}, expected 1`);
  code = code.replace(pattern, replacement);
}

const [opening] = /\?\?=\w+\(`/.exec(code) ?? [];
if (opening === undefined) throw new Error('binaryen: its module is not where it was');
const start = code.indexOf(opening) + opening.length;
let end = start;
while (code[end] !== '`') end += code[end] === '\\' ? 2 : 1;
const text = /** @type {string} */ (runInNewContext(`\`${code.slice(start, end)}\``));
const module = Uint8Array.from(text, (character) => character.charCodeAt(0));
if (!WebAssembly.validate(module)) throw new Error('binaryen: what its string holds is no module');
code = `${code.slice(0, start - opening.length)}??=(null${code.slice(end + 1)}`;

replaceOnce(/globalThis\.process\?\.versions\?\.node&&globalThis\.process\?\.type!="renderer"/g, '!1');
replaceOnce(
  /if\([\w$]+\)\{let\{createRequire:(\w+)\}=await import\("node:module"\);var ([\w$]+)=\1\(import\.meta\.url\)\}/g,
  'var $2;',
);
replaceOnce(/=import\.meta\.url/g, '=""');
replaceOnce(
  /var ([\w$]+)=([\w$]+);var ([\w$]+)=await \1\(\),([\w$]+)=\3;export\{\4 as default\};/g,
  'export{$2 as default};',
);

const folder = join(build, 'compiler/emit/hosts');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'binaryen.js'), code);
writeFileSync(join(build, 'binaryen.wasm'), module);
copyFileSync(join(dirname(source), 'LICENSE'), join(build, 'binaryen.LICENSE'));
