/** The plugin of every bundler. */
import { createUnplugin, type UnpluginInstance, type UnpluginOptions } from 'unplugin';
import { setupEsbuild } from './bundlers/esbuild.js';
import { RollupHooks, scripts, specifiersOf, type RollupContext } from './bundlers/rollup.js';
import { viteHooks } from './bundlers/vite.js';
import { setupWebpack, type WebpackCompiler } from './bundlers/webpack.js';
import { Models, PLUGIN } from './models.js';
import { checkOptions, type NacreOptions } from './options.js';
import { TypesFile } from './types.js';

/** Rollup itself: its project is where it runs. */
function rollupHooks(options: NacreOptions): object {
  const root = process.cwd();
  const models = new Models(options, root);
  const types = options.types ? new TypesFile(options, root) : undefined;
  const hooks = new RollupHooks(
    () => models,
    () => types,
  );
  return {
    buildStart(this: RollupContext) {
      hooks.start(this);
    },
    resolveId: {
      filter: { id: specifiersOf(options) },
      handler(this: RollupContext, source: string, importer: string | undefined) {
        return hooks.resolveId(this, source, importer);
      },
    },
    load: {
      filter: { id: scripts },
      handler(this: RollupContext, id: string) {
        return hooks.load(this, id, undefined);
      },
    },
    renderChunk(this: RollupContext, code: string, chunk: { readonly fileName: string }) {
      return hooks.renderChunk(this, code, chunk);
    },
    writeBundle(this: RollupContext, output: object, bundle: Readonly<Record<string, unknown>>) {
      return hooks.writeBundle(this, output, bundle);
    },
  };
}

/** `nacre()` for a bundler is its member of this: `unplugin.vite(options)`, also for bundlers that have no entry of their own. */
export const unplugin: UnpluginInstance<NacreOptions | undefined, false> = createUnplugin(
  (given: NacreOptions | undefined = {}, { framework }): UnpluginOptions => {
    const options = checkOptions(given);
    switch (framework) {
      case 'vite':
        return { name: PLUGIN, enforce: 'pre', vite: viteHooks(options) };
      case 'esbuild':
        return { name: PLUGIN, esbuild: { setup: (build) => setupEsbuild(build, options) } };
      case 'webpack':
        return { name: PLUGIN, webpack: (compiler: unknown) => setupWebpack(compiler as WebpackCompiler, options) };
      case 'rspack':
        return { name: PLUGIN, rspack: (compiler: unknown) => setupWebpack(compiler as WebpackCompiler, options) };
      default:
        return { name: PLUGIN, rollup: rollupHooks(options), rolldown: rollupHooks(options) };
    }
  },
);
