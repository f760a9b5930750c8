import { outputIndex, resolveLayer, splitReference, type GraphDeclaration } from '../../declaration.js';
import type { TensorGraph, Value } from '../../ir.js';
import type { EdgeData, TypeData } from './types.js';

/** Indices of the nodes that are drawn. Names of outputs may be those of layers. */
export interface NodeIndex {
  readonly sources: ReadonlyMap<string, number>;
  readonly outputs: ReadonlyMap<string, number>;
}

const edge = (from: number, to: number, { dtype, shape }: TypeData): EdgeData => ({ from, to, dtype, shape });

/** What a declaration says layers read. */
export function declaredEdges(
  { layers, outputs }: GraphDeclaration,
  graph: TensorGraph,
  { sources, outputs: ends }: NodeIndex,
): EdgeData[] {
  const defined = new Map(layers.map((layer) => [layer.name, layer]));
  const infos = new Map(graph.layers.map((info) => [info.name, info]));
  const inputs = new Map(graph.inputs.map(({ name, value }) => [name, value]));
  const valueOf = (reference: string): Value | undefined => {
    const { name, output } = splitReference(reference);
    const layer = defined.get(name);
    if (!layer) return inputs.get(name);
    const base = typeof layer.use === 'string' ? defined.get(layer.use) : layer;
    const index = base && typeof base.use !== 'string' ? outputIndex(resolveLayer(base).definition, output) : 0;
    return infos.get(name)?.outputs[index];
  };
  const connect = (reference: string, to: number | undefined): EdgeData[] => {
    const from = sources.get(splitReference(reference).name);
    const value = valueOf(reference);
    return from === undefined || to === undefined || !value ? [] : [edge(from, to, value)];
  };
  return [
    ...layers.flatMap(({ name, from }) =>
      from.flatMap((reference) => (reference === null ? [] : connect(reference, sources.get(name)))),
    ),
    ...outputs.flatMap(({ name, from }) => connect(from, ends.get(name))),
  ];
}

/**
 * What the nodes of an imported model read of one another, by the ops they became: an op that stands for no node passes on
 * what it reads.
 */
export function loweredEdges(graph: TensorGraph, { sources, outputs: ends }: NodeIndex): EdgeData[] {
  const givers = new Map<number, ReadonlySet<number>>();
  for (const { name, value } of graph.inputs) givers.set(value.id, new Set([sources.get(name)!]));
  const edges = new Map<string, EdgeData>();
  const connect = (value: Value, to: number): void => {
    for (const from of givers.get(value.id) ?? []) {
      const key = `${from} ${to}`;
      if (from !== to && !edges.has(key)) edges.set(key, edge(from, to, value));
    }
  };
  for (const { origin, inputs, outputs } of graph.forward) {
    const own = sources.get(origin);
    const passed = new Set(inputs.flatMap(({ id }) => [...(givers.get(id) ?? [])]));
    if (own !== undefined) for (const value of inputs) connect(value, own);
    for (const { id } of outputs) givers.set(id, own === undefined ? passed : new Set([own]));
  }
  for (const { name, value } of graph.outputs) connect(value, ends.get(name)!);
  return [...edges.values()];
}
