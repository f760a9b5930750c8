import { instantiateSync, type Model } from '../../runtime/index.js';
import { Build } from '../../compiler/build.js';
import { symbol, type Dim } from '../../compiler/dim.js';
import { emit } from '../../compiler/emit/index.js';
import { loadLibrary, type Target } from '../../compiler/emit/library.js';
import { evaluate } from '../../compiler/evaluate.js';
import type { CompiledFunction, Layout, SymbolInfo, TensorGraph, Value, Variable } from '../../compiler/ir.js';
import { optimize } from '../../compiler/optimize/index.js';
import { plan } from '../../compiler/plan/index.js';
import { needsExtended } from '../../compiler/plan/kernels.js';
import type { PlanOptions } from '../../compiler/plan/types.js';
import { allocate, volume, type DType, type Tensor } from '../../compiler/tensor.js';

/** An input; sizes of text are open and named by it. */
export interface Declared {
  readonly dtype?: DType;
  readonly shape: readonly (number | string)[];
}

/** A variable with its first values. */
export interface Weight {
  readonly layout?: Layout;
  readonly tensor: Tensor;
}

/** A graph over inputs x0, x1, … and variables w0, w1, …, with outputs y0, y1, …, from what a function appends. */
export function graphOf(
  inputs: readonly Declared[],
  body: (build: Build, values: readonly Value[], weights: readonly Value[]) => readonly Value[],
  weights: readonly Weight[] = [],
): TensorGraph {
  const build = new Build(() => false);
  const symbols: SymbolInfo[] = [];
  const dim = (size: number | string, input: string, axis: number): Dim => {
    if (typeof size === 'number') return size;
    if (!symbols.some(({ name }) => name === size)) {
      symbols.push({ name: size, kind: 'free', input, axis, min: 1, max: 0xffffffff, typical: 4 });
    }
    return symbol(size);
  };
  const values = inputs.map(({ dtype = 'float32', shape }, index) => {
    const name = `x${index}`;
    return build.value({ dtype, shape: shape.map((size, axis) => dim(size, name, axis)) }, name);
  });
  const variables = weights.map(({ layout = null, tensor }, index): Variable => {
    const name = `w${index}`;
    const fans = { fanIn: 1, fanOut: 1, weightFanIn: undefined };
    const rest = { trainable: true, users: [], initializer: 'values', isDefault: false };
    return { name, value: build.value(tensor, name), layout, ...fans, ...rest };
  });
  const own = variables.map(({ value }) => value);
  const outputs = body(build, values, own);
  return {
    name: undefined,
    rng: 'philox',
    customs: [],
    symbols,
    inputs: values.map((value) => ({ name: value.name, value, axes: value.shape.map(() => '') })),
    outputs: outputs.map((value, index) => ({ name: `y${index}`, value, axes: value.shape.map(() => '') })),
    variables,
    constraints: build.constraints,
    initialize: weights.map(({ tensor }, index) => {
      return { op: { kind: 'constant', tensor }, inputs: [], outputs: [own[index]!], origin: `w${index}` };
    }),
    prepare: [],
    forward: build.nodes,
    layers: [],
  };
}

type Outputs = Record<string, { readonly data: ArrayLike<number | bigint>; readonly shape: readonly number[] }>;

/** A compiled graph. */
export async function modelOf(
  graph: TensorGraph,
  target: Target = 'baseline',
  functions: ReadonlyMap<string, CompiledFunction> = new Map(),
  planning: PlanOptions = {},
): Promise<Model> {
  const kernels = plan(optimize(graph), [], planning);
  const library = await loadLibrary(target, needsExtended(kernels));
  const options = { target, library, maxMemory: 2 ** 30, seed: 0n, frozen: false, functions };
  return instantiateSync(emit(kernels, options).binary);
}

/** Compiles a graph; the function runs its module on inputs, any number of times. */
export async function compileGraph(
  graph: TensorGraph,
  target: Target = 'baseline',
  functions: ReadonlyMap<string, CompiledFunction> = new Map(),
): Promise<(inputs: readonly Tensor[]) => Outputs> {
  const model = await modelOf(graph, target, functions);
  return (inputs) => model.forward(Object.fromEntries(graph.inputs.map(({ name }, at) => [name, inputs[at]!])));
}

/** What a compiled graph gives. */
export async function runCompiled(
  graph: TensorGraph,
  inputs: readonly Tensor[],
  target: Target = 'baseline',
): Promise<Outputs> {
  return (await compileGraph(graph, target))(inputs);
}

/** What the same graph gives node by node in naive form. */
export const runNaive = (graph: TensorGraph, inputs: readonly Tensor[]): Readonly<Record<string, Tensor>> =>
  evaluate(graph, Object.fromEntries(graph.inputs.map(({ name }, at) => [name, inputs[at]!]))).outputs;

/** Elements of a dtype that differ and are small, from a counter. */
export function tensorOf(dtype: DType, shape: readonly number[], seed = 1): Tensor {
  const data = allocate(dtype, volume(shape));
  let state = seed * 2654435761;
  for (let at = 0; at < data.length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    const small = (state >> 16) % 100;
    if (dtype === 'int64') (data as BigInt64Array)[at] = BigInt(small);
    else if (dtype === 'bool') data[at] = small & 1;
    else (data as Float32Array)[at] = dtype === 'float32' ? small / 7 : small;
  }
  return { dtype, shape, data };
}
