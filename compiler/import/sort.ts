import { ImportError } from '../errors.js';

/**
 * Nodes in an order in which each comes after what it reads: theirs, where that is one. Names
 * that no node gives have no say.
 *
 * @param readsOf names of values that a node reads
 * @throws ImportError for a cycle, and for a value that two nodes give
 */
export function sortNodes<N extends { readonly outputs: readonly string[] }>(
  nodes: readonly N[],
  readsOf: (node: N) => readonly string[],
): readonly N[] {
  const producers = new Map<string, N>();
  for (const node of nodes) {
    for (const output of node.outputs) {
      if (output === '') continue;
      if (producers.has(output)) throw new ImportError('graph', output, 'is given by two nodes');
      producers.set(output, node);
    }
  }
  const sorted: N[] = [];
  const states = new Map<N, 'open' | 'done'>();
  for (const first of nodes) {
    const stack: { node: N; needs: readonly string[]; next: number }[] = [];
    const enter = (node: N): void => {
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
