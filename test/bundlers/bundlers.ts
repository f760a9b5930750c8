import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { PinnedPackages } from '../../examples/support/packages.js';
import type { Project } from './project.js';

const source = new URL('../../../test/bundlers/', import.meta.url);
const packages = new PinnedPackages(source);

/** The exports of a bundler, installed if it is not yet; or why it is missing. */
export async function loadBundler<Exports>(name: string): Promise<Exports | string> {
  const home = name === 'esbuild' ? new URL('../../../package.json', import.meta.url) : new URL('package.json', source);
  if (name !== 'esbuild' && !packages.find(name)) return `npm ci did not install ${name}`;
  return (await import(pathToFileURL(createRequire(home).resolve(name)).href)) as Exports;
}

/** Models that are imported without a query. */
export const include = [/\/included\//, /\.wasm$/];

/** What the output is for. */
export type Goal = 'page' | 'node' | 'workerd';

export interface Built {
  /** The script in the folder of the output. */
  readonly script: string;
  /** The bundler's log. */
  readonly log: string;
  /** The files whose change starts another build, as far as the bundler tells. */
  readonly watched?: Iterable<string>;
}

export interface Build {
  readonly entry: string;
  readonly out: string;
  readonly goal: Goal;
}

/** A bundler that builds a script of a project. */
export interface Bundler {
  readonly name: string;
  readonly goals: readonly Goal[];
  readonly build: (project: Project, build: Build) => Promise<Built>;
}

type Plugin = (options?: object) => unknown;

/** The plugin, from the package that the project has. */
export async function plugin(project: Project, bundler: string): Promise<Plugin> {
  const file = project.path(`node_modules/nacre/build/compiler/plugin/${bundler}.js`);
  return ((await import(pathToFileURL(file).href)) as { readonly default: Plugin }).default;
}

interface Logger {
  info(text: string): void;
  warn(text: string): void;
  warnOnce(text: string): void;
  error(text: string): void;
  clearScreen(): void;
  hasErrorLogged(): boolean;
  hasWarned: boolean;
}

export interface Vite {
  readonly version: string;
  build(config: object): Promise<unknown>;
  createServer(config: object): Promise<{
    listen(): Promise<unknown>;
    readonly resolvedUrls: { readonly local: readonly string[] } | null;
    ssrLoadModule(path: string): Promise<{ readonly run: () => Promise<unknown> }>;
    close(): Promise<void>;
  }>;
}

export function collectLog(): { readonly logger: Logger; readonly text: () => string } {
  const lines: string[] = [];
  const add = (text: string): void => void lines.push(text);
  const logger: Logger = {
    ...{ info: add, warn: add, warnOnce: add, error: add, hasWarned: false },
    clearScreen: () => undefined,
    hasErrorLogged: () => false,
  };
  return { logger, text: () => lines.join('\n') };
}

const vite = (name: 'vite' | 'vite7'): Bundler => ({
  name,
  goals: ['page', 'node', 'workerd'],
  async build(project, { entry, out, goal }) {
    const loaded = await loadBundler<Vite>(name);
    if (typeof loaded === 'string') throw new Error(loaded);
    const { logger, text } = collectLog();
    await loaded.build({
      root: project.folder,
      configFile: false,
      customLogger: logger,
      base: './',
      plugins: [(await plugin(project, 'vite'))({ include, cache: `.cache/${name}` })],
      build: {
        outDir: out,
        emptyOutDir: true,
        ssr: goal !== 'page',
        rollupOptions: { input: entry, output: { entryFileNames: 'main.js' } },
      },
      ...(goal === 'workerd' && {
        ssr: { target: 'webworker', noExternal: true, resolve: { conditions: ['workerd', 'worker', 'import'] } },
      }),
    });
    return { script: 'main.js', log: text() };
  },
});

interface Rollup {
  rollup(options: object): Promise<{
    readonly watchFiles: readonly string[];
    write(options: object): Promise<unknown>;
    close(): Promise<void>;
  }>;
}

const rollup: Bundler = {
  name: 'rollup',
  goals: ['page', 'node', 'workerd'],
  async build(project, { entry, out, goal }) {
    const loaded = await loadBundler<Rollup>('rollup');
    if (typeof loaded === 'string') throw new Error(loaded);
    const lines: string[] = [];
    const nacre = await plugin(project, 'rollup');
    const bundle = await loaded.rollup({
      input: entry,
      onLog: (_: string, { message }: { readonly message: string }) => lines.push(message),
      plugins: [
        nacre({ include, cache: project.path('.cache/rollup'), ...(goal === 'workerd' && { platform: 'cloudflare' }) }),
        // What @rollup/plugin-node-resolve would do for the one package there is; without it the plugin finds its own.
        {
          name: 'resolve',
          resolveId: (id: string) =>
            goal !== 'workerd' && id === 'nacre/runtime'
              ? project.path('node_modules/nacre/build/runtime/index.js')
              : null,
        },
      ],
    });
    await bundle.write({ dir: out, format: 'es', entryFileNames: 'main.js' });
    await bundle.close();
    return { script: 'main.js', log: lines.join('\n'), watched: bundle.watchFiles };
  },
};

interface Esbuild {
  build(options: object): Promise<{ readonly warnings: readonly { readonly text: string }[] }>;
}

const esbuild = (format: 'esm' | 'cjs' | 'iife', goals: readonly Goal[]): Bundler => ({
  name: `esbuild ${format}`,
  goals,
  async build(project, { entry, out, goal }) {
    const loaded = await loadBundler<Esbuild>('esbuild');
    if (typeof loaded === 'string') throw new Error(loaded);
    const script = format === 'cjs' ? 'main.cjs' : 'main.js';
    const { warnings } = await loaded.build({
      absWorkingDir: project.folder,
      entryPoints: { main: entry },
      outdir: out,
      bundle: true,
      format,
      minify: true,
      logLevel: 'silent',
      platform: goal === 'node' ? 'node' : 'browser',
      outExtension: { '.js': script.slice(4) },
      ...(goal === 'workerd' && { conditions: ['workerd'] }),
      plugins: [(await plugin(project, 'esbuild'))({ include, cache: '.cache/esbuild' })],
    });
    return { script, log: warnings.map(({ text }) => text).join('\n') };
  },
});

interface Stats {
  readonly compilation: { readonly fileDependencies: Iterable<string> };
  hasErrors(): boolean;
  toString(options: object): string;
}

type Webpack = (options: object) => {
  run(callback: (error: Error | null, stats: Stats) => void): void;
  close(callback: () => void): void;
};

const webpack: Bundler = {
  name: 'webpack',
  goals: ['page', 'node'],
  async build(project, { entry, out, goal }) {
    const loaded = await loadBundler<{ readonly default: Webpack }>('webpack');
    if (typeof loaded === 'string') throw new Error(loaded);
    const lines: string[] = [];
    const nacre = await plugin(project, 'webpack');
    const compiler = loaded.default({
      mode: 'production',
      context: project.folder,
      entry,
      target: goal === 'node' ? 'node20' : 'web',
      output: { path: out, filename: 'main.cjs' },
      infrastructureLogging: { level: 'info', console: logTo(lines) },
      plugins: [nacre({ include, cache: '.cache/webpack' })],
    });
    const stats = await new Promise<Stats>((resolve, reject) => {
      compiler.run((error, result) => {
        compiler.close(() => {
          if (error) reject(error);
          else if (result.hasErrors()) reject(new Error(result.toString({ all: false, errors: true })));
          else resolve(result);
        });
      });
    });
    const text = stats.toString({ all: false, warnings: true, assets: true });
    const watched = stats.compilation.fileDependencies;
    return { script: 'main.cjs', log: [text, ...lines].join('\n'), watched };
  },
};

const logTo = (lines: string[]): object => {
  const log = (...parts: readonly unknown[]): void => void lines.push(parts.join(' '));
  return { ...console, info: log, log, warn: log, error: log };
};

export const bundlers: readonly Bundler[] = [
  vite('vite'),
  vite('vite7'),
  rollup,
  esbuild('esm', ['page', 'node', 'workerd']),
  esbuild('iife', ['page']),
  esbuild('cjs', ['node']),
  webpack,
];

/** An empty page that loads a script. */
export function writePage(folder: string, script: string, isModule: boolean): void {
  mkdirSync(folder, { recursive: true });
  const tag = isModule ? `<script type="module" src="${script}"></script>` : `<script src="${script}"></script>`;
  writeFileSync(join(folder, 'index.html'), `<!doctype html><meta charset="utf-8"><title>page</title><body>${tag}\n`);
}
