import type { Manifest, ManifestDim } from '../runtime/manifest.js';
import { add, mul, printDim, printShape, product, symbol, type Dim } from './dim.js';
import type { LayerInfo, TensorGraph, TensorType } from './ir.js';
import { Pipeline, type ModelOptions, type ModelSource } from './pipeline.js';
import { byteSize, table, thousands } from './text.js';

/** What a summary counts. Sizes that are open are expressions over the open sizes. */
export interface Totals {
  readonly parameters: Dim;
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
  /** `weight heUniform`; `weight = embed.weight` for a variable that goes by another name. */
  readonly initializers: readonly string[];
}

export interface Summary {
  readonly layers: readonly LayerSummary[];
  readonly total: Totals;
  /** Layers that the source left without a name, where it tells. */
  readonly unnamed: number;
}

export interface SummaryOptions extends ModelOptions {
  /** The seed that would initialize. */
  readonly seed?: number | bigint;
}

const BYTES_PER_PARAMETER = 4;
const sum = (dims: readonly Dim[]): Dim => dims.reduce<Dim>(add, 0);

/** The layers of a model with what they compute, hold and start from. Takes and throws what `compile` does. */
export function summarize(model: ModelSource, { seed = 0, ...options }: SummaryOptions = {}): Summary {
  const graph = new Pipeline(model, options).lower();
  const counts = new Map(graph.variables.map(({ name, value }) => [name, product(value.shape)]));
  const frozen = graph.variables.filter(({ trainable }) => !trainable);
  const parameters = sum([...counts.values()]);
  const seen = new Set<string>();
  return {
    layers: [
      ...graph.inputs.map(({ name, value }) => ({
        layer: name,
        kind: 'input',
        outputs: [value],
        parameters: 0,
        initializers: [],
      })),
      ...graph.layers.map((layer) => summarizeLayer(layer, graph, counts, seen)),
    ],
    total: {
      parameters,
      notTrainable: sum(frozen.map(({ name }) => counts.get(name)!)),
      variables: counts.size,
      bytes: mul(parameters, BYTES_PER_PARAMETER),
      seed: String(seed),
    },
    unnamed: countUnnamed(model),
  };
}

function summarizeLayer(
  { name: layer, label, outputs, parameters }: LayerInfo,
  { variables }: TensorGraph,
  counts: ReadonlyMap<string, Dim>,
  seen: Set<string>,
): LayerSummary {
  const slots = new Map(parameters.map(({ parameter, variable }) => [parameter, variable]));
  const added: Dim[] = [];
  const initializers: string[] = [];
  for (const [parameter, variable] of slots) {
    const isNew = !seen.has(variable);
    seen.add(variable);
    if (isNew) added.push(counts.get(variable)!);
    const name = variable === `${layer}.${parameter}` ? parameter : `${parameter} = ${variable}`;
    const initializer = variables.find((candidate) => candidate.name === variable)!.initializer;
    initializers.push(isNew ? `${name} ${initializer}` : name);
  }
  return { layer, kind: label, outputs, parameters: sum(added), initializers };
}

/** A graph made by builders has given every layer its name already. */
function countUnnamed(model: ModelSource): number {
  const source: unknown = typeof model === 'string' ? JSON.parse(model) : model;
  const { layers } = source as { readonly layers?: readonly { readonly name?: string }[] };
  return (layers ?? []).filter(({ name }) => name === undefined).length;
}

const count = (dim: Dim): string => (typeof dim === 'number' ? thousands(dim) : printDim(dim));
const bytesOf = (dim: Dim): string => (typeof dim === 'number' ? byteSize(dim) : `${printDim(dim)} bytes`);
const plural = (many: number, thing: string): string => `${thousands(many)} ${thing}${many === 1 ? '' : 's'}`;

/** `total 34,896 parameters in 4 variables, 136.3 KiB, seed 0` */
function printTotals({ parameters, notTrainable, variables, bytes, seed }: Totals): string {
  const frozen = notTrainable === 0 ? '' : ` (${count(notTrainable)} not trainable)`;
  const many = parameters === 1 ? 'parameter' : 'parameters';
  return `total ${count(parameters)} ${many}${frozen} in ${plural(variables, 'variable')}, ${bytesOf(bytes)}, seed ${seed}`;
}

const printOutput = ({ dtype, shape }: TensorType): string =>
  dtype === 'float32' ? printShape(shape) : `${printShape(shape)} ${dtype}`;

export function printSummary({ layers, total, unnamed }: Summary): string {
  const rows = layers.map(({ layer, kind, outputs, parameters, initializers }) => [
    layer,
    kind,
    outputs.map(printOutput).join(', '),
    count(parameters),
    initializers.join(', '),
  ]);
  const lines = table([['layer', 'kind', 'output', 'parameters', 'initializers'], ...rows], [3]);
  lines.push(printTotals(total));
  if (unnamed > 0) {
    const those = unnamed === 1 ? '1 layer without a name is' : `${thousands(unnamed)} layers without a name are`;
    lines.push(`${those} named by kind and count: a layer put before them renames them, which changes their seeds`);
  }
  return lines.join('\n');
}

/**
 * A table of a model's layers: kinds, outputs, parameters, initializers, and the totals.
 *
 * @throws what `compile` does for a model at fault
 */
export const summary = (model: ModelSource, options: SummaryOptions = {}): string =>
  printSummary(summarize(model, options));

/** The totals of a compiled module. */
export function totalsOf({ variables, seed }: Manifest): Totals {
  const sizes = variables.map(({ shape, trainable }) => ({ size: product(shape.map(dimOf)), trainable }));
  const parameters = sum(sizes.map(({ size }) => size));
  return {
    parameters,
    notTrainable: sum(sizes.filter(({ trainable }) => !trainable).map(({ size }) => size)),
    variables: variables.length,
    bytes: mul(parameters, BYTES_PER_PARAMETER),
    seed,
  };
}

/** An open size of a manifest, as one unknown. */
const dimOf = (size: ManifestDim): Dim =>
  typeof size === 'number' ? size : symbol(/[ *]/.test(size) ? `(${size})` : size);

/** Inputs, outputs, variables and totals of a compiled module, which does not know its layers. */
export function printModuleSummary(manifest: Manifest): string {
  const ports = (kind: string, list: Manifest['inputs']): string[][] =>
    list.map(({ name, dtype, shape }) => [name, kind, printOutput({ dtype, shape: shape.map(dimOf) }), '', '', '']);
  const variables = manifest.variables.map(({ name, dtype, shape, initializer, users, given }) => {
    const sizes = shape.map(dimOf);
    const others = users.filter((user) => user !== name).join(', ');
    return [
      name,
      'variable',
      printOutput({ dtype, shape: sizes }),
      count(product(sizes)),
      given && initializer !== 'values' ? `${initializer}, embedded` : initializer,
      others,
    ];
  });
  const rows = [...ports('input', manifest.inputs), ...variables, ...ports('output', manifest.outputs)];
  const head = ['name', 'kind', 'shape', 'parameters', 'initializer', 'shared by'];
  const isShared = rows.some((row) => row[5] !== '');
  const lines = table(
    [head, ...rows].map((row) => (isShared ? row : row.slice(0, 5))),
    [3],
  );
  return [...lines, printTotals(totalsOf(manifest))].join('\n');
}
