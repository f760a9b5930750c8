import type { GraphSource } from '../../compiler/declaration.js';
import { writeNpy } from '../../compiler/npy.js';
import { compile, type CompileOptions } from '../../compiler/compile.js';
import { Pipeline, type ModelSource } from '../../compiler/pipeline.js';
import { describeModel, type ModelData } from '../../compiler/report/model/index.js';
import { feedOf, firstChoice } from '../../page/run/feeds.js';
import { firstSizes } from '../../page/run/shapes.js';
import { valuesOf } from '../../page/runner/values.js';
import { instantiate } from '../../runtime/external.js';

/** Two lines of layers, so that a fault has a line. */
export const written: GraphSource = {
  nacre: 1,
  name: 'written',
  inputs: [{ name: 'x', shape: ['batch', 6] }],
  layers: [
    { name: 'hidden', kind: 'dense', units: 5, activation: 'relu' },
    { name: 'y', kind: 'dense', units: 3, activation: 'softmax' },
  ],
  outputs: ['y'],
};

/** What a page must show of a model that runs with the inputs it takes by itself. */
export interface Expected {
  readonly layers: number;
  readonly binary: Uint8Array;
  /** `.npy` files by output. */
  readonly outputs: Readonly<Record<string, Uint8Array>>;
}

export async function expected(model: ModelSource, options: CompileOptions = {}): Promise<Expected> {
  const { tensors, dims, ...rest } = options;
  const given = { ...(tensors && { tensors }), ...(dims && { dims }) };
  const module = await compile(model, { ...rest, ...given });
  const data: ModelData = describeModel(new Pipeline(model, given), module);
  const net = await instantiate(module);
  const feeds = data.inputs.map((port) => {
    const { shape, ...bytes } = feedOf(port, firstChoice(port, data), firstSizes(data));
    return [port.name, { data: valuesOf(bytes), shape }] as const;
  });
  const outputs = net.forward(Object.fromEntries(feeds));
  return {
    layers: data.nodes.filter(({ role }) => role === 'layer').length,
    binary: module.binary,
    outputs: Object.fromEntries(
      module.manifest.outputs.map(({ name, dtype }) => [name, writeNpy({ dtype, ...outputs[name]! })]),
    ),
  };
}
