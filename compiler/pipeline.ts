import { parseDeclaration, type GraphDeclaration, type GraphSource, type Tensors } from './declaration.js';
import { OptionError } from './errors.js';
import type { Graph } from './graph.js';
import type { TensorGraph } from './ir.js';
import { lower, type LowerOptions } from './lower/index.js';
import { optimize } from './optimize/index.js';
import { show } from './show.js';
import type { CarriedInitializer } from './plan/families.js';
import { plan } from './plan/index.js';
import type { KernelPlan } from './plan/types.js';

/** What can be compiled: a graph from the builders, a declaration, or its JSON text. */
export type ModelSource = Graph | GraphSource | GraphDeclaration | string;

export const stages = ['declaration', 'lower', 'optimize', 'plan'] as const;
export type Stage = (typeof stages)[number];

/** Values by name, as `readSafetensors` gives them or as plain arrays. Parameters take float32. */
export type GivenTensors = Readonly<
  Record<string, Float32Array | { readonly shape: readonly number[]; readonly data: ArrayBufferView }>
>;

export interface ModelOptions extends Omit<LowerOptions, 'tensors'> {
  /** What `{tensor}` refers to. */
  readonly tensors?: GivenTensors;
}

function readTensors(given: GivenTensors): Tensors {
  for (const [name, tensor] of Object.entries(given)) {
    const data = tensor instanceof Float32Array ? tensor : tensor.data;
    if (data instanceof Float32Array) continue;
    throw new OptionError('tensors', `tensors.${name}`, `expects float32 values, got ${show(data)}`);
  }
  return given as Tensors;
}

/** Anything may come from JavaScript; what is no graph is left to the parser. */
const isGraph = (model: unknown): model is Graph =>
  typeof model === 'object' && model !== null && 'declaration' in model && 'tensors' in model;

/** The stages from a model to its kernel plan, each computed when it is first asked for. */
export class Pipeline {
  readonly declaration: GraphDeclaration;
  readonly tensors: Tensors;
  private lowered?: TensorGraph;
  private optimized?: TensorGraph;

  constructor(
    model: ModelSource,
    private readonly options: ModelOptions = {},
  ) {
    this.tensors = { ...(isGraph(model) ? model.tensors : {}), ...readTensors(options.tensors ?? {}) };
    this.declaration = parseDeclaration(isGraph(model) ? model.declaration : model, { tensors: this.tensors });
  }

  lower(): TensorGraph {
    return (this.lowered ??= lower(this.declaration, { ...this.options, tensors: this.tensors }));
  }

  optimize(): TensorGraph {
    return (this.optimized ??= optimize(this.lower()));
  }

  /** @param asked initializers the module carries beyond those that the model uses */
  plan(asked: readonly CarriedInitializer[] = []): KernelPlan {
    return plan(this.optimize(), asked);
  }
}
