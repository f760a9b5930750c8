import type * as tf from '@tensorflow/tfjs-core';
import { fuseActivations } from '../fuse.js';
import type { Network } from '../network.js';
import { recurrentRules } from './recurrent.js';
import { tensorOf } from './rule.js';
import { rules } from './rules.js';

/** Operations as a graph model has them once its activations and biases are fused. */
export async function translate(network: Network): Promise<(inputs: Record<string, tf.Tensor>) => tf.Tensor> {
  const { inputs, layers, weights, output } = fuseActivations(network, [
    'conv1d',
    'conv2d',
    'depthwiseConv2d',
    'dense',
  ]);
  const shapes = new Map(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
  const all = { ...rules, ...(await recurrentRules(layers)) };
  const steps = layers.map((layer) => {
    const rule = all[layer.kind];
    if (rule === undefined) throw new Error(`${layer.name}: kind '${layer.kind}' is not translated to tfjs`);
    const weight = (slot: string): tf.Tensor => tensorOf(weights[`${layer.name}.${slot}`]!);
    const compute = rule(layer, { network, weight, shapes: layer.from.map((name) => shapes.get(name)!) });
    shapes.set(layer.name, layer.shape);
    return { name: layer.name, from: layer.from, compute };
  });
  const lastReader = new Map(steps.flatMap(({ from }, step) => from.map((name) => [name, step] as const)));
  const plan = steps.map(({ name, from, compute }, step) => ({
    name,
    compute,
    from: from as readonly [string, string],
    done: [...new Set(from)].filter((input) => input !== output && lastReader.get(input) === step),
  }));
  return (given) => {
    const values = { ...given };
    for (const { name, from, compute, done } of plan) {
      values[name] = compute(values[from[0]]!, values[from[1]]!);
      for (const input of done) values[input]!.dispose();
    }
    return values[output]!;
  };
}
