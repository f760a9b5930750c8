/** The models of a build: each compiled once, or taken from the cache. */
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, extname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ABI_VERSION } from '../../runtime/manifest.js';
import { NacreError } from '../errors.js';
import type { LoadedModel } from '../files/model.js';
import type { LoadOptions } from '../files/reading.js';
import { Cache, defaultCache, hashSources, type Sources, type Stored } from './cache.js';
import { hashBytes, hashOf, NoContent } from './hash.js';
import { stemOf, type Compiled } from './parts.js';
import { asksForModel, parseQuery, settingsOf, type ModelOptions, type NacreOptions } from './options.js';

/** The name of the plugin, before what it says. */
export const PLUGIN = 'nacre';

export interface OpenedModel extends Stored {
  /** The model's file. */
  readonly path: string;
  /** As people write it: from the project's folder, with slashes. */
  readonly name: string;
  readonly options: ModelOptions;
  readonly isCached: boolean;
  /** Milliseconds that finding or compiling it took. */
  readonly time: number;
}

export interface Opening {
  readonly model: OpenedModel;
  /** What the model is made of: a build that watches files watches these. */
  readonly sources: readonly string[];
}

/** A model that cannot be compiled, with the files whose change may put it right. */
export class ModelFault extends Error {
  override name = 'ModelFault';
  constructor(
    override readonly cause: NacreError,
    readonly sources: readonly string[],
  ) {
    super(cause.message, { cause });
  }
}

/** How the default export of a .js or .ts file is to be had; `sources` takes the files that it imports. */
export type ImportDefault = (path: string, sources: Set<string>) => Promise<unknown>;

const isScript = (path: string): boolean => ['.js', '.mjs', '.ts'].includes(extname(path));

const version = async (): Promise<string> => {
  const text = await readFile(fileURLToPath(new URL('../../../package.json', import.meta.url)), 'utf8');
  return `${(JSON.parse(text) as { readonly version: string }).version}, ABI ${ABI_VERSION}`;
};

/** What identifies what a script exports: undefined for what has functions, or is no plain data otherwise. */
function contentOf(loaded: LoadedModel): string | undefined {
  if (loaded.kind === 'module') return undefined;
  const { model, tensors } = loaded;
  const graph = typeof model === 'object' && 'declaration' in model ? model : undefined;
  try {
    if (!graph) return hashOf([model, tensors]);
    if (Object.keys(graph.functions).length > 0) return undefined;
    return hashOf([graph.declaration, graph.tensors, tensors]);
  } catch (error) {
    if (error instanceof NoContent) return undefined;
    throw error;
  }
}

/** Those of a model's files that are there, for watching. */
export const present = (sources: Iterable<string>): string[] =>
  [...sources].filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());

export class Models {
  readonly root: string;
  readonly cache: Cache;
  readonly #opening = new Map<string, Promise<Opening>>();
  readonly #compiling = new Map<string, Promise<Stored>>();
  #version: Promise<string> | undefined;

  /** @param root the folder of the project */
  constructor(
    readonly options: NacreOptions,
    root: string,
    private readonly importDefault?: ImportDefault,
  ) {
    this.root = resolve(root);
    const { cache } = options;
    const place = cache === undefined ? defaultCache(this.root) : cache === false ? null : resolve(this.root, cache);
    this.cache = new Cache(place);
  }

  /** Whether an import of a file is one of a model. */
  claims(path: string, query: string): boolean {
    if (query !== '') return asksForModel(query);
    const patterns = [this.options.include ?? []].flat();
    const slashed = path.replaceAll('\\', '/');
    return patterns.some((pattern) => slashed.search(pattern) >= 0);
  }

  nameOf(path: string): string {
    const name = relative(this.root, path).replaceAll('\\', '/');
    return name.startsWith('../') ? path : name;
  }

  /**
   * Compiles a model, or takes it from the cache. What is asked for again while it compiles is compiled once.
   *
   * @throws ModelFault
   */
  async open(path: string, query: string): Promise<Opening> {
    const key = `${path}${query}`;
    let opening = this.#opening.get(key);
    if (!opening) {
      opening = this.#open(path, query).finally(() => this.#opening.delete(key));
      this.#opening.set(key, opening);
    }
    return opening;
  }

  async #open(path: string, query: string): Promise<Opening> {
    const start = performance.now();
    const sources = new Set([path]);
    const name = this.nameOf(path);
    try {
      const options = settingsOf(this.options, parseQuery(query, `${basename(path)}${query}`));
      const { stored, isCached } = await this.#compile(path, options, sources);
      const time = performance.now() - start;
      return { model: { ...stored, path, name, options, isCached, time }, sources: [...sources] };
    } catch (error) {
      throw new ModelFault(describe(error, name, path), [...sources]);
    }
  }

  async #compile(
    path: string,
    options: ModelOptions,
    sources: Set<string>,
  ): Promise<{ readonly stored: Stored; readonly isCached: boolean }> {
    this.#version ??= version();
    const settings = { ...options, inline: undefined, runtime: undefined };
    const reading: Pick<LoadOptions, 'onRead' | 'importDefault'> = {
      onRead: (file) => sources.add(resolve(file)),
      importDefault: (file) => (this.importDefault ?? importFresh)(file, sources),
    };
    const keyOf = async (content: unknown): Promise<string> =>
      hashOf([await this.#version, settings, stemOf(path), content]).slice(0, 32);
    if (isScript(path)) {
      const { compileModel, readModel } = await import('./compile.js');
      // What a script exports depends on more than its text, so it runs each time.
      const loaded = await readModel(path, options, reading);
      const content = contentOf(loaded);
      const key = await keyOf([path, content]);
      const found = content === undefined ? undefined : await this.cache.find(key);
      if (found) return { stored: found.stored, isCached: true };
      const stored = await this.#store(key, path, async () => ({
        compiled: await compileModel(path, loaded, options),
        sources: content === undefined ? NEVER : {},
      }));
      return { stored, isCached: false };
    }
    const key = await keyOf([path, await readFile(path).then(hashBytes, () => null)]);
    const found = await this.cache.find(key);
    if (found) {
      found.sources.forEach((file) => sources.add(file));
      return { stored: found.stored, isCached: true };
    }
    // The compiler takes longer to load than a model to be found.
    const { compileModel, readModel } = await import('./compile.js');
    const loaded = await readModel(path, options, reading);
    const stored = await this.#store(key, path, async () => ({
      compiled: await compileModel(path, loaded, options),
      sources: await hashSources(sources),
    }));
    return { stored, isCached: false };
  }

  /** Imports of a model that differ in what concerns the script alone share what is compiled. */
  async #store(
    key: string,
    path: string,
    compile: () => Promise<{ readonly compiled: Compiled; readonly sources: Sources }>,
  ): Promise<Stored> {
    let storing = this.#compiling.get(key);
    if (!storing) {
      storing = compile()
        .then(({ compiled, sources }) => this.cache.store(key, stemOf(path), compiled, sources))
        .finally(() => this.#compiling.delete(key));
      this.#compiling.set(key, storing);
    }
    return storing;
  }
}

/** Sources that are never as they were, of what must not be found again. */
const NEVER = { '': 'never' };

/** Node keeps what it has imported, unless it is called otherwise. */
async function importFresh(path: string): Promise<unknown> {
  const { importWithNode } = await import('../files/model.js');
  return importWithNode(path, `?${hashBytes(await readFile(path)).slice(0, 16)}`);
}

/** The fault of a model with the file's name before it. */
function describe(error: unknown, name: string, path: string): NacreError {
  const { message, stack } = error as Error;
  const code = error instanceof NacreError ? error.code : 'internal';
  // A message that begins with the file says so once.
  const starts = [`${path}: `, `${basename(path)}: `, `${name}: `].find((start) => message.startsWith(start));
  const what = starts === undefined ? message : message.slice(starts.length);
  const fault = new NacreError(code, name, error instanceof NacreError ? what : `internal: ${stack ?? String(error)}`);
  fault.cause = error;
  return fault;
}
