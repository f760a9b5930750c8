import { symbolsOf } from '../dim.js';
import { definedSize, symbolsIn, valuesLeft, type Node } from '../ir.js';
import type { Pass } from './rewrite.js';

/**
 * Leaves out nodes of which no output needs a value or a size. Variables stay: users list, read and write them.
 *
 * Gain: none in time or memory where other passes leave nothing behind; minilm from ONNX takes 0.2 % less time.
 */
export const dropDead: Pass = {
  name: 'dropDead',
  run(graph) {
    const left = valuesLeft(graph);
    const needed = new Set(left.map(({ id }) => id));
    const sizes = new Set(left.flatMap(({ shape }) => shape.flatMap((size) => [...symbolsOf(size)])));
    const isNeeded = ({ op, outputs }: Node): boolean =>
      outputs.some(({ id }) => needed.has(id)) || sizes.has(definedSize(op)?.name ?? '');
    const keep = (nodes: readonly Node[]): Node[] => {
      const kept: Node[] = [];
      for (const node of [...nodes].reverse()) {
        if (!isNeeded(node)) continue;
        kept.unshift(node);
        for (const { id } of node.inputs) needed.add(id);
        for (const name of symbolsIn(node)) sizes.add(name);
      }
      return kept;
    };
    const forward = keep(graph.forward);
    return { ...graph, forward, prepare: keep(graph.prepare) };
  },
};
