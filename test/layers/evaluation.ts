import { valueOf } from '../../compiler/dim.js';
import { evaluate } from '../../compiler/evaluate.js';
import type { TensorGraph } from '../../compiler/ir.js';
import type { Tensor } from '../../compiler/tensor.js';
import type { FunctionSource } from '../../compiler/declaration.js';
import { sourcesOf, type InputSource, type LayerCase, type LayerSource } from './case.js';
import { evaluators, functionsOf } from './functions.js';
import type { Reference } from './reference.js';
import { inputValues, variableValues } from './values.js';

/** Sizes as a declaration has them. */
export type Declare = (source: InputSource) => (number | string | null)[];

export const known: Declare = ({ shape }) => [...shape];

const axesOf = ({ shape, open = [...shape.keys()] }: InputSource): readonly number[] => open;

/** Every size that may be, unknown until the first call. */
export const unknown: Declare = (source) =>
  source.shape.map((size, axis) => (axesOf(source).includes(axis) ? null : size));

/** The batch alone, free to change between calls. */
export const free: Declare = (source) =>
  source.shape.map((size, axis) => (axis === 0 && axesOf(source).includes(0) ? `batch${size}` : size));

/** A declaration, as far as cases need it. */
export interface CaseDeclaration {
  readonly nacre: 1;
  readonly inputs: readonly { readonly name: string; readonly shape: readonly unknown[]; readonly dtype: string }[];
  readonly functions: readonly FunctionSource[];
  readonly layers: readonly LayerSource[];
  readonly outputs: readonly { readonly name: string; readonly from: string }[];
}

/** The declaration of a case, whose output is called `y`. */
export const declarationOf = ({ layers, inputs }: LayerCase, declare: Declare): CaseDeclaration => ({
  nacre: 1,
  inputs: Object.entries(inputs).map(([name, source]) => ({
    name,
    shape: declare(source),
    dtype: source.indices ? 'int32' : 'float32',
  })),
  functions: functionsOf(layers),
  layers,
  outputs: [{ name: 'y', from: layers.at(-1)!.name }],
});

/** One declaration of all, with the names of the i-th behind `casei/`. */
export function mergeDeclarations(declarations: readonly CaseDeclaration[]): CaseDeclaration {
  const parts = declarations.map(({ inputs, layers, outputs }, i) => {
    const inside = (name: string): string => `case${i}/${name}`;
    return {
      inputs: inputs.map((input) => ({ ...input, name: inside(input.name) })),
      layers: layers.map((layer) => ({
        ...layer,
        name: inside(layer.name),
        from: sourcesOf(layer).map((name) => name && inside(name)),
      })),
      outputs: outputs.map(({ name, from }) => ({ name: inside(name), from: inside(from) })),
    };
  });
  return {
    nacre: 1,
    inputs: parts.flatMap(({ inputs }) => inputs),
    functions: functionsOf(parts.flatMap(({ layers }) => layers)),
    layers: parts.flatMap(({ layers }) => layers),
    outputs: parts.flatMap(({ outputs }) => outputs),
  };
}

export const tensorOf = (
  { shape, data }: Reference,
  dtype: 'float32' | 'int32' = 'float32',
): Tensor<'float32' | 'int32'> =>
  dtype === 'int32' ? { dtype, shape, data: Int32Array.from(data) } : { dtype, shape, data: Float32Array.from(data) };

export const referenceOf = ({ shape, data }: Pick<Tensor, 'shape' | 'data'>): Reference => ({
  shape,
  data: Float64Array.from(data as ArrayLike<number>),
});

/** What a case feeds, by input. */
export const inputsOf = ({ inputs }: LayerCase): Record<string, Reference> =>
  Object.fromEntries(Object.entries(inputs).map(([name, source]) => [name, inputValues(name, source)]));

/** The variables of a graph with values of their own, for inputs of the sizes given. */
export function variablesOf(
  graph: TensorGraph,
  inputs: Readonly<Record<string, Reference>>,
): Record<string, Reference> {
  const sizes = new Map(graph.symbols.map(({ name, input, axis }) => [name, inputs[input]!.shape[axis]!]));
  return Object.fromEntries(
    graph.variables.map(({ name, value }) => [
      name,
      variableValues(
        name,
        value.shape.map((dim) => valueOf(dim, sizes)!),
      ),
    ]),
  );
}

/** Output `y` of a graph, computed naively. */
export function evaluateCase(
  graph: TensorGraph,
  inputs: Readonly<Record<string, Reference>>,
  variables: Readonly<Record<string, Reference>>,
): Reference {
  const values = graph.inputs.map(
    ({ name, value }) => [name, tensorOf(inputs[name]!, value.dtype as 'float32' | 'int32')] as const,
  );
  const given = Object.entries(variables).map(([name, value]) => [name, tensorOf(value)] as const);
  const { outputs } = evaluate(graph, Object.fromEntries(values), {
    variables: Object.fromEntries(given),
    functions: evaluators,
  });
  return referenceOf(outputs['y']!);
}

/** What the case says the output must be. */
export const expectedOf = (
  { inputs: sources, expected }: LayerCase,
  inputs: Readonly<Record<string, Reference>>,
  variables: Readonly<Record<string, Reference>>,
): Reference =>
  expected(
    Object.keys(sources).map((name) => inputs[name]!),
    (name) => variables[name] ?? missing(name),
  );

const missing = (name: string): never => {
  throw new TypeError(`the model has no variable ${name}`);
};
