import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OptionError } from '../../errors.js';
import { runtimePath, writeCode } from '../code.js';
import type { Part } from '../parts.js';
import { ModelFault, Models, PLUGIN, present, type OpenedModel } from '../models.js';
import { checkOptions, splitQuery, type NacreOptions, type Platform } from '../options.js';
import { describeModel } from '../report.js';
import { sourceOf, TypesFile } from '../types.js';

/** What the plugin uses of a loader's `this`. */
export interface LoaderContext {
  /** The file with its query. */
  readonly resource: string;
  getOptions(): { readonly open: (context: LoaderContext) => Promise<string> };
  async(): (error: Error | null, code?: string) => void;
  addDependency(path: string): void;
  emitWarning(warning: Error): void;
}

/** What the plugin uses of webpack, and of Rspack, which has the same. */
export interface WebpackCompiler {
  readonly context: string;
  readonly options: {
    readonly module: { readonly rules: unknown[] };
    readonly resolve: { readonly conditionNames?: readonly string[] };
    readonly externalsPresets?: { readonly node?: boolean; readonly web?: boolean };
  };
  readonly hooks: {
    readonly compile: { tap(name: string, callback: () => void): void };
    readonly afterEmit: {
      tap(
        name: string,
        callback: (compilation: {
          readonly assetsInfo: ReadonlyMap<string, { readonly sourceFilename?: string }>;
        }) => void,
      ): void;
    };
  };
  getInfrastructureLogger(name: string): { info(text: string): void };
}

function platformOf({ options }: WebpackCompiler, asked: Platform | undefined): Platform {
  const platform = asked ?? (options.resolve.conditionNames?.includes('workerd') ? 'cloudflare' : undefined);
  if (platform === 'cloudflare') {
    const text = "webpack keeps no import of a .wasm file; build for 'cloudflare' with Vite, Rollup or esbuild";
    throw new OptionError('option', 'nacre: platform', text);
  }
  if (platform !== undefined) return platform;
  const { node = false, web = false } = options.externalsPresets ?? {};
  return node ? (web ? 'any' : 'node') : 'browser';
}

export function setupWebpack(compiler: WebpackCompiler, options: NacreOptions): void {
  const { context: root } = compiler;
  const models = new Models(checkOptions(options), root);
  const types = options.types ? new TypesFile(options, root) : undefined;
  const built = new Map<string, OpenedModel>();

  const open = async (context: LoaderContext): Promise<string> => {
    const [path, query] = splitQuery(context.resource);
    // Defaults of the target are known once plugins are applied.
    const platform = platformOf(compiler, options.platform);
    try {
      const { model, sources } = await models.open(path, query);
      // What webpack keeps of a script must not outlive the files that it refers to.
      for (const file of present([...sources, ...Object.values(model.paths)])) context.addDependency(file);
      for (const note of model.notes) context.emitWarning(new Error(`${model.name}: ${note}`));
      built.set(context.resource, model);
      types?.saw(sourceOf(context.resource), path, query);
      types?.know(model, query);
      return writeCode(model, {
        platform,
        specifier: runtimePath,
        // webpack makes an asset of a file that is written like this.
        access: (part) => ({ kind: 'url', expression: `${JSON.stringify(model.paths[part])}, import.meta.url` }),
      });
    } catch (error) {
      if (error instanceof ModelFault) {
        for (const source of present(error.sources)) context.addDependency(source);
      }
      throw error;
    }
  };
  const use = [{ loader: fileURLToPath(new URL('webpack-loader.js', import.meta.url)), options: { open } }];
  // Rules that stand before others run after them: what these make of the model's file is passed over.
  const { rules } = compiler.options.module;
  rules.unshift({ resourceQuery: /[?&]nacre(?:=?&|=?$)/, type: 'javascript/auto', sideEffects: false, use });
  if (options.include !== undefined) {
    const include = (path: string): boolean => models.claims(path, '');
    const dependency = { not: ['url'] };
    rules.unshift({ include, dependency, resourceQuery: /^$/, type: 'javascript/auto', sideEffects: false, use });
  }

  compiler.hooks.afterEmit.tap(PLUGIN, ({ assetsInfo }) => {
    const names = new Map<string, string>();
    for (const [name, { sourceFilename }] of assetsInfo) {
      if (sourceFilename !== undefined) names.set(resolve(root, sourceFilename), name);
    }
    const logger = compiler.getInfrastructureLogger(PLUGIN);
    for (const model of built.values()) {
      const files = Object.fromEntries(
        (Object.entries(model.paths) as [Part, string][]).map(([part, path]) => [part, names.get(path)]),
      );
      logger.info(describeModel(model, files));
    }
    built.clear();
  });
}
