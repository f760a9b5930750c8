// Bundles the runtimes that loaders carry into build/compiler/artifacts/runtime-texts.js: expressions, in text, whose
// values have the exports of the runtime.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = fileURLToPath(new URL('../build/runtime/', import.meta.url));

const host = `export { refuse, RELAXED_PROBE } from './open.js';`;
const weights = `export { loadWeights, loadWeightsSync } from './external.js';`;
const entries = {
  forward: `export * from './forward.js'; ${host}`,
  full: `export * from './index.js'; ${host}`,
  forwardExternal: `export * from './forward.js'; ${host} ${weights}`,
  fullExternal: `export * from './index.js'; ${host} ${weights}`,
};

/** @param {string} contents */
async function bundle(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: folder },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    charset: 'utf8',
    write: false,
  });
  const text = outputFiles[0]?.text.trim() ?? '';
  const [whole, list] = /export\{([^{}]*)\};?$/.exec(text) ?? [];
  if (whole === undefined || list === undefined) throw new Error('a bundle must end in its exports');
  const fields = list.split(',').map((item) => item.split(' as ').reverse().join(':'));
  return `(()=>{${text.slice(0, -whole.length)}return{${fields.join(',')}}})()`;
}

const lines = [];
for (const [name, contents] of Object.entries(entries)) {
  lines.push(`export const ${name} = ${JSON.stringify(await bundle(contents))};\n`);
}
writeFileSync(new URL('../build/compiler/artifacts/runtime-texts.js', import.meta.url), lines.join(''));
