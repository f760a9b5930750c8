import type { LayerDefinition } from '../layers/define.js';
import * as table from '../layers/table.js';
import type { DefinedLayer, LayerKind, ParameterDeclaration, ReusedLayer, LayerDeclaration } from './types.js';

type Definitions = Readonly<Record<LayerKind, LayerDefinition>>;
type Misnamed = {
  [K in LayerKind]: (typeof table)[K] extends { readonly definition: { readonly kind: K } } ? never : K;
}[LayerKind];
/** Assignable to nothing where an export of the table is not called as its kind. */
type NamedAsKinds<T> = [Misnamed] extends [never] ? T : Misnamed;

/** The definitions of all kinds of layer. */
export const layerDefinitions: Definitions = Object.fromEntries(
  Object.entries(table).map(([kind, builder]) => [kind, builder.definition]),
) as unknown as NamedAsKinds<Definitions>;

export const layerKinds = Object.keys(layerDefinitions) as readonly LayerKind[];

export const isReused = (layer: LayerDeclaration): layer is ReusedLayer => typeof layer.use === 'string';

/** A declared layer taken apart: what its definition's `lower` takes. */
export interface ResolvedLayer {
  readonly definition: LayerDefinition;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** What fills each slot; false for an optional parameter that is left out. */
  readonly parameters: Readonly<Record<string, ParameterDeclaration | false>>;
}

export function resolveLayer(layer: DefinedLayer): ResolvedLayer {
  const definition = layerDefinitions[layer.kind];
  const pick = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, layer[name]]));
  return {
    definition,
    attributes: pick(Object.keys(definition.attributes).filter((name) => layer[name] !== undefined)),
    parameters: pick(Object.keys(definition.parameters)) as Record<string, ParameterDeclaration | false>,
  };
}

/** `lstm_1:hidden` → layer `lstm_1`, output index 1. A bare name is the first output. */
export function splitReference(reference: string): { readonly name: string; readonly output: string | undefined } {
  const colon = reference.indexOf(':');
  if (colon < 0) return { name: reference, output: undefined };
  return { name: reference.slice(0, colon), output: reference.slice(colon + 1) };
}

/** The position of a named output; −1 where the kind has none of that name. */
export const outputIndex = (definition: LayerDefinition, output: string | undefined): number =>
  output === undefined ? 0 : definition.outputs === 'list' ? Number(output) : definition.outputs.indexOf(output);

/** Whether a parameter is a weight, to which initializers for the whole graph go. */
export const isWeight = (parameter: string): boolean => /weight$/i.test(parameter);
