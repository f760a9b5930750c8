import { Refusal, type Attribute } from '../../compiler/attributes.js';
import { Build, Rebind } from '../../compiler/build.js';
import { substitute, symbol, symbolsOf, type Dim } from '../../compiler/dim.js';
import type { Value } from '../../compiler/ir.js';
import type { LayerDefinition, Slot } from '../../compiler/layers/define.js';
import * as table from '../../compiler/layers/table.js';
import type { DType } from '../../compiler/tensor.js';
import { sourcesOf, type LayerSource } from './case.js';

export const definitions = Object.fromEntries(
  Object.entries(table).map(([kind, builder]) => [kind, builder.definition as unknown as LayerDefinition]),
);

export interface Lowered {
  readonly build: Build;
  readonly output: Value;
  readonly inputs: ReadonlyMap<string, Value>;
  readonly variables: ReadonlyMap<string, Value>;
  /** Open sizes that the layers fixed. */
  readonly bound: ReadonlyMap<string, Dim>;
}

/** An open size would have to be a function of itself. */
export class SelfBound extends Error {}

export interface DeclaredInput {
  readonly shape: readonly Dim[];
  readonly dtype?: DType;
}

/** A layer, its inputs or the shape of `x`, and why it is refused. */
export type LayerError = readonly [
  layer: LayerSource,
  inputs: readonly Dim[] | Readonly<Record<string, DeclaredInput>>,
  message: string,
];

/** A size that the layers may fix. */
export const open = (input: string, axis: number): Dim => symbol(`${input}[${axis}]`);

/** Lowers layers one by one, without the stages around them; the output is that of the last. */
export function lowerLayers(layers: readonly LayerSource[], inputs: Readonly<Record<string, DeclaredInput>>): Lowered {
  const bound = new Map<string, Dim>();
  for (;;) {
    try {
      return lowerOnce(layers, inputs, bound);
    } catch (error) {
      if (!(error instanceof Rebind)) throw error;
      if (symbolsOf(error.dim).has(error.symbol)) throw new SelfBound(error.message);
      bound.forEach((dim, name) => bound.set(name, substitute(dim, new Map([[error.symbol, error.dim]]))));
      bound.set(error.symbol, error.dim);
    }
  }
}

function lowerOnce(
  layers: readonly LayerSource[],
  declared: Readonly<Record<string, DeclaredInput>>,
  bound: ReadonlyMap<string, Dim>,
): Lowered {
  const build = new Build((name) => name.includes('['));
  const values = new Map<string, Value>();
  const variables = new Map<string, Value>();
  for (const [name, { shape, dtype = 'float32' }] of Object.entries(declared)) {
    values.set(name, build.value({ dtype, shape: shape.map((dim) => substitute(dim, bound)) }, name));
  }
  const inputs = new Map(values);
  for (const layer of layers) {
    build.subject = layer.name;
    const definition = definitions[layer.kind]!;
    const slots = Object.entries(definition.parameters).map(([name, { optional }]) => {
      const slot: Slot = (shape) => {
        const variable = build.value({ dtype: 'float32', shape }, `${layer.name}.${name}`);
        variables.set(variable.name, variable);
        return variable;
      };
      return [name, optional && layer[name] === false ? undefined : slot];
    });
    const from = sourcesOf(layer).map((name) => (name === null ? undefined : values.get(name)!));
    const output = definition.lower(
      build,
      resolve(layer, definition),
      Object.fromEntries(slots) as Record<string, never>,
      from as never,
    );
    const [first, ...others] = Array.isArray(output) ? (output as readonly Value[]) : [output as Value];
    values.set(layer.name, first!);
    others.forEach((value, index) => values.set(`${layer.name}:${definition.outputs[index + 1]!}`, value));
  }
  return { build, output: values.get(layers.at(-1)!.name)!, inputs, variables, bound };
}

function resolve(layer: LayerSource, { kind, attributes, parameters }: LayerDefinition): Record<string, unknown> {
  const known = new Set(['name', 'kind', 'from', ...Object.keys(attributes), ...Object.keys(parameters)]);
  for (const key of Object.keys(layer)) if (!known.has(key)) throw new TypeError(`${kind} has no ${key}`);
  return Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => [name, read(`${kind}: ${name}`, attribute, layer[name])]),
  );
}

function read(what: string, attribute: Attribute, source: unknown): unknown {
  if (source === undefined && !attribute.required) return attribute.fallback;
  const value = attribute.read(source);
  if (value instanceof Refusal) throw new TypeError(`${what} must be ${attribute.expects}`);
  return value;
}
