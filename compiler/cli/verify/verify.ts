import { instantiateSync, type Model } from '../../../runtime/index.js';
import { compilePipeline, type CompiledModule, type CompileOptions } from '../../compile.js';
import type { TensorGraph } from '../../ir.js';
import { Pipeline, type ModelSource } from '../../pipeline.js';
import type { Tensor } from '../../tensor.js';
import { compare, type Comparison, type Tolerance } from './compare.js';
import { drawInputs } from './inputs.js';
import type { Inputs, Reference } from './reference.js';

export interface VerifyOptions extends CompileOptions {
  /** Of the inputs and of the initializers, 0 by default. */
  readonly seed?: bigint;
  readonly tolerance: Tolerance;
}

interface LayerOf {
  readonly name: string;
  readonly kind: string;
  /** Where it stands among the layers. */
  readonly position: number;
}

/** An output, and the layer that gives it. */
export interface Verified extends Comparison {
  readonly layer: LayerOf | undefined;
}

/** Runs a module on tensors. */
export function runModule(module: CompiledModule, inputs: Inputs): ReadonlyMap<string, Tensor> {
  const net: Model = instantiateSync(module);
  const outputs = net.forward(Object.fromEntries(inputs));
  return new Map(
    module.manifest.outputs.map(({ name, dtype }) => {
      const { shape, data } = outputs[name]!;
      return [name, { dtype, shape, data }] as const;
    }),
  );
}

/** The layers of a graph by the values they give. */
const layersOf = ({ layers }: TensorGraph): ReadonlyMap<number, LayerOf> =>
  new Map(
    layers.flatMap(({ name, kind, outputs }, position) =>
      outputs.map(({ id }) => [id, { name, kind, position }] as const),
    ),
  );

/**
 * Compiles a model and compares each of its outputs with what a reference gives for the same inputs, which are drawn from the
 * seed.
 *
 * @throws what `compile` does, and what the reference does
 */
export async function verify(
  model: ModelSource,
  reference: Reference,
  { tolerance, ...options }: VerifyOptions,
): Promise<readonly Verified[]> {
  const pipeline = new Pipeline(model, options);
  const module = await compilePipeline(pipeline, options);
  const graph = pipeline.lower();
  const inputs = drawInputs(graph, options.seed ?? 0n);
  const actual = runModule(module, inputs);
  const expected = await reference.run(pipeline, inputs, [...actual.keys()]);
  const layers = layersOf(graph);
  return graph.outputs.map(({ name, value }) => ({
    ...compare(name, actual.get(name)!, expected.get(name)!, tolerance),
    layer: layers.get(value.id),
  }));
}
