import { Refusal, type Attribute } from '../../compiler/attributes.js';
import { Build, Rebind } from '../../compiler/build.js';
import { substitute, symbol, valueOf, type Dim } from '../../compiler/dim.js';
import type { Value } from '../../compiler/ir.js';
import type { LayerDefinition, Slot } from '../../compiler/layers/define.js';
import * as table from '../../compiler/layers/table.js';
import { evaluateNode } from '../../compiler/ops/index.js';
import type { DType, Tensor } from '../../compiler/tensor.js';
import type { LayerSource } from './case.js';
import type { Reference } from './reference.js';
import { variableValues } from './values.js';

export const definitions = Object.fromEntries(
  Object.entries(table).map(([kind, builder]) => [kind, builder.definition as unknown as LayerDefinition]),
);

export interface Lowered {
  readonly build: Build;
  readonly output: Value;
  readonly inputs: ReadonlyMap<string, Value>;
  readonly variables: ReadonlyMap<string, Value>;
}

export interface DeclaredInput {
  readonly shape: readonly Dim[];
  readonly dtype?: DType;
}

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
    const from = ([] as string[]).concat((layer.from as string) ?? []).map((name) => values.get(name)!);
    const output = definition.lower(build, resolve(layer, definition), Object.fromEntries(slots), from as never);
    values.set(layer.name, output as Value);
  }
  return { build, output: values.get(layers.at(-1)!.name)!, inputs, variables };
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

/** Runs what was lowered, naively, on the inputs given and the variables of `variableValues`. */
export function runLowered(lowered: Lowered, inputs: Readonly<Record<string, Reference>>): Reference {
  const sizes = new Map<string, number>();
  const tensors = new Map<number, Tensor>();
  for (const [name, value] of lowered.inputs) {
    const { shape, data } = inputs[name]!;
    value.shape.forEach((dim, axis) => {
      if (typeof dim === 'object' && /^[a-z]+(\[\d+\])?$/.test(dim.key)) sizes.set(dim.key, shape[axis]!);
    });
    tensors.set(value.id, {
      dtype: value.dtype,
      shape,
      data: value.dtype === 'int32' ? Int32Array.from(data) : Float32Array.from(data),
    });
  }
  const size = (dim: Dim): number => {
    const value = valueOf(dim, sizes);
    if (value === undefined) throw new TypeError(`the size of ${JSON.stringify(dim)} is unknown`);
    return value;
  };
  for (const { rule, got, expected, subject, message } of lowered.build.constraints) {
    const holds = rule === 'equal' ? size(got) === size(expected) : size(got) >= size(expected);
    if (!holds) throw new RangeError(`${subject}: ${message} (${size(got)}, ${size(expected)})`);
  }
  for (const value of lowered.variables.values()) {
    const { shape, data } = variableValues(value.name, value.shape.map(size));
    tensors.set(value.id, { dtype: 'float32', shape, data: Float32Array.from(data) });
  }
  for (const node of lowered.build.nodes) {
    const results = evaluateNode(
      node,
      node.inputs.map((input) => tensors.get(input.id)!),
      { size },
    );
    node.outputs.forEach((output, i) => tensors.set(output.id, results[i]!));
  }
  const { shape, data } = tensors.get(lowered.output.id)!;
  const expectedShape = lowered.output.shape.map(size);
  if (expectedShape.join() !== shape.join()) throw new RangeError(`inferred (${expectedShape.join()})`);
  return { shape, data: Float64Array.from(data, Number) };
}
