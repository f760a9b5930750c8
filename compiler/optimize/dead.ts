import type { Node } from '../ir.js';
import type { Pass } from './rewrite.js';

/** Nodes that no output needs. Variables stay: users list, read and write them. */
export const dropDead: Pass = {
  name: 'dropDead',
  run(graph) {
    const needed = new Set(graph.outputs.map(({ value }) => value.id));
    const keep = (nodes: readonly Node[]): Node[] => {
      const kept: Node[] = [];
      for (const node of [...nodes].reverse()) {
        if (!node.outputs.some(({ id }) => needed.has(id))) continue;
        kept.unshift(node);
        for (const { id } of node.inputs) needed.add(id);
      }
      return kept;
    };
    const forward = keep(graph.forward);
    return { ...graph, forward, prepare: keep(graph.prepare) };
  },
};
