// Bundles the playground: page/playground.tsx, the worker of the compiler, and what both load later.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { noticesOf } from './notices.js';
import { pageOptions, pageStyle } from './page-options.js';

const root = new URL('..', import.meta.url);

/** @param {string} folder that is made where it is missing */
export async function buildPlayground(folder) {
  mkdirSync(folder, { recursive: true });
  const { metafile } = await build({
    ...pageOptions(),
    entryPoints: {
      playground: fileURLToPath(new URL('page/playground.tsx', root)),
      'compiler-worker': fileURLToPath(new URL('page/playground/compiler-worker.ts', root)),
    },
    format: 'esm',
    platform: 'browser',
    splitting: true,
    chunkNames: '[name]-[hash]',
    outdir: folder,
    external: ['h5wasm', 'assemblyscript', 'assemblyscript/asc'],
    metafile: true,
  });
  for (const name of readdirSync(new URL('build/', root))) {
    if (/^(kernels.*|binaryen)\.wasm$/.test(name)) copyFileSync(new URL(`build/${name}`, root), join(folder, name));
  }
  const binaryen = readFileSync(new URL('node_modules/binaryen/LICENSE', root), 'utf8');
  writeFileSync(join(folder, 'LICENSES.txt'), `${noticesOf(metafile, root)}\n\nbinaryen: ${binaryen}`);
  writeFileSync(join(folder, 'style.css'), await pageStyle());
  copyFileSync(new URL('page/playground.html', root), join(folder, 'index.html'));
}
