import { symbolsIn, type Node, type TensorGraph } from '../ir.js';

/** Tells of nodes, in the order in which they run, whether they depend on parameters and constants alone. */
export function settledNodes(graph: TensorGraph): (node: Node) => boolean {
  const settled = new Set([
    ...graph.variables.map(({ value }) => value.id),
    ...graph.prepare.flatMap(({ outputs }) => outputs.map(({ id }) => id)),
  ]);
  const lasting = new Set(graph.symbols.filter(({ kind }) => kind === 'latched').map(({ name }) => name));
  return (node) => {
    const isSettled =
      node.inputs.every(({ id }) => settled.has(id)) && [...symbolsIn(node)].every((name) => lasting.has(name));
    if (isSettled) for (const { id } of node.outputs) settled.add(id);
    return isSettled;
  };
}
