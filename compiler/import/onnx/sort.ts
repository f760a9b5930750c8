import { ImportError } from '../../errors.js';
import type { OnnxGraph, OnnxNode } from './model.js';

/** Names that a node reads, those of the graphs inside it included. */
function readsOf(node: OnnxNode): readonly string[] {
  const inner = [...node.attributes.values()].flatMap((attribute) =>
    attribute.kind === 'graph' ? outerReads(attribute.value) : [],
  );
  return [...node.inputs, ...inner];
}

function outerReads(graph: OnnxGraph): readonly string[] {
  return [...graph.nodes.flatMap(readsOf), ...graph.outputs.map(({ name }) => name)];
}

/**
 * Nodes in an order in which each comes after what it reads: theirs, where that is one.
 *
 * @throws ImportError for a cycle, and for a value that two nodes give
 */
export function sortNodes(nodes: readonly OnnxNode[]): readonly OnnxNode[] {
  const producers = new Map<string, OnnxNode>();
  for (const node of nodes) {
    for (const output of node.outputs) {
      if (output === '') continue;
      if (producers.has(output)) throw new ImportError('graph', output, 'is given by two nodes');
      producers.set(output, node);
    }
  }
  const sorted: OnnxNode[] = [];
  const states = new Map<OnnxNode, 'open' | 'done'>();
  for (const first of nodes) {
    const stack: { node: OnnxNode; needs: readonly string[]; next: number }[] = [];
    const enter = (node: OnnxNode): void => {
      states.set(node, 'open');
      stack.push({ node, needs: readsOf(node), next: 0 });
    };
    if (!states.has(first)) enter(first);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const name = top.needs[top.next++];
      if (name === undefined) {
        states.set(top.node, 'done');
        sorted.push(top.node);
        stack.pop();
        continue;
      }
      const producer = producers.get(name);
      if (!producer || states.get(producer) === 'done') continue;
      if (states.get(producer) === 'open')
        throw new ImportError('graph', name, 'depends on itself: the graph has a cycle');
      enter(producer);
    }
  }
  return sorted;
}
