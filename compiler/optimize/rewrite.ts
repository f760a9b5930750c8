import type { Node, TensorGraph, Value } from '../ir.js';

/** A pass: one graph in, one that computes the same out. */
export interface Pass {
  readonly name: string;
  run(graph: TensorGraph): TensorGraph;
}

/** Who defines and who reads each value of `forward`. */
export class Uses {
  private readonly producers = new Map<number, Node>();
  private readonly counts = new Map<number, number>();

  constructor(graph: TensorGraph) {
    for (const node of graph.forward) {
      for (const output of node.outputs) this.producers.set(output.id, node);
      for (const input of node.inputs) this.counts.set(input.id, (this.counts.get(input.id) ?? 0) + 1);
    }
    for (const { value } of graph.outputs) this.counts.set(value.id, (this.counts.get(value.id) ?? 0) + 1);
  }

  /** The node of `forward` that defines a value. */
  producer(value: Value): Node | undefined {
    return this.producers.get(value.id);
  }

  /** How often a value is read, as an output of the graph too. */
  reads(value: Value): number {
    return this.counts.get(value.id) ?? 0;
  }

  /** The node that defines a value, if nothing else reads it. */
  onlyFor(value: Value): Node | undefined {
    return this.counts.get(value.id) === 1 ? this.producer(value) : undefined;
  }
}

/** What takes the place of a node, and the nodes that go with it. */
export interface Replacement {
  readonly nodes: readonly Node[];
  readonly removed: readonly Node[];
}

/** A rule: what to put in a node's place, or nothing. */
export type Rule = (node: Node, uses: Uses) => Replacement | undefined;

/** Applies rules to the nodes of `forward`, one rewrite at a time from the front, until none applies. */
export function rewrite(graph: TensorGraph, ...rules: readonly Rule[]): TensorGraph {
  let forward = [...graph.forward];
  let start = 0;
  for (;;) {
    const uses = new Uses({ ...graph, forward });
    const found = firstMatch(forward, uses, rules, start);
    if (!found) {
      if (start === 0) return { ...graph, forward };
      start = 0;
      continue;
    }
    const gone = new Set([...found.replacement.removed, forward[found.index]!]);
    forward = forward.flatMap((node, index) =>
      index === found.index ? found.replacement.nodes : gone.has(node) ? [] : [node],
    );
    start = Math.max(0, found.index - gone.size);
  }
}

function firstMatch(
  forward: readonly Node[],
  uses: Uses,
  rules: readonly Rule[],
  start: number,
): { index: number; replacement: Replacement } | undefined {
  for (let index = start; index < forward.length; index++) {
    for (const rule of rules) {
      const replacement = rule(forward[index]!, uses);
      if (replacement) return { index, replacement };
    }
  }
  return undefined;
}
