import type { HostFunctions } from '../runtime/host.js';
import { instantiate } from '../runtime/index.js';
import type { Node, TensorGraph } from './ir.js';

const hasValues = ({ op }: Node): boolean => op.kind === 'constant' || op.kind === 'stored';

/** Whether every variable has values already. */
export const isSettled = ({ initialize }: TensorGraph): boolean => initialize.every(hasValues);

/** Whether the memory of variables is laid out only with the first input. */
export const waitsForInput = ({ symbols }: TensorGraph): boolean => symbols.some(({ kind }) => kind === 'latched');

/**
 * A graph in which every variable has the values that a module of it gives itself: the module is run once, so both are
 * equal by construction. Values that were given stay as they are.
 */
export async function snapshot(graph: TensorGraph, binary: Uint8Array, functions: HostFunctions): Promise<TensorGraph> {
  const names = new Map(graph.variables.map(({ name, value }) => [value.id, name]));
  const model = await instantiate(binary, { functions });
  model.initialize();
  const initialize = graph.initialize.map((node): Node => {
    const name = names.get(node.outputs[0]!.id);
    if (hasValues(node) || name === undefined) return node;
    const { data, shape } = model.variables.get(name);
    return { ...node, op: { kind: 'constant', tensor: { dtype: 'float32', shape, data } } };
  });
  return { ...graph, initialize };
}
