import { fuseActivations } from '../fuse.js';
import type { Network } from '../network.js';
import { GraphBuilder, type Edge } from './builder.js';
import type { TfliteGraph } from './model.js';
import { rules } from './rules.js';
import { Translation } from './translation.js';

/**
 * The network as the graph of a TensorFlow Lite file, and its inputs in the shapes that it takes.
 *
 * @throws Unsupported for a layer that the runtimes of such files do not have
 */
export function translate(source: Network): { graph: TfliteGraph; inputs: Network['inputs'] } {
  const network = fuseActivations(source, ['conv1d', 'conv2d', 'depthwiseConv2d', 'dense', 'add']);
  const to = new Translation(new GraphBuilder(), network);
  const edges = new Map<string, Edge>();
  for (const [name, { shape }] of Object.entries(network.inputs)) edges.set(name, to.builder.input(shape));
  for (const layer of network.layers) {
    const rule = rules[layer.kind];
    if (rule === undefined) throw new Error(`${layer.name}: kind '${layer.kind}' is not translated to TensorFlow Lite`);
    const inputs = layer.from.map((name) => edges.get(name)!) as [Edge, Edge];
    edges.set(layer.name, rule(to, layer, ...inputs));
  }
  const graph = to.builder.finish(edges.get(network.output)!);
  const inputs = Object.entries(network.inputs).map(([name, { data }], at) => {
    const { shape } = graph.tensors[graph.inputs[at]!]!;
    return [name, { data, shape }] as const;
  });
  return { graph, inputs: Object.fromEntries(inputs) };
}
