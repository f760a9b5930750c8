import { Refusal } from '../attributes.js';
import type { Layer, LayerDefinition } from './definition.js';
import { currentScope, GraphEdge, type Call, type Edge, type FunctionEntry, type StageOutput } from './edge.js';
import { Reference } from './parameter-value.js';
import { stageOf } from './stage.js';

type LayerOptions = Readonly<Record<string, unknown>>;

/**
 * Makes a layer; see `Layer`.
 *
 * @param entry the function it calls, for the graph's declaration to carry
 */
export function makeLayer(definition: LayerDefinition, options: LayerOptions, entry?: FunctionEntry): Layer {
  const { kind, outputs, dtype } = definition;
  const apply = (...from: readonly (Edge | null)[]): StageOutput => {
    const call: Call = { kind: 'call', layer, from, scope: currentScope() };
    const names = outputs === 'list' ? listOutputs(definition, options) : outputs;
    const edges = names.map((output, index) => new GraphEdge(call, dtype, index === 0 ? undefined : output));
    if (outputs === 'list') return edges;
    return edges.length === 1 ? edges[0]! : Object.fromEntries(names.map((output, index) => [output, edges[index]!]));
  };
  const stage = stageOf(apply, {
    copy(copies, suffix) {
      const known = copies.get(layer) as Layer | undefined;
      if (known) return known;
      const copy = makeLayer(definition, copyOptions(options, copies, suffix), entry);
      copies.set(layer, copy);
      return copy;
    },
    defaultInput: definition.defaultInput,
  });
  const parameters = Object.keys(definition.parameters).map((parameter) => {
    return [parameter, new Reference({ kind: 'parameter', layer: stage, parameter })] as const;
  });
  const layer = Object.assign(stage, {
    kind,
    options: Object.freeze({ ...options }),
    ...(entry && { entry }),
    parameters: Object.freeze(Object.fromEntries(parameters)),
  }) as unknown as Layer;
  return layer;
}

/** Names of a list of outputs; one while the attributes are at fault, which parsing reports. */
function listOutputs(definition: LayerDefinition, options: LayerOptions): readonly string[] {
  const attributes: Record<string, unknown> = {};
  for (const [name, attribute] of Object.entries(definition.attributes)) {
    const given = options[name];
    const value = given === undefined ? attribute.fallback : attribute.read(given);
    if (value instanceof Refusal || (value === undefined && attribute.required)) return ['0'];
    attributes[name] = value;
  }
  return Array.from({ length: definition.count?.(attributes) ?? 1 }, (_, index) => String(index));
}

function copyOptions(options: LayerOptions, copies: ReadonlyMap<object, unknown>, suffix: string): LayerOptions {
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => {
      if (key === 'name' && value !== undefined) return [key, `${value as string}${suffix}`];
      if (!(value instanceof Reference) || value.owner.kind !== 'parameter') return [key, value];
      const layer = copies.get(value.owner.layer) as object | undefined;
      return [key, layer ? new Reference({ ...value.owner, layer }, value.transpose) : value];
    }),
  );
}
