import type { Node, TensorGraph } from '../ir.js';
import type { Pass } from './rewrite.js';

/** What depends on parameters and constants alone is computed when they change, not at every call. */
export const hoist: Pass = {
  name: 'hoist',
  run(graph: TensorGraph): TensorGraph {
    const settled = new Set([
      ...graph.variables.map(({ value }) => value.id),
      ...graph.prepare.flatMap(({ outputs }) => outputs.map(({ id }) => id)),
    ]);
    const prepare: Node[] = [...graph.prepare];
    const forward: Node[] = [];
    for (const node of graph.forward) {
      if (node.inputs.every(({ id }) => settled.has(id))) {
        prepare.push(node);
        for (const { id } of node.outputs) settled.add(id);
      } else {
        forward.push(node);
      }
    }
    return { ...graph, prepare, forward };
  },
};
