import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import {
  importsModules,
  inlineRefusal,
  loaderSource,
  WRITTEN,
  type Budget,
  type Deployment,
  type Loader,
} from '../artifacts/index.js';
import { compilePlanned, type CompiledModule, type CompileOptions } from '../compile.js';
import { OptionError } from '../errors.js';
import type { Pipeline } from '../pipeline.js';
import type { KernelPlan } from '../plan/types.js';
import { show } from '../show.js';
import type { OutputFile } from './files.js';
import { requireOwn, weightsBeside } from './weights.js';

/** What `compile` was asked to write. */
export interface Request {
  /** The module, or with `inline` the loader. */
  readonly output: string;
  readonly both: boolean;
  readonly platform: Budget['platform'];
  readonly inline: boolean;
  readonly loader: boolean;
  readonly runtime: string | undefined;
  readonly types: boolean;
  readonly wat: string | undefined;
}

/** What was made, before it is written. */
export interface Artifacts {
  readonly module: CompiledModule;
  readonly plan: KernelPlan;
  readonly loader: Loader | undefined;
  readonly files: readonly OutputFile[];
  readonly deployment: Deployment;
}

const fail = (option: string, what: string): never => {
  throw new OptionError('arguments', option, what);
};

const isModule = (output: string): boolean => output.endsWith('.wasm');
const stemOf = (output: string): string => output.replace(/\.(wasm|js)$/, '');
const baseOf = (path: string): string => `./${path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)}`;

/** @throws OptionError for options that exclude each other */
export function checkRequest(request: Request, options: CompileOptions): void {
  const { output, inline, loader, runtime, platform, both } = request;
  if (output.endsWith('.js') && !inline) {
    fail('-o', `${output} would be the loader; name the module, as in ${stemOf(output)}.wasm, or pass --inline`);
  }
  if (runtime !== undefined && !['forward', 'full'].includes(runtime)) {
    fail('--runtime', `must be forward or full, got ${show(runtime)}`);
  }
  if (both && !isModule(output) && !inline) {
    fail('--target', `both writes two modules, so that -o must end in .wasm, got ${show(output)}`);
  }
  if (!inline) return;
  if (!loader) fail('--inline', 'the module is in the loader, which --no-loader leaves out');
  if (!isModule(output) && !output.endsWith('.js'))
    fail('--inline', `-o must end in .js or .wasm, got ${show(output)}`);
  const refusal = inlineRefusal(platform?.name, options.weights === 'external');
  if (refusal !== undefined) fail('--inline', refusal);
}

interface Compiled {
  readonly modules: readonly CompiledModule[];
  readonly plan: KernelPlan;
}

async function compileTargets(pipeline: Pipeline, options: CompileOptions, both: boolean): Promise<Compiled> {
  const { module, plan } = await compilePlanned(pipeline, both ? { ...options, target: 'baseline' } : options);
  if (!both) return { modules: [module], plan };
  const relaxed = await compilePlanned(pipeline, { ...options, target: 'relaxed' });
  return { modules: [module, relaxed.module], plan };
}

const loaderFor = ([baseline, relaxed]: readonly CompiledModule[], request: Request): Promise<Loader> => {
  const { output, platform, inline, runtime } = request;
  const stem = baseOf(stemOf(output));
  return loaderSource(relaxed ? { baseline: baseline!, relaxed } : baseline!, {
    wasm: `${stem}.wasm`,
    relaxed: `${stem}.relaxed.wasm`,
    weights: `${stem}.safetensors`,
    inline,
    ...(platform && { for: platform.name }),
    ...(runtime !== undefined && { runtime: runtime as Loader['runtime'] }),
  });
};

function filesOf({ modules }: Compiled, loader: Loader | undefined, { output, types, wat }: Request): OutputFile[] {
  const stem = stemOf(output);
  const [first] = modules as [CompiledModule];
  const written = output.endsWith('.js') ? [] : modules;
  return [
    ...written.flatMap((module, index): OutputFile[] => {
      const path = index === 0 ? output : `${stem}.relaxed.wasm`;
      const typed = types && isModule(path);
      const named = { path: path.replace(/\.wasm$/, '.d.wasm.ts'), data: module.types };
      return [{ path, data: module.binary }, ...(typed ? [named] : [])];
    }),
    ...(loader ? [{ path: `${stem}.js`, data: loader.js }] : []),
    ...(loader && types ? [{ path: `${stem}.d.ts`, data: loader.types }] : []),
    ...(first.weights ? [{ path: weightsBeside(output), data: first.weights }] : []),
    ...(wat === undefined ? [] : [{ path: wat, data: first.text! }]),
  ];
}

const rawBytes = (data: Uint8Array | string): number => Buffer.byteLength(data);
const gzipBytes = (data: Uint8Array | string): number => gzipSync(data).length;

/** Compiles a model and makes all that is to be written. */
export async function makeArtifacts(pipeline: Pipeline, options: CompileOptions, request: Request): Promise<Artifacts> {
  const compiled = await compileTargets(pipeline, options, request.both);
  const [module] = compiled.modules as [CompiledModule];
  const hasLoader = request.loader && (isModule(request.output) || request.inline);
  const loader = hasLoader ? await loaderFor(compiled.modules, request) : undefined;
  const deployed = [
    ...(request.inline ? [] : compiled.modules.map(({ binary }) => binary)),
    ...(loader ? [loader.js] : []),
  ];
  const total = (count: (data: Uint8Array | string) => number): number =>
    deployed.reduce((bytes, data) => bytes + count(data), 0);
  const modules = compiled.modules.map(({ binary }) => binary.length);
  const imported = importsModules(request.platform?.name);
  return {
    module,
    plan: compiled.plan,
    loader,
    files: filesOf(compiled, loader, request),
    deployment: {
      plan: compiled.plan,
      modules,
      kept: imported ? modules.reduce((total, bytes) => total + bytes, 0) : Math.max(...modules),
      bundle: { raw: total(rawBytes), gzip: total(gzipBytes) },
      weights: module.weights?.length ?? 0,
      maxMemory: module.manifest.memory.max,
    },
  };
}

/**
 * Requires that loaders and weights take no other file's place.
 *
 * @throws OptionError for a file that `compile` has not written
 */
export async function requireOwnFiles({ files, module }: Artifacts, { output }: Request): Promise<void> {
  if (module.weights) await requireOwn(weightsBeside(output));
  const loaders = files.filter(({ path }) => path.endsWith('.js') || (path.endsWith('.d.ts') && !isModule(path)));
  for (const { path } of loaders) {
    const text = await readFile(path, 'utf8').catch(() => WRITTEN);
    if (text.startsWith(WRITTEN)) continue;
    throw new OptionError('file', path, 'was not written by nacre; choose another name for -o, or pass --no-loader');
  }
}
