import type * as tf from '@tensorflow/tfjs-core';
import type { NetworkLayer } from '../network.js';
import type { Rule } from './rule.js';

/** Rules by kind for those layers that need tfjs-layers, which is loaded only for them. */
export async function recurrentRules(layers: readonly NetworkLayer[]): Promise<Readonly<Record<string, Rule>>> {
  if (!layers.some(({ kind }) => kind === 'lstm' || kind === 'gru')) return {};
  const tfl = await import('@tensorflow/tfjs-layers');
  const rule: Rule = (layer, { weight }) => {
    const { name, kind, units, activation, recurrentActivation, resetAfter } = layer;
    if (kind === 'gru' && resetAfter) throw new Error(`${name}: tfjs-layers resets the state only before its product`);
    const layerOf = kind === 'lstm' ? tfl.layers.lstm : tfl.layers.gru;
    const recurrent = layerOf({
      units,
      activation: activation.kind as 'tanh',
      recurrentActivation: recurrentActivation.kind as 'sigmoid',
      kernelInitializer: 'zeros',
      recurrentInitializer: 'zeros',
      weights: ['weight', 'recurrentWeight', 'bias'].map(weight),
    });
    return (x) => recurrent.apply(x) as tf.Tensor;
  };
  return { lstm: rule, gru: rule };
}
