import { mlp, mnistMlp } from '../../bench/models/dense.js';
import { kerasSeed, lenet } from '../../bench/models/lenet.js';
import { matmul } from '../../bench/models/matmul.js';
import { minilm } from '../../bench/models/minilm.js';
import { mobilenetV2 } from '../../bench/models/mobilenet.js';
import { gruNetwork, lstmNetwork } from '../../bench/models/recurrent.js';
import { resnet } from '../../bench/models/resnet.js';
import { networkOf, type Network } from '../../bench/network.js';
import { build, type Graph } from '../../compiler/index.js';

const arrays = (inputs: Network['inputs']): Record<string, Float32Array> =>
  Object.fromEntries(Object.entries(inputs).map(([name, { data }]) => [name, data]));

/** What a model with one output computes. */
export const compute = (model: { forward(inputs: object): object }, inputs: Network['inputs']): Float32Array =>
  (Object.values(model.forward(arrays(inputs))) as { readonly data: Float32Array }[])[0]!.data;

/** The network of a graph with the weights it draws, and what it computes. */
export async function runGraph(graph: Graph): Promise<{ network: Network; output: Float32Array }> {
  const model = await build(graph);
  model.initialize();
  const weights = Object.fromEntries(
    model.variables.list().map(({ name }) => {
      const { data, shape } = model.variables.get(name);
      return [name, { data, shape }];
    }),
  );
  const network = networkOf(graph, weights);
  return { network, output: compute(model, network.inputs) };
}

/** The benchmark's architectures, with sizes that are computed at once. */
export const networks: Readonly<Record<string, () => Graph>> = {
  mlp: () => mlp(3),
  'mnist-mlp': () => mnistMlp(2),
  'keras-seed': () => kerasSeed(1),
  lenet: () => lenet(2),
  mobilenetv2: () => mobilenetV2(1, 32),
  'resnet of two 3×3': () => resnet(2, { blocks: [1, 2], bottleneck: false, width: 4, size: 20 }),
  'resnet of bottlenecks': () => resnet(1, { blocks: [1, 2], bottleneck: true, width: 4, size: 20 }),
  minilm: () => minilm(2, 5, { layers: 2, width: 12, heads: 3 }),
  lstm: () => lstmNetwork(2, 3, 5, 4),
  gru: () => gruNetwork(2, 3, 5, 4),
  matmul: () => matmul(9),
};
