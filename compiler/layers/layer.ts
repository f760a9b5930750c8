import { Refusal } from '../attributes.js';
import type { LayerDefinition, Layer } from './define.js';
import {
  currentScope,
  edgesOf,
  GraphEdge,
  runStages,
  type Call,
  type Edge,
  type Stage,
  type StageOutput,
} from './edge.js';
import { Reference } from './parameter-value.js';

/** Makes a fresh stage of the same layers, which share no variables with the first; `suffix` keeps names apart. */
export type Copy = (copies: Map<object, unknown>, suffix: string) => Stage;

const copiers = new WeakMap<Stage, Copy>();
const layers = new WeakSet<object>();

/** Marks a stage as one that `repeat` can copy. */
export function copyable<S extends Stage>(stage: S, copy: Copy): S {
  copiers.set(stage, copy);
  return stage;
}

/** A copy of a stage, or undefined for a function of somebody's own. */
export const copyStage = (stage: Stage, copies: Map<object, unknown>, suffix: string): Stage | undefined =>
  copiers.get(stage)?.(copies, suffix);

export const isStage = (value: unknown): value is Stage => copiers.has(value as Stage);
export const isLayer = (value: unknown): value is Layer => layers.has(value as object);

/** Stages one after the other. */
export const compose = (stages: readonly Stage[]): Stage =>
  copyable(
    (...from) => single(runStages(stages, from)),
    (copies, suffix) => compose(stages.map((stage) => copyStage(stage, copies, suffix) ?? stage)),
  );

const single = (edges: readonly Edge[]): StageOutput => (edges.length === 1 ? edges[0]! : edges);

export function makeLayer(definition: LayerDefinition, options: Readonly<Record<string, unknown>>): Layer {
  const { kind, outputs, dtype } = definition;
  const apply = (...from: readonly (Edge | null)[]): StageOutput => {
    const call: Call = { kind: 'call', layer, from, scope: currentScope() };
    if (outputs === 'list') {
      const count = outputCount(definition, options);
      return Array.from(
        { length: count },
        (_, index) => new GraphEdge(call, dtype, index === 0 ? undefined : String(index)),
      );
    }
    const edges = outputs.map((output, index) => new GraphEdge(call, dtype, index === 0 ? undefined : output));
    return edges.length === 1 ? edges[0]! : Object.fromEntries(outputs.map((output, index) => [output, edges[index]!]));
  };
  const parameters = Object.fromEntries(
    Object.keys(definition.parameters).map((name) => [
      name,
      new Reference({ kind: 'parameter', layer: apply, parameter: name }),
    ]),
  );
  const layer = Object.assign(apply, {
    kind,
    options: Object.freeze({ ...options }),
    parameters: Object.freeze(parameters),
    pipe: (...stages: readonly Stage[]) => compose([layer as Stage, ...stages]),
  }) as unknown as Layer;
  layers.add(layer);
  copyable(layer as Stage, (copies, suffix) => {
    const known = copies.get(layer) as Stage | undefined;
    if (known) return known;
    const copy = makeLayer(definition, copyOptions(options, copies, suffix)) as Stage;
    copies.set(layer, copy);
    return copy;
  });
  return layer;
}

/** How many outputs a layer of a list has; 1 while its attributes are at fault, which parsing reports. */
export function outputCount(definition: LayerDefinition, options: Readonly<Record<string, unknown>>): number {
  const attributes: Record<string, unknown> = {};
  for (const [name, attribute] of Object.entries(definition.attributes)) {
    const given = options[name];
    const value = given === undefined ? attribute.fallback : attribute.read(given);
    if (value instanceof Refusal || (value === undefined && attribute.required)) return 1;
    attributes[name] = value;
  }
  return definition.count?.(attributes) ?? 1;
}

function copyOptions(
  options: Readonly<Record<string, unknown>>,
  copies: ReadonlyMap<object, unknown>,
  suffix: string,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => {
      if (key === 'name') return [key, `${String(value)}${suffix}`];
      if (!(value instanceof Reference) || value.owner.kind !== 'parameter') return [key, value];
      const copied = copies.get(value.owner.layer);
      return [key, copied ? new Reference({ ...value.owner, layer: copied }, value.transpose) : value];
    }),
  );
}
