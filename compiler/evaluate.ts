import { printDim, valueOf, type Dim } from './dim.js';
import { InternalError } from './errors.js';
import { definedSize, type Node, type TensorGraph } from './ir.js';
import { evaluateNode, type EvaluateContext } from './ops/index.js';
import { fnv1a64 } from './random.js';
import { TorchGenerator } from './streams/torch.js';
import { allocate, volume, type Tensor } from './tensor.js';

export interface EvaluateOptions {
  readonly seed?: bigint;
  /** Values of variables, by name, in the place of their initializers. */
  readonly variables?: Readonly<Record<string, Tensor>>;
  /** What states hold, by name; zero without. */
  readonly states?: Readonly<Record<string, Tensor>>;
  /** The user's functions, by name. */
  readonly functions?: EvaluateContext['functions'];
}

export interface Evaluated {
  readonly outputs: Readonly<Record<string, Tensor>>;
  readonly variables: Readonly<Record<string, Tensor>>;
  /** What states hold for the next call. */
  readonly states: Readonly<Record<string, Tensor>>;
}

/** What a size turned out to be that an op defines: one of its outputs has an axis of that size. */
function sizeIn({ outputs }: Node, results: readonly Tensor[], name: string): number {
  for (const [index, { shape }] of outputs.entries()) {
    const axis = shape.findIndex((size) => printDim(size) === name);
    if (axis >= 0) return results[index]!.shape[axis]!;
  }
  throw new InternalError(`no output has size ${name}`);
}

/** Runs a tensor graph node by node, in the naive form of each op: what compiled modules are compared with. */
export function evaluate(
  graph: TensorGraph,
  inputs: Readonly<Record<string, Tensor>>,
  { seed = 0n, variables: given = {}, states: held = {}, functions }: EvaluateOptions = {},
): Evaluated {
  const sizes = new Map<string, number>();
  for (const { name, input, axis } of graph.symbols) {
    sizes.set(name, inputs[input]!.shape[axis]!);
  }
  const size = (dim: Dim): number => {
    const value = valueOf(dim, sizes);
    if (value === undefined) throw new InternalError('a size depends on an unknown symbol');
    return value;
  };
  const values = new Map<number, Tensor>();
  const run = (node: Node, context: EvaluateContext): void => {
    const operands = node.inputs.map((input) => values.get(input.id)!);
    const results = evaluateNode(node, operands, context);
    results.forEach((tensor, index) => values.set(node.outputs[index]!.id, tensor));
    const defined = definedSize(node.op);
    if (defined) sizes.set(defined.name, sizeIn(node, results, defined.name));
  };
  for (const { name, value } of graph.inputs) values.set(value.id, inputs[name]!);
  const states = graph.states ?? [];
  for (const { name, value } of states) {
    const shape = value.shape.map(size);
    values.set(value.id, held[name] ?? { dtype: value.dtype, shape, data: allocate(value.dtype, volume(shape)) });
  }
  const variables: Record<string, Tensor> = {};
  const generator = graph.rng === 'torch' ? new TorchGenerator(seed) : undefined;
  for (const variable of graph.variables) {
    const node = graph.initialize.find(({ outputs }) => outputs[0]!.id === variable.value.id)!;
    const { name, layout } = variable;
    const [fanIn, fanOut] = [size(variable.fanIn), size(variable.fanOut)];
    const fans = { fanIn, fanOut, weightFanIn: size(variable.weightFanIn ?? variable.fanIn) };
    const stream = { rng: graph.rng, seed, hash: fnv1a64(name), generator, layout, ...fans };
    const tensor = given[variable.name];
    run(node, { size, stream });
    if (tensor) values.set(variable.value.id, tensor);
    variables[variable.name] = values.get(variable.value.id)!;
  }
  for (const node of [...graph.prepare, ...graph.forward]) run(node, { size, ...(functions && { functions }) });
  return {
    outputs: Object.fromEntries(graph.outputs.map(({ name, value }) => [name, values.get(value.id)!])),
    variables,
    states: Object.fromEntries(states.map(({ name, next }) => [name, values.get(next.id)!])),
  };
}
