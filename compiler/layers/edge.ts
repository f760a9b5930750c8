import { NacreError } from '../errors.js';
import type { DType } from '../tensor.js';

/** A tensor between layers. */
export interface Edge<D extends DType = DType> {
  readonly dtype: D;
  /** Runs this tensor through the stages, each taking the outputs of the one before. */
  pipe<const S extends readonly Stage[]>(...stages: S): Edge<PipedDType<S>>;
}

/** Whatever takes tensors and gives tensors: a layer, `parallel`, `block`, or a function of one's own. */
export type Stage = (...from: readonly Edge[]) => StageOutput;
export type StageOutput = Edge | readonly Edge[] | Readonly<Record<string, Edge>>;

/** The dtype that stages end in; float32 where the types do not tell. */
export type PipedDType<S extends readonly Stage[]> = S extends readonly [...unknown[], (...from: never[]) => infer Last]
  ? [Last] extends [Edge<infer D>]
    ? DType extends D
      ? 'float32'
      : D
    : 'float32'
  : 'float32';

/** One application of a layer. */
export interface Call {
  readonly kind: 'call';
  readonly layer: AppliedLayer;
  readonly from: readonly (Edge | null)[];
  /** The blocks it was applied in, outermost first. */
  readonly scope: readonly string[];
}

/** What a graph needs to know of a layer to write it down. */
export interface AppliedLayer {
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly entry?: FunctionEntry;
}

/** A function that a layer calls, as the graph's declaration carries it. */
export interface FunctionEntry {
  readonly name: string;
  readonly options: Readonly<Record<string, number>>;
  readonly source: string;
}

/** Where an edge comes from: a graph's input, a layer, or the output of a graph that is being extended. */
export type Origin =
  | { readonly kind: 'input'; readonly shape: readonly unknown[]; readonly dtype: DType }
  | { readonly kind: 'reference'; readonly reference: string }
  | Call;

export class GraphEdge<D extends DType = DType> implements Edge<D> {
  /** @param output the name of the layer's output; undefined for its first */
  constructor(
    readonly origin: Origin,
    readonly dtype: D,
    readonly output?: string,
  ) {}

  pipe<const S extends readonly Stage[]>(...stages: S): Edge<PipedDType<S>> {
    const outputs = runStages(stages, [this]);
    if (outputs.length !== 1) {
      throw new NacreError('join', 'pipe', `ends in ${outputs.length} outputs; join them with concatenate() or add()`);
    }
    return outputs[0] as Edge<PipedDType<S>>;
  }
}

/** The edges of a stage's result, by position; of a layer with named outputs, the first. */
function edgesOf(output: StageOutput): readonly Edge[] {
  if (output instanceof GraphEdge) return [output];
  if (Array.isArray(output)) return output as readonly Edge[];
  return Object.values(output as Record<string, Edge>).slice(0, 1);
}

export const runStages = (stages: readonly Stage[], from: readonly Edge[]): readonly Edge[] =>
  stages.reduce((edges, stage) => edgesOf(stage(...edges)), from);

const scopes: string[] = [];

/** The blocks that stages are being applied in, outermost first. */
export const currentScope = (): readonly string[] => [...scopes];

/** Applies stages inside a block. */
export function inScope<T>(name: string, apply: () => T): T {
  scopes.push(name);
  try {
    return apply();
  } finally {
    scopes.pop();
  }
}
