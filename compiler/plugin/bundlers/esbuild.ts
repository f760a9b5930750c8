import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runtimePath, writeCode } from '../code.js';
import type { Part } from '../parts.js';
import { ModelFault, Models, PLUGIN, present, type OpenedModel } from '../models.js';
import { checkOptions, splitQuery, type NacreOptions, type Platform } from '../options.js';
import { describeModel } from '../report.js';
import { importText } from '../scripts.js';
import { TypesFile } from '../types.js';

interface Message {
  readonly text: string;
}

interface Resolved {
  readonly path?: string;
  readonly namespace?: string;
  readonly external?: boolean;
  readonly sideEffects?: boolean;
}

interface Loaded {
  readonly contents?: string | Uint8Array;
  readonly loader?: 'js' | 'file' | 'copy';
  readonly resolveDir?: string;
  readonly watchFiles?: string[];
  readonly warnings?: Message[];
  readonly errors?: Message[];
}

interface ResolveArguments {
  readonly path: string;
  readonly importer: string;
  readonly namespace: string;
  readonly resolveDir: string;
  readonly kind: string;
  readonly pluginData?: unknown;
}

interface Metafile {
  readonly outputs: Readonly<Record<string, { readonly inputs: Readonly<Record<string, unknown>> }>>;
}

interface BuildOptions {
  readonly absWorkingDir?: string;
  readonly platform?: string;
  readonly format?: string;
  readonly conditions?: readonly string[];
  readonly logLevel?: string;
  metafile?: boolean;
}

/** What the plugin uses of esbuild. */
export interface EsbuildBuild {
  readonly initialOptions: BuildOptions;
  readonly esbuild: {
    build(options: object): Promise<{
      readonly outputFiles?: readonly { readonly text: string }[] | undefined;
      readonly metafile?: { readonly inputs: Readonly<Record<string, unknown>> } | undefined;
    }>;
  };
  onStart(callback: () => void): void;
  onEnd(callback: (result: { readonly metafile?: Metafile | undefined }) => void): void;
  resolve(
    path: string,
    options: object,
  ): Promise<{
    readonly path: string;
    readonly namespace: string;
    readonly external: boolean;
    readonly errors: readonly Message[];
  }>;
  onResolve(
    options: { readonly filter: RegExp; readonly namespace?: string },
    callback: (args: ResolveArguments) => Promise<Resolved | undefined> | Resolved | undefined,
  ): void;
  onLoad(
    options: { readonly filter: RegExp; readonly namespace?: string },
    callback: (args: { readonly path: string }) => Promise<Loaded>,
  ): void;
}

const FILE = 'nacre-file';
/** Marks resolutions that the plugin asks for itself. */
const OWN = Symbol(PLUGIN);
const clientFolder = fileURLToPath(new URL('../client/', import.meta.url));

function platformOf({ platform, conditions = [] }: BuildOptions, asked: Platform | undefined): Platform {
  if (asked !== undefined) return asked;
  if (conditions.includes('workerd')) return 'cloudflare';
  return platform === 'node' ? 'node' : platform === 'neutral' ? 'any' : 'browser';
}

/** The URL of the script, which only ES modules have from the language. */
function baseOf({ format, platform }: BuildOptions): string {
  const isNode = platform === 'node';
  switch (format ?? (isNode ? 'cjs' : platform === 'neutral' ? 'esm' : 'iife')) {
    case 'esm':
      return 'import.meta.url';
    case 'cjs':
      if (isNode) return 'require("node:url").pathToFileURL(__filename)';
  }
  return 'globalThis.document?.currentScript?.src || globalThis.document?.baseURI || globalThis.location?.href';
}

/** Runs a script with all that it imports from files in one, so that TypeScript and what changes are no matter. */
async function importBundled(
  { esbuild }: EsbuildBuild,
  path: string,
  root: string,
  sources: Set<string>,
): Promise<unknown> {
  const { outputFiles, metafile } = await esbuild.build({
    entryPoints: [path],
    absWorkingDir: root,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  for (const input of Object.keys(metafile!.inputs)) sources.add(resolve(root, input));
  return importText(path, outputFiles![0]!.text);
}

export function setupEsbuild(build: EsbuildBuild, options: NacreOptions): void {
  const { initialOptions } = build;
  const root = initialOptions.absWorkingDir ?? process.cwd();
  const models = new Models(checkOptions(options), root, (path, sources) => importBundled(build, path, root, sources));
  const types = options.types ? new TypesFile(options, root) : undefined;
  const platform = platformOf(initialOptions, options.platform);
  const built: OpenedModel[] = [];
  initialOptions.metafile = true;
  build.onStart(() => void built.splice(0));

  const resolveModel = async (args: ResolveArguments): Promise<Resolved | undefined> => {
    // What scripts of models import are their own files.
    if (args.pluginData === OWN || args.namespace === PLUGIN) return undefined;
    const [path, query] = splitQuery(args.path);
    const { importer, namespace, resolveDir, kind } = args;
    const found = await build.resolve(path, { importer, namespace, resolveDir, kind, pluginData: OWN });
    const usable = found.errors.length === 0 && !found.external && found.namespace === 'file';
    const file = usable ? found.path : resolve(resolveDir, path);
    if (!models.claims(file, query)) return undefined;
    types?.saw(args.path, file, query);
    return { path: `${file}${query}`, namespace: PLUGIN, sideEffects: false };
  };
  build.onResolve({ filter: /[?&]nacre(?:[=&]|$)/ }, resolveModel);
  if (options.include !== undefined) {
    build.onResolve({ filter: /^[^?]*\.(?:onnx|json|keras|h5|hdf5|wasm|[mc]?[jt]s)$/ }, resolveModel);
  }

  build.onLoad({ filter: /.*/, namespace: PLUGIN }, async (args) => {
    const [path, query] = splitQuery(args.path);
    try {
      const { model, sources } = await models.open(path, query);
      built.push(model);
      types?.know(model, query);
      const prelude: string[] = [`const base = ${baseOf(initialOptions)};`];
      const contents = writeCode(model, {
        platform,
        prelude,
        specifier: runtimePath,
        access: (part) => {
          const specifier = `${FILE}:${model.paths[part]!}`;
          if (platform === 'cloudflare') return { kind: 'import', specifier };
          prelude.push(`import ${part} from ${JSON.stringify(specifier)};`);
          return { kind: 'url', expression: `${part}, base` };
        },
      });
      const warnings = model.notes.map((note) => ({ text: `${model.name}: ${note}` }));
      return {
        contents,
        loader: 'js',
        resolveDir: dirname(path),
        watchFiles: present(sources),
        warnings,
      };
    } catch (error) {
      if (!(error instanceof ModelFault)) throw error;
      return { errors: [{ text: error.message }], watchFiles: present(error.sources) };
    }
  });

  // Files of models go through esbuild's own loaders, which name, write and list them.
  build.onResolve({ filter: new RegExp(`^${FILE}:`) }, ({ path }) => ({
    path: path.slice(FILE.length + 1),
    namespace: FILE,
  }));
  build.onLoad({ filter: /.*/, namespace: FILE }, async ({ path }) => ({
    contents: await readFile(path),
    loader: platform === 'cloudflare' ? 'copy' : 'file',
  }));
  build.onResolve({ filter: /^node:fs\/promises$/ }, ({ path, importer }) =>
    importer.startsWith(clientFolder) ? { path, external: true } : undefined,
  );

  build.onEnd(({ metafile }) => {
    if (!['info', 'debug', 'verbose'].includes(initialOptions.logLevel ?? '') || !metafile) return;
    for (const model of built) {
      const files = Object.fromEntries(
        (Object.entries(model.paths) as [Part, string][]).map(([part, path]) => [part, outputOf(metafile, path, root)]),
      );
      process.stderr.write(`${describeModel(model, files)}\n`);
    }
  });
}

function outputOf({ outputs }: Metafile, path: string, root: string): string | undefined {
  const inputs = [path, relative(root, path).replaceAll('\\', '/')].map((file) => `${FILE}:${file}`);
  // The script lists its files too: of the outputs that do, the file is the one with a single input.
  return Object.entries(outputs).find(([, { inputs: of }]) => {
    const names = Object.keys(of);
    return names.length === 1 && inputs.includes(names[0]!);
  })?.[0];
}
