// What the report and the playground are bundled with.
import { existsSync, readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';
import { colorsOf } from '../build/compiler/report/theme.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = ['es2022', 'chrome123', 'firefox120', 'safari17.5'];

/**
 * The compiler and the runtime as they are built: of some files there is no source.
 *
 * @type {import('esbuild').Plugin}
 */
const built = {
  name: 'built',
  setup(context) {
    context.onResolve({ filter: /^\.\.?\/.*\.js$/ }, ({ path, resolveDir }) => {
      const file = relative(root, resolve(resolveDir, path));
      if (!/^(compiler|runtime)[\\/]/.test(file)) return undefined;
      const found = resolve(root, 'build', file);
      return existsSync(found) ? { path: found } : { errors: [{ text: `${found} is not built` }] };
    });
  },
};

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
      const entryPoints = [resolve(root, 'page/runner/worker.ts')];
      const { outputFiles } = await build({ ...common, entryPoints, format: 'iife', plugins: [built], write: false });
      return { contents: outputFiles[0]?.text ?? '', loader: 'text' };
    });
  },
};

/** @returns {import('esbuild').BuildOptions} */
export const pageOptions = () => ({ ...common, jsx: 'automatic', jsxImportSource: 'preact', plugins: [built, runner] });

/** The style sheet, with the colours of the figures. */
export async function pageStyle() {
  const [light, dark] = [colorsOf('light'), colorsOf('dark')];
  const colors = Object.entries(light).map(
    ([role, color]) => `--${role}:light-dark(${color},${dark[/** @type {keyof typeof dark} */ (role)]})`,
  );
  const css = `:root{${colors.join(';')}}${readFileSync(resolve(root, 'page/style.css'), 'utf8')}`;
  const { code } = await transform(css, { loader: 'css', minify: true, target });
  return code.trimEnd();
}
