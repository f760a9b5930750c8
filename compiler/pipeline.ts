import type { CompiledSources } from './custom/compile.js';
import type { CustomSource } from './custom/scope.js';
import { parseDeclaration, type GraphDeclaration, type GraphSource, type Tensors } from './declaration.js';
import { OptionError } from './errors.js';
import type { Graph } from './graph.js';
import type { Functions } from './graph/fills.js';
import { readFunctions } from './graph/functions.js';
import type { CompiledFunction, Rng, TensorGraph } from './ir.js';
import { checkGiven } from './lower/given.js';
import { checkMatchOptions, type MatchOptions } from './lower/match.js';
import { lower, type LowerOptions } from './lower/index.js';
import { optimize } from './optimize/index.js';
import type { CarriedInitializer } from './plan/types.js';
import { plan } from './plan/index.js';
import { show } from './show.js';
import type { KernelPlan } from './plan/types.js';

/** A model of another framework, which knows how it becomes a tensor graph. */
export interface ImportedModel {
  readonly rng: Rng;
  lower(options: Pick<LowerOptions, 'dims'>): TensorGraph;
}

/** What can be compiled: a graph from the builders, a declaration, its JSON text, or what an importer gives. */
export type ModelSource = Graph | GraphSource | GraphDeclaration | ImportedModel | string;

export const stages = ['declaration', 'lower', 'optimize', 'plan'] as const;
export type Stage = (typeof stages)[number];

/**
 * Values by name: as `readSafetensors` gives them, as plain arrays, or as an importer keeps them. Values stored in
 * float16, bfloat16 or quantized to 8 or 16 bits are decoded by the module; others become float32.
 */
export type GivenTensors = Tensors;

export interface ModelOptions extends Pick<LowerOptions, 'dims'>, MatchOptions {
  /**
   * What `{tensor}` refers to, and what variables take by name: a tensor of a variable's name fills it in the place of its
   * initializer.
   */
  readonly tensors?: GivenTensors;
  /** What the declaration's host initializers run, by name. */
  readonly functions?: Functions;
  /** The generator of random variables, in the declaration's place. */
  readonly rng?: Rng;
  /**
   * The largest relative L2 error against float64 that an algorithm for convolutions may have, for standard normal inputs and
   * weights. 1e-5, the default, allows Winograd's F(4×4, 3×3), which has 1e-6 to 4e-6, from 16 to 1,024 channels; 1e-6 allows
   * F(2×2, 3×3) up to 625 channels, which has 2e-7 to 7e-7; 0 only the sum of products, which has 2e-7 to 2e-6.
   */
  readonly errorBudget?: number;
  /**
   * Imports the AssemblyScript compiler where `import('assemblyscript/asc')` does not find it, such as in a bundle:
   * `() => import('assemblyscript/asc')`.
   */
  readonly assemblyscript?: () => Promise<unknown>;
  /**
   * The most bytes of memory a module may take: 2³⁰ by default, at most 2³² − 65,536. Where they do not suffice for
   * transformed weights of convolutions, none are transformed.
   */
  readonly maxMemory?: number;
}

/** Bytes of memory that a module may take unless it is compiled with another limit. */
export const MAX_MEMORY = 2 ** 30;

/** @throws OptionError for what is no error */
function checkErrorBudget(budget: unknown): void {
  if (budget === undefined || (Number.isFinite(budget) && (budget as number) >= 0)) return;
  throw new OptionError('option', 'compile.errorBudget', `must be a number of at least 0, got ${show(budget)}`);
}

/** @throws OptionError for what is no function */
function checkLoader(load: unknown): void {
  if (load === undefined || typeof load === 'function') return;
  throw new OptionError('option', 'compile.assemblyscript', `must be a function, got ${show(load)}`);
}

function readTensors(given: GivenTensors): Tensors {
  for (const [name, tensor] of Object.entries(given)) checkGiven(`tensors.${name}`, tensor);
  return given;
}

/** Models of other frameworks bring their weights. */
function refuseTensors({ tensors, tensorNames, tensorLayout, unmatchedTensors }: ModelOptions): void {
  const given = { tensors: Object.keys(tensors ?? {}).length > 0, tensorNames, tensorLayout, unmatchedTensors };
  const [name] = Object.entries(given).find(([, value]) => value !== undefined && value !== false) ?? [];
  if (name === undefined) return;
  throw new OptionError('option', `compile.${name}`, 'a model of another framework has tensors of its own');
}

/** Anything may come from JavaScript; what is no graph is left to the parser. */
const isGraph = (model: unknown): model is Graph =>
  typeof model === 'object' && model !== null && 'declaration' in model && 'tensors' in model;

const isImported = (model: unknown): model is ImportedModel =>
  typeof model === 'object' && model !== null && 'lower' in model && typeof model.lower === 'function';

interface Compiled extends CompiledSources {
  /** The model's own initializers, by name. */
  readonly customs: CompiledSources['functions'];
}

/** The stages from a model to its kernel plan, each computed when it is first asked for. */
export class Pipeline {
  /** Undefined for a model of another framework. */
  readonly declaration: GraphDeclaration | undefined;
  readonly rng: Rng;
  readonly tensors: Tensors;
  /** What host initializers run, as far as it was given. */
  readonly functions: Functions;
  private readonly imported: ImportedModel | undefined;
  private lowered: TensorGraph | undefined;
  private optimized: TensorGraph | undefined;
  private compiled: Compiled | undefined;

  constructor(
    model: ModelSource,
    private readonly options: ModelOptions = {},
  ) {
    checkMatchOptions(options);
    checkErrorBudget(options.errorBudget);
    checkLoader(options.assemblyscript);
    if (isImported(model)) {
      this.imported = model;
      refuseTensors(options);
      this.tensors = {};
      this.functions = {};
      this.rng = options.rng ?? model.rng;
      return;
    }
    this.tensors = { ...(isGraph(model) ? model.tensors : {}), ...readTensors(options.tensors ?? {}) };
    const { tensors } = this;
    const { rng } = options;
    const declared = parseDeclaration(isGraph(model) ? model.declaration : model, { tensors });
    this.declaration = rng === undefined ? declared : parseDeclaration({ ...declared, rng }, { tensors });
    this.rng = this.declaration.rng;
    const given = readFunctions(options.functions ?? {}, this.declaration);
    this.functions = { ...(isGraph(model) ? model.functions : {}), ...given };
  }

  /**
   * Compiles the functions that the declaration carries, if there are any, which takes the AssemblyScript compiler. The
   * stages after it are those of a module; before it they know of the functions by name only.
   *
   * @throws what `compileSources` does
   */
  async compileFunctions(): Promise<Compiled> {
    if (this.compiled) return this.compiled;
    const functions = (this.declaration?.functions ?? []).map((entry, index) => ({
      ...entry,
      role: 'elementwise' as const,
      pointer: `/functions/${index}`,
    }));
    const customs = (this.declaration?.initializers ?? []).flatMap((entry, index) =>
      'source' in entry ? [{ ...entry, role: 'initializer' as const, pointer: `/initializers/${index}` }] : [],
    );
    const [compiled, initializers] = [await this.compileSources(functions), await this.compileSources(customs)];
    this.compiled = {
      functions: compiled.functions,
      customs: initializers.functions,
      warnings: [...compiled.warnings, ...initializers.warnings],
    };
    if (functions.length > 0) this.lowered = this.optimized = undefined;
    return this.compiled;
  }

  private async compileSources(sources: readonly CustomSource[]): Promise<CompiledSources> {
    if (sources.length === 0) return { functions: new Map(), warnings: [] };
    const [{ compileSources }, { loadCompiler }] = await Promise.all([
      import('./custom/compile.js'),
      import('./custom/asc.js'),
    ]);
    return compileSources(sources, (subject) => loadCompiler(subject, this.options.assemblyscript));
  }

  lower(): TensorGraph {
    const { dims = {} } = this.options;
    if (this.imported) return (this.lowered ??= { ...this.imported.lower({ dims }), rng: this.rng });
    const functions = this.compiled?.functions ?? new Map<string, CompiledFunction>();
    return (this.lowered ??= lower(this.declaration!, {
      dims,
      tensors: this.tensors,
      matched: this.options,
      functions,
    }));
  }

  optimize(): TensorGraph {
    return (this.optimized ??= optimize(this.lower()));
  }

  /** @param asked initializers the module carries beyond those that the model uses */
  plan(asked: readonly CarriedInitializer[] = []): KernelPlan {
    const { errorBudget, maxMemory = MAX_MEMORY } = this.options;
    return plan(this.optimize(), asked, { errorBudget, maxMemory });
  }
}
