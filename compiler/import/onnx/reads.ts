import type { OnnxGraph, OnnxNode } from './model.js';

/** Names that a node reads, those of the graphs inside it included. */
export function readsOf(node: OnnxNode): readonly string[] {
  const inner = [...node.attributes.values()].flatMap((attribute) =>
    attribute.kind === 'graph' ? outerReads(attribute.value) : [],
  );
  return [...node.inputs, ...inner];
}

function outerReads(graph: OnnxGraph): readonly string[] {
  return [...graph.nodes.flatMap(readsOf), ...graph.outputs.map(({ name }) => name)];
}
