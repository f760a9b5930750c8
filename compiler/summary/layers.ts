import { add, mul, product, sub, type Dim } from '../dim.js';
import type { LayerInfo, TensorGraph, TensorType } from '../ir.js';
import { memoryFigures, type MemoryFigures } from '../memory.js';
import { multiplyAdds } from '../ops/index.js';
import type { PlannedConvolution } from '../plan/types.js';
import { Pipeline, type ModelOptions, type ModelSource } from '../pipeline.js';

/** What variables come to. Sizes that are open are expressions over the open sizes. */
export interface Totals {
  readonly parameters: Dim;
  readonly trainable: Dim;
  readonly notTrainable: Dim;
  readonly variables: number;
  readonly bytes: Dim;
  readonly seed: string;
}

export interface LayerSummary {
  readonly layer: string;
  /** `input`, or the kind with its activation: `conv1d relu`. */
  readonly kind: string;
  readonly outputs: readonly TensorType[];
  /** Elements of the variables that no layer above uses. */
  readonly parameters: Dim;
  /** Of its matrix products and convolutions; every other operation counts 0. */
  readonly multiplyAdds: Dim;
  /** `weight heUniform`; `weight = embed.weight` for a variable that goes by another name. */
  readonly initializers: readonly string[];
}

/** A value whose elements each call moves into another order, which costs time and computes nothing. */
export interface TransposeSummary {
  /** The layer or input that gives it, and the layer or output that needs it otherwise. */
  readonly from: string;
  readonly to: string;
  readonly shape: readonly Dim[];
}

export interface Summary {
  readonly layers: readonly LayerSummary[];
  /** Those that remain when the model is optimized. */
  readonly transposes: readonly TransposeSummary[];
  /** How each convolution is computed, but for depthwise ones. */
  readonly convolutions: readonly PlannedConvolution[];
  readonly total: Totals & { readonly multiplyAdds: Dim; readonly memory: MemoryFigures };
  /** Layers that the source left without a name, where it tells. */
  readonly unnamed: number;
}

export interface SummaryOptions extends ModelOptions {
  /** The seed that would initialize. */
  readonly seed?: number | bigint;
}

const BYTES_PER_PARAMETER = 4;
const sum = (dims: readonly Dim[]): Dim => dims.reduce<Dim>(add, 0);

/** Totals of variables, each of which is counted once. */
export function totalsOf(
  variables: readonly { readonly shape: readonly Dim[]; readonly trainable: boolean }[],
  seed: string,
): Totals {
  const sizes = variables.map(({ shape, trainable }) => ({ size: product(shape), trainable }));
  const parameters = sum(sizes.map(({ size }) => size));
  const trainable = sum(sizes.filter((variable) => variable.trainable).map(({ size }) => size));
  return {
    parameters,
    trainable,
    notTrainable: sub(parameters, trainable),
    variables: variables.length,
    bytes: mul(parameters, BYTES_PER_PARAMETER),
    seed,
  };
}

/** The layers of a model with what they compute, hold and start from. Takes and throws what `compile` does. */
export const summarize = (model: ModelSource, { seed = 0, ...options }: SummaryOptions = {}): Summary =>
  summarizePipeline(new Pipeline(model, options), { seed, unnamed: countUnnamed(model) });

/** The same from a pipeline; `unnamed` is what its source left without a name. */
export function summarizePipeline(
  pipeline: Pipeline,
  { seed, unnamed = 0 }: { readonly seed: number | bigint; readonly unnamed?: number },
): Summary {
  const graph = pipeline.lower();
  const work = workOf(graph);
  const plan = pipeline.plan();
  const seen = new Set<string>();
  const variables = graph.variables.map(({ value, trainable }) => ({ shape: value.shape, trainable }));
  return {
    layers: [
      ...graph.inputs.map(({ name, value }) => ({
        layer: name,
        kind: 'input',
        outputs: [value],
        parameters: 0,
        multiplyAdds: 0,
        initializers: [],
      })),
      ...graph.layers.map((layer) => summarizeLayer(layer, graph, work.get(layer.name) ?? 0, seen)),
    ],
    transposes: transposesOf(pipeline.optimize()),
    convolutions: plan.convolutions,
    total: {
      ...totalsOf(variables, String(seed)),
      multiplyAdds: sum([...work.values()]),
      memory: memoryFigures(plan),
    },
    unnamed,
  };
}

const transposesOf = ({ forward }: TensorGraph): TransposeSummary[] =>
  forward
    .filter(({ op }) => op.kind === 'transpose')
    .map(({ inputs, origin }) => ({ from: inputs[0]!.name, to: origin, shape: inputs[0]!.shape }));

/** Multiply-adds by layer. */
function workOf({ forward }: TensorGraph): ReadonlyMap<string, Dim> {
  const work = new Map<string, Dim>();
  for (const node of forward) work.set(node.origin, add(work.get(node.origin) ?? 0, multiplyAdds(node)));
  return work;
}

function summarizeLayer(
  { name: layer, label, outputs, parameters }: LayerInfo,
  { variables }: TensorGraph,
  multiplyAdds: Dim,
  seen: Set<string>,
): LayerSummary {
  const slots = new Map(parameters.map(({ parameter, variable }) => [parameter, variable]));
  const added: Dim[] = [];
  const initializers: string[] = [];
  for (const [parameter, variable] of slots) {
    const { value, initializer } = variables.find((candidate) => candidate.name === variable)!;
    const isNew = !seen.has(variable);
    seen.add(variable);
    if (isNew) added.push(product(value.shape));
    const name = variable === `${layer}.${parameter}` ? parameter : `${parameter} = ${variable}`;
    initializers.push(isNew ? `${name} ${initializer}` : name);
  }
  return { layer, kind: label, outputs, parameters: sum(added), multiplyAdds, initializers };
}

/** A graph made by builders has given every layer its name already. */
function countUnnamed(model: ModelSource): number {
  const source: unknown = typeof model === 'string' ? JSON.parse(model) : model;
  const { layers } = source as { readonly layers?: readonly { readonly name?: string }[] };
  return (layers ?? []).filter(({ name }) => name === undefined).length;
}
