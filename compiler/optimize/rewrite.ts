import { valuesFound, valuesLeft, type Node, type TensorGraph, type TensorType, type Value } from '../ir.js';

/** A pass: one graph in, one that computes the same out. */
export interface Pass {
  readonly name: string;
  run(graph: TensorGraph): TensorGraph;
}

/** Who defines and who reads each value of `forward`. */
export class Uses {
  private readonly producers = new Map<number, Node>();
  private readonly counts = new Map<number, number>();

  private nextId: number;

  constructor(graph: TensorGraph) {
    const ports = [...valuesFound(graph), ...graph.variables.map(({ value }) => value)];
    const values = [...ports, ...[...graph.prepare, ...graph.forward].flatMap(({ outputs }) => outputs)];
    this.nextId = values.reduce((most, { id }) => Math.max(most, id), -1) + 1;
    for (const node of graph.forward) this.add(node);
    for (const value of valuesLeft(graph)) this.count(value, 1);
  }

  add(node: Node): void {
    for (const output of node.outputs) this.producers.set(output.id, node);
    for (const input of node.inputs) this.count(input, 1);
  }

  remove(node: Node): void {
    for (const output of node.outputs) {
      if (this.producers.get(output.id) === node) this.producers.delete(output.id);
    }
    for (const input of node.inputs) this.count(input, -1);
  }

  private count(value: Value, by: number): void {
    this.counts.set(value.id, this.reads(value) + by);
  }

  /** A new value. */
  value({ dtype, shape }: TensorType, name: string): Value {
    return { id: this.nextId++, name, dtype, shape };
  }

  /** The node of `forward` that defines a value. */
  producer(value: Value): Node | undefined {
    return this.producers.get(value.id);
  }

  /** How often a value is read, as an output of the graph too. */
  reads(value: Value): number {
    return this.counts.get(value.id) ?? 0;
  }

  /** The node that defines a value, if nothing but `reader` reads it. */
  onlyFor(reader: Node, value: Value): Node | undefined {
    const own = reader.inputs.filter(({ id }) => id === value.id).length;
    return this.reads(value) === own ? this.producer(value) : undefined;
  }
}

/** What takes the place of a node, and the nodes that go with it. */
export interface Replacement {
  readonly nodes: readonly Node[];
  readonly removed: readonly Node[];
}

/** A rule: what to put in a node's place, or nothing. It looks at the node and what comes before it. */
export type Rule = (node: Node, uses: Uses) => Replacement | undefined;

/** A node that stands for the layers of others too. */
function inPlaceOf(node: Node, gone: readonly Node[]): Node {
  const layers = new Set([node, ...gone].flatMap(({ origin, others = [] }) => [origin, ...others]));
  layers.delete(node.origin);
  return layers.size === 0 ? node : { ...node, others: [...layers] };
}

/** Applies rules to the nodes of `forward` from the front, to each until none applies. */
export function rewrite(graph: TensorGraph, ...rules: readonly Rule[]): TensorGraph {
  const uses = new Uses(graph);
  const kept = new Set<Node>();
  const apply = (node: Node): readonly Node[] => {
    for (const rule of rules) {
      const found = rule(node, uses);
      if (!found) continue;
      for (const gone of [node, ...found.removed]) {
        uses.remove(gone);
        kept.delete(gone);
      }
      const nodes = found.nodes.map((next) => inPlaceOf(next, [node, ...found.removed]));
      nodes.forEach((next) => {
        uses.add(next);
      });
      return nodes.flatMap(apply);
    }
    return [node];
  };
  for (const node of graph.forward) for (const result of apply(node)) kept.add(result);
  return { ...graph, forward: [...kept] };
}
