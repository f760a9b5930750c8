import type { Node } from '../ir.js';
import { rewrite, type Pass, type Rule } from './rewrite.js';

/** A matrix that is transposed on its way into a product is read as it stands: packing walks it the other way. */
const intoProduct: Rule = (node, uses) => {
  if (node.op.kind !== 'matmul' && node.op.kind !== 'recurrent') return undefined;
  const [x, w, ...rest] = node.inputs;
  const producer = uses.producer(w!);
  if (producer?.op.kind !== 'transpose' || w!.shape.length !== 2) return undefined;
  const swapped = producer.op.permutation[0] === 1;
  const op = { ...node.op, transposeRight: node.op.transposeRight !== swapped };
  const product: Node = { ...node, op, inputs: [x!, producer.inputs[0]!, ...rest] };
  return { nodes: [product], removed: uses.onlyFor(node, w!) ? [producer] : [] };
};

export const foldTransposes: Pass = {
  name: 'foldTransposes',
  run: (graph) => rewrite(graph, intoProduct),
};
