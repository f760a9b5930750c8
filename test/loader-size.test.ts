import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { build } from 'esbuild';
import type * as forward from '../runtime/forward.js';
import { compile, dense, input, sequential } from '../compiler/index.js';

const KIB = 1024;

/** What a bundler makes of an entry point, for any host. */
async function bundle(entry: string): Promise<string> {
  const path = fileURLToPath(new URL(`../runtime/${entry}.js`, import.meta.url));
  const { outputFiles, warnings, metafile } = await build({
    entryPoints: [path],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    write: false,
    metafile: true,
  });
  const foreign = Object.keys(metafile.inputs).filter((file) => !/(^|\/)runtime\/[\w-]+\.js$/.test(file));
  if (warnings.length + foreign.length > 0)
    throw new Error([...warnings.map(({ text }) => text), ...foreign].join('\n'));
  return outputFiles[0]!.text;
}

const budgets = [
  ['forward', 3 * KIB],
  ['index', 8.25 * KIB],
  ['external', 10 * KIB],
] as const;

for (const [entry, budget] of budgets) {
  test(`runtime/${entry} fits into ${budget / KIB} KiB, minified and compressed`, async (t) => {
    const { length } = gzipSync(await bundle(entry), { level: 9 });
    t.log(`${length} bytes`);
    t.true(length <= budget, `${length} bytes are above ${budget}`);
  });

  test(`runtime/${entry} stands alone: no eval, no files, no imports`, async (t) => {
    const text = await bundle(entry);
    const forbidden = {
      'an import': /\bimport\b|\brequire\b/,
      'code from text': /\beval\b|\bFunction\(|new Function/,
      'the host': /\bprocess\b|\bBuffer\b|node:|\bfs\b|\bfetch\b|\bwindow\b|\bdocument\b|\bself\b|\bglobalThis\b/,
      'files of its own': /\bimport\.meta\b|\bnew URL\b/,
    };
    // Prose in messages is no code.
    const code = text.replaceAll(/"(?:[^"\\]|\\.)*"|`(?:[^`\\$]|\\.|\$(?!\{))*`/g, '""');
    for (const [what, pattern] of Object.entries(forbidden)) t.notRegex(code, pattern, what);
  });

  test(`runtime/${entry} runs as a bundle`, async (t) => {
    const source = `data:text/javascript,${encodeURIComponent(await bundle(entry))}`;
    const { instantiateSync } = (await import(source)) as typeof forward;
    const { binary } = await compile(sequential([input([1, 2]), dense({ units: 1, weight: [[2], [3]] })]));
    t.deepEqual(instantiateSync(binary).forward({ x: [[4, 5]] })['y'], { data: Float32Array.of(23), shape: [1, 1] });
  });
}
