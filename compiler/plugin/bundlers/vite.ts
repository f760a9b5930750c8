import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Models } from '../models.js';
import { splitQuery, type NacreOptions } from '../options.js';
import { TypesFile } from '../types.js';
import { RollupHooks, scripts, specifiersOf, type RollupContext } from './rollup.js';

interface ViteConfig {
  readonly command: 'build' | 'serve';
  readonly root: string;
  readonly base: string;
  readonly logger: { info(text: string): void };
  readonly server: { readonly fs: { readonly allow: string[] } };
}

/** Entries that the dev server must not bundle beforehand: it would find them late, and reload the page. */
const runtimes = ['nacre/runtime', 'nacre/runtime/external', 'nacre/runtime/forward'];

const packageFolder = fileURLToPath(new URL('../../../../', import.meta.url));

/** Files of the package that pages import. */
const shipped = /\/build\/(?:runtime|compiler\/plugin\/client)\/[\w-]+\.js(?:\?|$)/;

/** The package ships no source maps, and the dev server would warn of each file that names one. */
async function loadShipped(path: string): Promise<string | undefined> {
  if (relative(packageFolder, path).startsWith('..')) return undefined;
  return (await readFile(path, 'utf8')).replace(/^\/\/# sourceMappingURL=.*$/m, '');
}

/** The hooks of Vite, versions 5 and later. */
export function viteHooks(options: NacreOptions): object {
  let models: Models | undefined;
  let types: TypesFile | undefined;
  const hooks = new RollupHooks(
    () => models!,
    () => types,
  );
  return {
    config: () => ({ optimizeDeps: { exclude: runtimes } }),
    configResolved({ command, root, base, logger, server }: ViteConfig) {
      models = new Models(options, root);
      types = options.types ? new TypesFile(options, root) : undefined;
      hooks.info = (text) => logger.info(text);
      if (command !== 'serve') return;
      hooks.serving = { filesAt: `${base.replace(/\/$/, '')}/@fs/` };
      // A linked package and a folder that the options name are outside of what Vite serves by itself.
      server.fs.allow.push(packageFolder, ...(models.cache.folder === null ? [tmpdir()] : [models.cache.folder]));
    },
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
      filter: { id: [scripts, shipped] },
      handler(this: RollupContext, id: string, { ssr = false }: { readonly ssr?: boolean } = {}) {
        if (shipped.test(id)) return hooks.serving && loadShipped(splitQuery(id)[0]);
        return hooks.load(this, id, this.environment?.config.consumer === 'server' || ssr);
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
