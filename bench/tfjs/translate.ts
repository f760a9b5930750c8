import type * as tf from '@tensorflow/tfjs-core';
import { fuseActivations } from '../fuse.js';
import type { Network } from '../network.js';
import { recurrentRules } from './recurrent.js';
import { tensorOf } from './rule.js';
import { rules } from './rules.js';

/**
 * Operations as a graph model has them once its activations and biases are fused; inputs are given in the network's order.
 * Like the executor of graph models it disposes what no operation reads any more, the inputs too.
 */
export async function translate(network: Network): Promise<(inputs: readonly tf.Tensor[]) => tf.Tensor> {
  const { inputs, layers, weights, output } = fuseActivations(network, [
    'conv1d',
    'conv2d',
    'depthwiseConv2d',
    'dense',
  ]);
  const names = [...Object.keys(inputs), ...layers.map(({ name }) => name)];
  const numbers = new Map(names.map((name, number) => [name, number] as const));
  const shapes = [...Object.values(inputs), ...layers].map(({ shape }) => shape);
  const all = { ...rules, ...(await recurrentRules(layers)) };
  const steps = layers.map((layer) => {
    const rule = all[layer.kind];
    if (rule === undefined) throw new Error(`${layer.name}: kind '${layer.kind}' is not translated to tfjs`);
    const from = layer.from.map((name) => numbers.get(name)!);
    const weight = (slot: string): tf.Tensor => tensorOf(weights[`${layer.name}.${slot}`]!);
    return { from, compute: rule(layer, { network, weight, shapes: from.map((input) => shapes[input]!) }) };
  });
  const result = numbers.get(output)!;
  const lastReader = new Map(steps.flatMap(({ from }, step) => from.map((input) => [input, step] as const)));
  const plan = steps.map(({ from: [x, other], compute }, step) => {
    const done = [...new Set([x!, other ?? x!])].filter((input) => input !== result && lastReader.get(input) === step);
    return { x: x!, other: other ?? x!, compute, done };
  });
  return (given) => {
    const values = [...given];
    for (const { x, other, compute, done } of plan) {
      values.push(compute(values[x]!, values[other]!));
      for (const input of done) values[input]!.dispose();
    }
    return values[result]!;
  };
}
