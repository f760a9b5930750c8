import type { FoldingBuild } from '../expand/fold.js';
import type { LayerInfo, Port, SymbolInfo, TensorGraph, Value } from '../ir.js';
import type { Weights, WeightUse } from './weights.js';

type Uses = LayerInfo['parameters'][number][];

/** Attributes by name, as a format keeps them. */
type NodeAttributes = ReadonlyMap<string, { readonly kind: string; readonly value?: unknown }>;

/** Numbers, texts and lists of them as they are; of anything else, such as a tensor, what it is. */
function plainOf(kind: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((part) => plainOf(kind, part));
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'object' && value !== null ? `a ${kind}` : value;
}

/** The nodes of a model as summaries show them, with the variables that each uses. */
export class NodeLayers {
  readonly list: LayerInfo[] = [];
  private used: Uses = [];

  constructor(private readonly weights: Weights) {}

  /** Begins a node, which may stand inside another one: what the other one used so far. */
  open(): Uses {
    const outer = this.used;
    this.used = [];
    return outer;
  }

  /** Ends a node. */
  close(outer: Uses): void {
    this.used = outer;
  }

  use(node: string, value: Value, { parameter, layout }: WeightUse): void {
    const draft = this.weights.of(value);
    if (!draft) return;
    draft.layout ??= layout;
    const user = `${node}.${parameter}`;
    if (!draft.users.includes(user)) draft.users.push(user);
    this.used.push({ parameter, variable: draft.name });
  }

  /** Variables that a node reads and has no word of its own for. */
  useOthers(name: string, inputs: readonly (Value | undefined)[]): void {
    inputs.forEach((value, at) => {
      const draft = value && this.weights.of(value);
      if (draft && !this.used.some(({ variable }) => variable === draft.name)) {
        this.use(name, draft.value, { parameter: String(at), layout: null });
      }
    });
  }

  describe(name: string, op: string, values: readonly (Value | undefined)[], attributes: NodeAttributes): void {
    const outputs = values.filter((value): value is Value => value !== undefined);
    if (outputs.length === 0) return;
    const plain = Object.fromEntries(
      [...attributes].map(([key, { kind, value = null }]) => [key, plainOf(kind, value)]),
    );
    this.list.push({ name, kind: op, label: op, attributes: plain, outputs, parameters: this.used });
  }
}

/** The tensor graph that an importer has appended to a build, with the variables that anything reads. */
export function graphOf(
  name: string | undefined,
  { build, weights, layers }: { readonly build: FoldingBuild; readonly weights: Weights; readonly layers: LayerInfo[] },
  ports: { readonly inputs: readonly Port[]; readonly outputs: readonly Port[]; readonly symbols: SymbolInfo[] },
): TensorGraph {
  const read = new Set(
    [...build.nodes.flatMap((node) => node.inputs), ...ports.outputs.map(({ value }) => value)].map(({ id }) => id),
  );
  const { variables, initialize, notes } = weights.read(read);
  // A weight that was computed with when compiling is no variable.
  const kept = new Set(variables.map((variable) => variable.name));
  const described = layers.map((layer) => ({
    ...layer,
    parameters: layer.parameters.filter(({ variable }) => kept.has(variable)),
  }));
  return {
    name,
    rng: 'philox',
    customs: [],
    ...ports,
    variables,
    constraints: build.constraints,
    initialize,
    prepare: [],
    forward: build.nodes,
    notes,
    layers: described,
  };
}
