/** Rollup and what has its hooks: Vite and Rolldown. */
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, posix, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runtimePath, writeCode, type Access } from '../code.js';
import type { Part } from '../parts.js';
import { ModelFault, present, type Models, type OpenedModel } from '../models.js';
import { splitQuery, type NacreOptions, type Platform } from '../options.js';
import { describeModel } from '../report.js';
import type { TypesFile } from '../types.js';

/** What the plugin uses of a hook's `this`. */
export interface RollupContext {
  readonly environment?: ViteEnvironment;
  readonly meta: { readonly watchMode?: boolean };
  resolve(
    source: string,
    importer: string | undefined,
    options: { readonly skipSelf: true },
  ): Promise<{ readonly id: string; readonly external: unknown } | null>;
  addWatchFile(path: string): void;
  emitFile(file: { readonly type: 'asset'; readonly name: string; readonly source: Uint8Array }): string;
  getFileName(reference: string): string;
  error(message: { readonly message: string; readonly cause?: unknown; readonly stack?: string }): never;
  warn(message: string): void;
  info(message: string): void;
}

/** An environment of Vite 6 and later. */
export interface ViteEnvironment {
  readonly name: string;
  readonly config: {
    readonly consumer?: 'client' | 'server';
    readonly resolve?: { readonly conditions?: readonly string[] };
  };
}

/** What Vite adds to Rollup. */
export interface Serving {
  /** The start of the URL under which the dev server has a file of this machine. */
  readonly filesAt: string;
}

type Emitted = { readonly model: OpenedModel; readonly references: Partial<Record<Part, string>> };

interface OutputOptions {
  readonly dir?: string;
  readonly file?: string;
}

/** Marks scripts of the plugin; the zero keeps other plugins from them. */
const PREFIX = '\0nacre:';
/** Keeps plugins for the model's own kind of file, such as JSON, from its script. */
const SUFFIX = '.js';
/** Stand in a chunk for the way from it to a file that was emitted. */
const MODULE = 'nacre-module:';
const URL_MARK = 'nacre-url:';

const modelFile = /\.(onnx|json|keras|h5|hdf5|wasm|[mc]?[jt]s)$/;
const slashed = (path: string): string => path.replaceAll('\\', '/');
const clientFolder = slashed(fileURLToPath(new URL('../client/', import.meta.url)));

/** Ids of scripts: bundlers that know of filters call `load` for no other. */
export const scripts = /^\0nacre:/;

/** What `resolveId` has to see: imports of models, of the runtime by their scripts, and of Node by what these import. */
export const specifiersOf = ({ include }: NacreOptions): RegExp =>
  include === undefined ? /[?&]nacre(?:[=&]|$)|^nacre\/|^nacre-module:|^node:|^\0nacre:/ : /./;

const idOf = (path: string, query: string): string => `${PREFIX}${slashed(path)}${SUFFIX}${query}`;

function partsOf(id: string): readonly [path: string, query: string] {
  const [path, query] = splitQuery(id.slice(PREFIX.length));
  return [path.slice(0, -SUFFIX.length), query];
}

export class RollupHooks {
  /** What each environment has emitted in the build that runs. */
  readonly #emitted = new Map<string, Emitted[]>();
  /** Set while a dev server of Vite runs. */
  serving: Serving | undefined;
  /** Takes lines of the report, in the place of Rollup's own logger. */
  info: ((text: string) => void) | undefined;

  constructor(
    private readonly models: () => Models,
    private readonly types: () => TypesFile | undefined,
  ) {}

  start(context: RollupContext): void {
    this.#emitted.set(context.environment?.name ?? '', []);
  }

  async resolveId(
    context: RollupContext,
    source: string,
    importer: string | undefined,
  ): Promise<string | { readonly id: string; readonly external: true } | null> {
    if (source.startsWith(PREFIX)) return source;
    if (source.startsWith(MODULE)) return { id: source, external: true };
    if (importer && slashed(importer).startsWith(clientFolder) && source.startsWith('node:'))
      return { id: source, external: true };
    const models = this.models();
    if (importer?.startsWith(PREFIX)) {
      return source.startsWith('nacre/') ? this.#runtime(context, source, models) : null;
    }
    const [path, query] = splitQuery(source);
    const isAsked = query !== '' && models.claims(path, query);
    if (!isAsked && (query !== '' || !modelFile.test(path) || models.options.include === undefined)) return null;
    const found = await context.resolve(path, importer, { skipSelf: true });
    const resolved = found && !found.external ? splitQuery(found.id)[0] : undefined;
    const from = importer === undefined ? models.root : dirname(splitQuery(importer)[0]);
    const file = resolved !== undefined && isAbsolute(resolved) ? resolved : resolve(from, path);
    if (!models.claims(file, query)) return null;
    this.types()?.saw(source, file, query);
    return idOf(file, query);
  }

  /** The project's own package, so that there is one runtime; else the one that the plugin is of. */
  async #runtime(context: RollupContext, source: string, { root }: Models) {
    const found = await context.resolve(source, resolve(root, 'index.js'), { skipSelf: true });
    if (!found) return runtimePath(source);
    return found.external ? { id: source, external: true as const } : found.id;
  }

  async load(
    context: RollupContext,
    id: string,
    isServer: boolean | undefined,
  ): Promise<{ readonly code: string; readonly map: null; readonly moduleSideEffects: false } | null> {
    if (!id.startsWith(PREFIX)) return null;
    const [path, query] = partsOf(id);
    try {
      const { model, sources } = await this.models().open(path, query);
      for (const source of present(sources)) context.addWatchFile(source);
      for (const note of model.notes) context.warn(`${model.name}: ${note}`);
      this.types()?.know(model, query);
      const platform = this.#platform(context, isServer);
      const references: Emitted['references'] = {};
      const code = writeCode(model, {
        platform,
        // Vite takes a literal with import.meta.url for an asset of the project.
        prelude: this.serving ? ['const base = import.meta.url;'] : [],
        specifier: (entry) => entry,
        access: (part) => this.#access(context, model, part, platform, references),
      });
      if (!this.serving) this.#emitted.get(context.environment?.name ?? '')?.push({ model, references });
      return { code, map: null, moduleSideEffects: false };
    } catch (error) {
      if (!(error instanceof ModelFault)) throw error;
      for (const source of present(error.sources)) context.addWatchFile(source);
      return context.error({ message: error.message, cause: error.cause });
    }
  }

  #platform({ environment }: RollupContext, isServer: boolean | undefined): Platform {
    const { platform } = this.models().options;
    if (platform !== undefined) return platform;
    if (environment?.config.resolve?.conditions?.includes('workerd')) return 'cloudflare';
    if (isServer === undefined) return 'any';
    return isServer ? 'node' : 'browser';
  }

  #access(
    context: RollupContext,
    model: OpenedModel,
    part: Part,
    platform: Platform,
    references: Emitted['references'],
  ): Access {
    const path = model.paths[part]!;
    if (this.serving) {
      if (platform === 'cloudflare') return { kind: 'import', specifier: slashed(path) };
      const url = `${this.serving.filesAt}${slashed(path).replace(/^\//, '')}?${model.hashes[part]!.slice(0, 16)}`;
      return {
        kind: 'url',
        expression: platform === 'node' ? JSON.stringify(pathToFileURL(path).href) : `${JSON.stringify(url)}, base`,
      };
    }
    const reference = context.emitFile({
      type: 'asset',
      name: basename(path),
      source: model.parts[part]!,
    });
    references[part] = reference;
    if (platform === 'cloudflare') return { kind: 'import', specifier: `${MODULE}${reference}` };
    // Vite makes of Rollup's own expression a path below `base`, which is no URL of a file on a server.
    if (platform === 'node') return { kind: 'url', expression: `"${URL_MARK}${reference}", import.meta.url` };
    return { kind: 'url', expression: `import.meta.ROLLUP_FILE_URL_${reference}` };
  }

  /** Puts the names of files into a chunk, from its own folder. */
  renderChunk(
    context: RollupContext,
    code: string,
    chunk: { readonly fileName: string },
  ): { code: string; map: null } | null {
    if (!code.includes(MODULE) && !code.includes(URL_MARK)) return null;
    const folder = posix.dirname(chunk.fileName);
    const written = code.replaceAll(new RegExp(`(?:${MODULE}|${URL_MARK})([\\w$-]+)`, 'g'), (_, reference: string) => {
      const path = posix.relative(folder, context.getFileName(reference));
      return path.startsWith('.') ? path : `./${path}`;
    });
    return { code: written, map: null };
  }

  /** Reports what was emitted, and writes what Vite has dropped: of builds for servers all assets, which pages have already. */
  async writeBundle(
    context: RollupContext,
    { dir, file }: OutputOptions,
    bundle: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const folder = dir ?? (file === undefined ? undefined : dirname(file));
    for (const { model, references } of this.#emitted.get(context.environment?.name ?? '') ?? []) {
      const files: Partial<Record<Part, string>> = {};
      for (const [part, reference] of Object.entries(references) as [Part, string][]) {
        const fileName = context.getFileName(reference);
        files[part] = fileName;
        if (folder === undefined || Object.hasOwn(bundle, fileName)) continue;
        const path = resolve(folder, fileName);
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, model.parts[part]!);
      }
      const line = describeModel(model, files);
      if (this.info) this.info(line);
      else context.info(line);
    }
  }
}
