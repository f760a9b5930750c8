import { symbolsIn, type Node, type TensorGraph } from '../ir.js';
import type { Pass } from './rewrite.js';

/**
 * What depends on parameters and constants alone is computed when they change, not at every call. A size that may
 * change between calls, or depends on data, keeps what depends on it where it is.
 */
export const hoist: Pass = {
  name: 'hoist',
  run(graph: TensorGraph): TensorGraph {
    const settled = new Set([
      ...graph.variables.map(({ value }) => value.id),
      ...graph.prepare.flatMap(({ outputs }) => outputs.map(({ id }) => id)),
    ]);
    const lasting = new Set(graph.symbols.filter(({ kind }) => kind === 'latched').map(({ name }) => name));
    const isSettled = (node: Node): boolean =>
      node.inputs.every(({ id }) => settled.has(id)) && [...symbolsIn(node)].every((name) => lasting.has(name));
    const prepare: Node[] = [...graph.prepare];
    const forward: Node[] = [];
    for (const node of graph.forward) {
      if (isSettled(node)) {
        prepare.push(node);
        for (const { id } of node.outputs) settled.add(id);
      } else {
        forward.push(node);
      }
    }
    return { ...graph, prepare, forward };
  },
};
