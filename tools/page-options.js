// What the report and the playground are bundled with.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';
import { colorsOf } from '../build/compiler/report/theme.js';

const root = new URL('..', import.meta.url);
const target = ['es2022', 'chrome123', 'firefox120', 'safari17.5'];

/** @type {import('esbuild').BuildOptions} */
const common = { bundle: true, minify: true, target, logLevel: 'warning', legalComments: 'inline' };

/**
 * The worker of a module as a text of the page, which needs no other file then.
 *
 * @type {import('esbuild').Plugin}
 */
const runner = {
  name: 'runner',
  setup(context) {
    context.onResolve({ filter: /^nacre-page:runner$/ }, ({ path }) => ({ path, namespace: 'runner' }));
    context.onLoad({ filter: /.*/, namespace: 'runner' }, async () => {
      const entry = fileURLToPath(new URL('page/runner/worker.ts', root));
      const { outputFiles } = await build({ ...common, entryPoints: [entry], format: 'iife', write: false });
      return { contents: outputFiles[0]?.text ?? '', loader: 'text' };
    });
  },
};

/**
 * @returns {Promise<import('esbuild').BuildOptions & { metafile?: true, write?: boolean }>}
 */
export const pageOptions = () =>
  Promise.resolve({ ...common, jsx: 'automatic', jsxImportSource: 'preact', plugins: [runner] });

/** The style sheet, with the colours of the figures. */
export async function pageStyle() {
  const [light, dark] = [colorsOf('light'), colorsOf('dark')];
  const colors = Object.entries(light).map(
    ([role, color]) => `--${role}:light-dark(${color},${dark[/** @type {keyof typeof dark} */ (role)]})`,
  );
  const css = `:root{${colors.join(';')}}${readFileSync(new URL('page/style.css', root), 'utf8')}`;
  const { code } = await transform(css, { loader: 'css', minify: true, target });
  return code.trimEnd();
}
