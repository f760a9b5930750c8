import type { Manifest, ManifestBuild } from '../runtime/manifest.js';
import type { HostFunctions } from '../runtime/host.js';
import type { Signature, Tensor } from '../runtime/types.js';
import { carriedInitializers, type CarryOption } from './carried.js';
import type { Target } from './emit/library.js';
import type { SelfTest } from './emit/self-test.js';
import { writeExternal } from './external.js';
import { OptionError } from './errors.js';
import type { Graph } from './graph.js';
import { plan as planGraph } from './plan/index.js';
import type { KernelPlan } from './plan/types.js';
import { needsExtended } from './plan/kernels.js';
import { MAX_MEMORY, Pipeline, type ModelOptions, type ModelSource } from './pipeline.js';
import { describeSteps } from './profile.js';
import { checkSelfTest, type SelfTestOption } from './self-test-option.js';
import { show } from './show.js';
import { isSettled, snapshot, waitsForInput } from './snapshot.js';
import { storages, storeVariables, type Storage } from './storage.js';
import { didYouMean } from './suggest.js';
import { writeTypes } from './types-text.js';
import { VERSION } from './version.js';

export interface CompileOptions extends ModelOptions {
  /** `baseline` runs everywhere, bit for bit the same; `relaxed` uses fused multiply-add where the engine has it. */
  readonly target?: Target;
  /**
   * `seed`: initializers travel as recipes; `embed`: their values travel. Given values always do. `external`: all values
   * are in `weights`, a safetensors file, which `nacre/runtime/external` reads.
   */
  readonly weights?: 'seed' | 'embed' | 'external';
  /**
   * How float32 values travel: as they are (`f32`, the default), rounded to `f16`, or as `int8` with a scale for each
   * output, but for parameters with one axis. They are decoded to float32 when variables are filled; `notes` tell how
   * much they differ. Tensors that are given in fewer bits stay as they are given.
   */
  readonly storage?: Storage;
  /**
   * `frozen` leaves out what would change parameters after they are initialized, for a smaller module: the default of
   * imported models. Declarations are `editable`.
   */
  readonly parameters?: 'editable' | 'frozen';
  /** Below 2⁶⁴. */
  readonly seed?: number | bigint;
  /** Initializers the module carries beyond those it uses, for `initialize({ initializer })`; none where parameters are frozen. */
  readonly initializers?: CarryOption;
  /**
   * Also exports `step(i)`, which runs the i-th step of `forward`, and tells in `manifest.steps` what each of them is, so that
   * they can be timed one by one. False by default.
   */
  readonly profile?: boolean;
  /**
   * Also exports `selfTest()`, which runs the module on these inputs and compares the outputs with those it has when it is
   * compiled: bit for bit, of target `relaxed` within 1e-5 of baseline's. Inputs and outputs travel with the module.
   */
  readonly selfTest?: SelfTestOption;
  /** Also return the text form of the module, with names. */
  readonly text?: boolean;
  readonly onProgress?: (progress: { readonly stage: string; readonly done: number; readonly total: number }) => void;
}

/** What is known of a model's inputs and outputs: of a graph from the builders, names and dtypes. */
export type SignatureOf<M> =
  M extends Graph<infer I, infer O>
    ? {
        readonly inputs: { readonly [K in keyof I]: Tensor<I[K]> };
        readonly outputs: { readonly [K in keyof O]: Tensor<O[K]> };
        readonly variables: string;
      }
    : Signature;

export interface CompiledModule<S extends Signature = Signature> {
  readonly binary: Uint8Array;
  readonly manifest: Manifest;
  /** The safetensors file with the values of all variables, where they are external. */
  readonly weights?: Uint8Array;
  /** Text of the `.d.ts` that types the module. */
  readonly types: string;
  /** WebAssembly text, where `text` asked for it; weights and the manifest are not in it. */
  readonly text?: string;
  readonly notes: readonly string[];
  /** What its host initializers run, for `instantiate`. */
  readonly functions: HostFunctions;
  readonly '~signature'?: S;
}

const OPTIONS = [
  'target',
  'weights',
  'storage',
  'parameters',
  'rng',
  'seed',
  'initializers',
  'maxMemory',
  'profile',
  'selfTest',
  'errorBudget',
  'onProgress',
  'text',
  'tensors',
  'tensorNames',
  'tensorLayout',
  'unmatchedTensors',
  'dims',
  'functions',
  'assemblyscript',
];

/**
 * Compiles a model into one WebAssembly module without imports.
 *
 * @throws DeclarationError for faults of the declaration, all at once, and of the sources it carries · ShapeError for sizes that can
 *   never fit · OptionError for options, and where a source needs the AssemblyScript compiler and it is not installed
 */
export async function compile<const M extends ModelSource>(
  model: M,
  options: CompileOptions = {},
): Promise<CompiledModule<SignatureOf<M>>> {
  checkOptions(options);
  const compiled = await compilePipeline(new Pipeline(model, options), options);
  return compiled as CompiledModule<SignatureOf<M>>;
}

/** What a module was made with that its manifest does not tell otherwise. */
const buildOf = ({ weights = 'seed', storage = 'f32', errorBudget }: CompileOptions): ManifestBuild => ({
  nacre: VERSION,
  ...(weights !== 'seed' && { weights }),
  ...(storage !== 'f32' && { storage }),
  ...(errorBudget !== undefined && { errorBudget }),
});

/** The same from a pipeline, which keeps its stages for whoever else looks at them. */
export const compilePipeline = async (pipeline: Pipeline, options: CompileOptions): Promise<CompiledModule> =>
  (await compilePlanned(pipeline, options)).module;

/** The same with the plan that the module was made of. */
export async function compilePlanned(
  pipeline: Pipeline,
  options: CompileOptions,
): Promise<{ readonly module: CompiledModule; readonly plan: KernelPlan }> {
  const { target, weights, storage, seed, initializers, maxMemory, parameters, profile, selfTest } =
    checkOptions(options);
  const frozen = (parameters ?? (pipeline.declaration ? 'editable' : 'frozen')) === 'frozen';
  const report = (stage: string, done: number): void => options.onProgress?.({ stage, done, total: 4 });
  report('lower', 0);
  const { functions, customs, warnings } = await pipeline.compileFunctions();
  let graph = pipeline.optimize();
  report('plan', 1);
  const asked = frozen ? [] : carriedInitializers(initializers, pipeline.rng);
  const notes = [...warnings, ...(pipeline.lower().notes ?? [])];
  const emitOptions = { maxMemory, seed, functions, customs, frozen };
  if (weights === 'external' && waitsForInput(graph)) {
    notes.push('weights: sizes of variables wait for the first input, so that no file is written');
  }
  if (weights !== 'seed' && !isSettled(graph)) {
    report('embed', 2);
    if (waitsForInput(graph)) {
      const names = graph.variables.map(({ name }) => name);
      notes.push(`${names.join(', ')} wait for the first input and stay recipes`);
    } else {
      const recipes = pipeline.plan(asked);
      // Initializers draw the same bits on both targets, and baseline runs everywhere.
      const { emit, library } = await loadEmitter('baseline', needsExtended(recipes));
      const { binary } = emit(recipes, { ...emitOptions, frozen: false, target: 'baseline', library });
      graph = await snapshot(graph, binary, pipeline.functions);
    }
  }
  const stored = storeVariables(graph, storage);
  notes.push(...stored.notes);
  let plan = planGraph(stored.graph, asked, { errorBudget: options.errorBudget, maxMemory });
  notes.push(...plan.notes);
  const external = weights === 'external' && !waitsForInput(graph) ? writeExternal(plan) : undefined;
  if (external) ({ plan } = external);
  report('emit', 3);
  const { emit, library } = await loadEmitter(target, needsExtended(plan));
  let test: SelfTest | undefined;
  if (selfTest) {
    const { requireSelfContained, tryInputs } = await import('./self-test.js');
    requireSelfContained(plan);
    // What baseline computes is the same on every host.
    const baseline = await loadEmitter('baseline', needsExtended(plan));
    test = await tryInputs(
      emit(plan, { ...emitOptions, target: 'baseline', library: baseline.library }).binary,
      selfTest,
    );
  }
  const emitted = emit(plan, {
    ...emitOptions,
    target,
    library,
    weights: external?.weights,
    build: buildOf(options),
    steps: profile ? describeSteps(plan, stored.graph) : undefined,
    selfTest: test,
    text: options.text ?? false,
  });
  if (test) await (await import('./self-test.js')).confirm(emitted.binary, target);
  report('done', 4);
  const types = writeTypes(emitted.manifest, pipeline.lower());
  const file = external && { weights: external.file };
  return { module: { ...emitted, ...file, types, notes, functions: pipeline.functions }, plan };
}

/** What only emitting needs, so that reading and showing models loads none of it. */
async function loadEmitter(target: Target, extended: boolean) {
  const [{ emit }, { loadLibrary }] = await Promise.all([import('./emit/index.js'), import('./emit/library.js')]);
  return { emit, library: await loadLibrary(target, extended) };
}

function checkOptions(options: CompileOptions) {
  const fail = (option: string, what: string): never => {
    throw new OptionError('option', `compile.${option}`, what);
  };
  for (const name of Object.keys(options)) {
    if (!OPTIONS.includes(name)) fail(name, `unknown option${didYouMean(name, OPTIONS)}`);
  }
  const { target = 'baseline', weights = 'seed', seed = 0, initializers = 'used', maxMemory = MAX_MEMORY } = options;
  if (!['baseline', 'relaxed'].includes(target)) fail('target', `must be 'baseline' or 'relaxed', got ${show(target)}`);
  const { parameters } = options;
  if (parameters !== undefined && !['editable', 'frozen'].includes(parameters)) {
    fail('parameters', `must be 'editable' or 'frozen', got ${show(parameters)}`);
  }
  if (!['seed', 'embed', 'external'].includes(weights)) {
    fail('weights', `must be 'seed', 'embed' or 'external', got ${show(weights)}`);
  }
  const { storage = 'f32' } = options;
  if (!storages.includes(storage)) fail('storage', `must be 'f32', 'f16' or 'int8', got ${show(storage)}`);
  const whole = typeof seed === 'bigint' || Number.isSafeInteger(seed);
  if (!whole || BigInt(seed) < 0n || BigInt(seed) >> 64n !== 0n) {
    fail('seed', `must be a whole number from 0 to 2^64 - 1, got ${show(seed)}`);
  }
  if (!Number.isInteger(maxMemory) || maxMemory < 65536 || maxMemory > 2 ** 32 - 65536) {
    fail('maxMemory', `must be whole bytes from 65536 to ${2 ** 32 - 65536}, got ${show(maxMemory)}`);
  }
  const { profile = false } = options;
  if (typeof profile !== 'boolean') fail('profile', `must be true or false, got ${show(profile)}`);
  const selfTest = checkSelfTest(options.selfTest);
  carriedInitializers(initializers, 'philox');
  return { target, weights, storage, seed: BigInt(seed), initializers, maxMemory, parameters, profile, selfTest };
}
