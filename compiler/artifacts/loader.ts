import type { CompiledModule } from '../compile.js';
import { OptionError } from '../errors.js';
import { show } from '../show.js';
import { didYouMean } from '../suggest.js';
import { loaderText, type Form, type LoaderParts, type Runtime } from './loader-text.js';
import { loaderTypes } from './loader-types.js';
import { platformNames, type PlatformName } from './platforms.js';

/** A module, or one for each target, of which the loader takes what the engine runs. */
export type Compiled = CompiledModule | { readonly baseline: CompiledModule; readonly relaxed: CompiledModule };

export interface LoaderOptions {
  /** Where the module stands, as seen from the loader: `./model.wasm` by default. */
  readonly wasm?: string;
  /** The same of the relaxed module, where there are two: `./model.relaxed.wasm`. */
  readonly relaxed?: string;
  /** The same of external weights: `./model.safetensors`. */
  readonly weights?: string;
  /**
   * Where the loader runs. On `cloudflare` and `vercel` the module is imported, elsewhere it is fetched or read from
   * where the loader stands: the default, for every host that has URLs.
   */
  readonly for?: PlatformName;
  /** The module is in the loader, in base64: for hosts that compile bytes. */
  readonly inline?: boolean;
  /**
   * What the loader gives: `forward` a model that computes, `full` one with variables and initialization too. By default
   * `forward` where parameters are frozen.
   */
  readonly runtime?: Runtime;
}

export interface Loader {
  /** An ES module without imports but that of the module itself. */
  readonly js: string;
  /** Its types, for the `.d.ts` beside it. */
  readonly types: string;
  readonly runtime: Runtime;
}

const OPTIONS = ['wasm', 'relaxed', 'weights', 'for', 'inline', 'runtime'];
const RUNTIMES: readonly Runtime[] = ['forward', 'full'];

/** How the loader comes to its module. */
const forms: Readonly<Record<PlatformName, Form>> = {
  browser: 'fetch',
  cloudflare: 'import',
  deno: 'fetch',
  netlify: 'fetch',
  vercel: 'import?module',
};

/** Whether modules are imported, so that the host compiles each. */
export const importsModules = (platform: PlatformName | undefined): boolean =>
  platform !== undefined && forms[platform] !== 'fetch';

/** Why a module cannot be in the loader; undefined where it can. */
export function inlineRefusal(platform: PlatformName | undefined, isExternal: boolean): string | undefined {
  if (isExternal) return 'external weights are a second file; compile with weights embed or seed';
  if (!importsModules(platform)) return undefined;
  return `${platform!} does not compile WebAssembly from bytes; leave it out, and the module is imported`;
}

const fail = (option: string, what: string): never => {
  throw new OptionError('option', `loaderSource.${option}`, what);
};

function check(options: LoaderOptions): void {
  for (const name of Object.keys(options)) {
    if (!OPTIONS.includes(name)) fail(name, `unknown option${didYouMean(name, OPTIONS)}`);
  }
  const { for: platform, runtime, inline } = options;
  if (platform !== undefined && !platformNames.includes(platform)) {
    fail('for', `must be ${platformNames.join(', ')}, got ${show(platform)}${didYouMean(platform, platformNames)}`);
  }
  if (runtime !== undefined && !RUNTIMES.includes(runtime)) {
    fail('runtime', `must be 'forward' or 'full', got ${show(runtime)}`);
  }
  if (inline !== undefined && typeof inline !== 'boolean') fail('inline', `must be true or false, got ${show(inline)}`);
  for (const name of ['wasm', 'relaxed', 'weights'] as const) {
    const path = options[name];
    if (path !== undefined && (typeof path !== 'string' || path === '')) {
      fail(name, `must be a path as seen from the loader, got ${show(path)}`);
    }
  }
}

/** The runtime that a loader carries; one of the host's functions needs the full one. */
function runtimeOf({ manifest }: CompiledModule, asked: Runtime | undefined): Runtime {
  const host = manifest.variables.find((variable) => variable.host !== undefined);
  if (asked === 'forward' && host) {
    fail('runtime', `the host's function '${host.host!}' fills ${host.name}, which takes the full one`);
  }
  return asked ?? (manifest.frozen && !host ? 'forward' : 'full');
}

/**
 * A loader for a compiled module: an ES module that stands alone, whose default export gives a model.
 *
 * @throws OptionError for options, and for external weights or a platform that does not compile bytes with `inline`
 */
export async function loaderSource(compiled: Compiled, options: LoaderOptions = {}): Promise<Loader> {
  check(options);
  const { wasm = './model.wasm', relaxed = './model.relaxed.wasm', weights = './model.safetensors' } = options;
  const { for: platform, inline = false } = options;
  const [baseline, other] = 'baseline' in compiled ? [compiled.baseline, compiled.relaxed] : [compiled];
  const isExternal = baseline.manifest.weights !== undefined;
  const refusal = inline ? inlineRefusal(platform, isExternal) : undefined;
  if (refusal !== undefined) fail('inline', refusal);
  const runtime = runtimeOf(baseline, options.runtime);
  const parts: LoaderParts = {
    form: inline ? 'inline' : platform === undefined ? 'fetch' : forms[platform],
    runtime,
    modules: [
      { path: wasm, binary: baseline.binary, manifest: baseline.manifest },
      ...(other ? [{ path: relaxed, binary: other.binary, manifest: other.manifest }] : []),
    ],
    ...(isExternal && { weights }),
  };
  return { js: await loaderText(parts), types: loaderTypes(parts, baseline.types), runtime };
}
