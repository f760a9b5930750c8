import type { TensorGraph } from '../../ir.js';
import type { Pass } from '../rewrite.js';
import { apply } from './apply.js';
import { Network } from './network.js';
import { search } from './search.js';

const isEmpty = (graph: TensorGraph): boolean =>
  [...graph.prepare, ...graph.forward].some(({ outputs }) => outputs.some(({ shape }) => shape.includes(0)));

/**
 * Chooses the order in which each value's elements are stored so that transposes move the fewest bytes: they sink and
 * meet their inverses, and what transposes and reshapes do to constants and variables is left to `prepare`. A value
 * that is only transposed or reshaped is a view, written where something needs its elements in that order.
 *
 * Gain: resnet18 from ONNX takes 33.3 ms and not 35.2, its inputs, outputs and arena 4,512 KiB and not 6,864.
 */
export const layout: Pass = {
  name: 'layout',
  run(graph) {
    if (isEmpty(graph)) return graph;
    const network = new Network(graph);
    return apply(network, search(network));
  },
};
