import { equal, printDim, symbol, type Dim } from '../dim.js';
import type { BoundedSize, Constraint, Layout, OpKind, OpOf, Rng, TensorType } from '../ir.js';
import type { TorchGenerator } from '../streams/torch.js';
import type { Tensor } from '../tensor.js';

/** Where a shape rule states what it needs of sizes. */
export interface Checks {
  /** @param message with `{expected}` and `{got}` in the places of the sizes */
  require(rule: Constraint['rule'], got: Dim, expected: Dim, message: string): void;
  fail(what: string, expected?: Dim, got?: Dim): never;
}

export interface EvaluateContext {
  /** The number a dim has in this call. */
  readonly size: (dim: Dim) => number;
  /** For initializers. */
  readonly stream?: Stream;
  /** The user's functions, by name. */
  readonly functions?: ReadonlyMap<string, (...args: number[]) => number>;
}

/** What a variable's initializer knows of the variable and of the graph. */
export interface Stream {
  readonly rng: Rng;
  /** The graph's. */
  readonly seed: bigint;
  /** Of the variable's name. */
  readonly hash: bigint;
  /** The one generator of a graph under torch. */
  readonly generator: TorchGenerator | undefined;
  readonly layout: Layout | null;
  readonly fanIn: number;
  readonly fanOut: number;
  readonly weightFanIn: number;
}

interface ShapeRule<K extends OpKind> {
  infer(op: OpOf<K>, inputs: readonly TensorType[], checks: Checks): TensorType[];
  /** How often it multiplies and adds to a sum, padding included; an op without it counts 0. */
  multiplyAdds?(op: OpOf<K>, inputs: readonly TensorType[], output: TensorType): Dim;
}

/** What the compiler knows of an op besides kernels: its shapes, and its meaning in naive form. */
export interface Rule<K extends OpKind> extends ShapeRule<K> {
  /** The test oracle and constant folder: sums in float64, rounds once, and is slow. `output` is the index of an output. */
  evaluate(
    op: OpOf<K>,
    inputs: readonly Tensor[],
    shape: readonly number[],
    context: EvaluateContext,
    output: number,
  ): Tensor;
}

/** The rule of an op whose outputs are evaluated together, or whose data tell their sizes. */
export interface JointRule<K extends OpKind> extends ShapeRule<K> {
  evaluateAll(op: OpOf<K>, inputs: readonly Tensor[], context: EvaluateContext): readonly Tensor[];
}

/** Refuses an axis that an input does not have. */
export function requireAxis(what: string, axis: number, rank: number, checks: Checks): void {
  if (axis < 0 || axis >= rank) checks.fail(`${what} axis ${axis} is outside an input of rank ${rank}`);
}

/** The size that an op defines; what it may be at most must be what the op's inputs say. */
export function countOf(count: BoundedSize, most: Dim, checks: Checks): Dim {
  if (!equal(count.max, most)) checks.fail(`counts up to ${printDim(most)}, noted as ${printDim(count.max)}`);
  return symbol(count.name);
}

/** The float32 elements of a tensor; integers are converted. */
export const floats = (tensor: Tensor): Float32Array =>
  tensor.data instanceof Float32Array ? tensor.data : Float32Array.from(tensor.data, Number);
