import type { Network, NetworkLayer } from './network.js';

/**
 * The network in which a `relu` is the activation of the layer before it, where that is of one of `kinds`, has none and
 * goes nowhere else. An `add` may so have an activation too.
 */
export function fuseActivations(network: Network, kinds: readonly string[]): Network {
  const read = [network.output, ...network.layers.flatMap(({ from }) => from)];
  const layers: NetworkLayer[] = [];
  const renamed = new Map<string, string>();
  for (const layer of network.layers) {
    const from = layer.from.map((name) => renamed.get(name) ?? name);
    const at = layers.findIndex(({ name }) => name === from[0]);
    const before = layers[at];
    const isOpen = before !== undefined && kinds.includes(before.kind) && isLinear(before);
    if (layer.kind === 'relu' && isOpen && read.filter((name) => name === layer.from[0]).length === 1) {
      layers[at] = { ...before, activation: { kind: 'relu' } };
      renamed.set(layer.name, before.name);
    } else {
      layers.push({ ...layer, from });
    }
  }
  return { ...network, layers, output: renamed.get(network.output) ?? network.output };
}

const isLinear = ({ activation }: Partial<NetworkLayer>): boolean => (activation?.kind ?? 'linear') === 'linear';
