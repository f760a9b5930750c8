import { valueOf, type Dim } from '../../compiler/dim.js';
import type { TensorGraph } from '../../compiler/ir.js';
import { volume, type Tensor } from '../../compiler/tensor.js';
import type { Draw } from './draw.js';

const MAX_ELEMENTS = 40_000;
const ATTEMPTS = 60;

export type Inputs = Readonly<Record<string, Tensor<'float32' | 'int32'>>>;
export type Sizes = ReadonlyMap<string, number>;

/** The sizes that inputs give to a graph's symbols. */
export const sizesOf = ({ symbols }: Pick<TensorGraph, 'symbols'>, inputs: Inputs): Sizes =>
  new Map(symbols.map(({ name, input, axis }) => [name, inputs[input]!.shape[axis]!]));

/** Whether a module of the graph accepts a call with these sizes. */
export const acceptsSizes = ({ constraints }: TensorGraph, sizes: Sizes): boolean =>
  constraints.every(({ rule, got, expected }) => {
    const [is, should] = [valueOf(got, sizes)!, valueOf(expected, sizes)!];
    return rule === 'equal' ? is === should : is >= should;
  });

/** Whether every value is small enough to be computed naively. */
const isSmall = ({ forward }: TensorGraph, sizes: Sizes): boolean =>
  forward.every(({ outputs }) =>
    outputs.every(({ shape }) => volume(shape.map((dim: Dim) => valueOf(dim, sizes)!)) <= MAX_ELEMENTS),
  );

/** Other sizes for some of a graph's free symbols, where its constraints leave any. Equal sizes mostly stay equal. */
export function otherSizes(graph: TensorGraph, sizes: Sizes, draw: Draw): Sizes | undefined {
  const free = graph.symbols.filter(({ kind }) => kind === 'free');
  for (let attempt = 0; attempt < ATTEMPTS && free.length > 0; attempt++) {
    const moved = attempt < ATTEMPTS / 3 ? free : [draw.pick(free), draw.pick(free)];
    const together = attempt < (2 * ATTEMPTS) / 3;
    const size = new Map<number | string, number>();
    const changed = new Map(sizes);
    for (const { name } of moved) {
      const old = sizes.get(name)!;
      const key = together ? old : name;
      if (!size.has(key)) size.set(key, draw.integer(Math.max(1, old - 3), old + 5));
      changed.set(name, size.get(key)!);
    }
    const same = moved.every(({ name }) => changed.get(name) === sizes.get(name));
    if (!same && acceptsSizes(graph, changed) && isSmall(graph, changed)) return changed;
  }
  return undefined;
}

/** Inputs of the sizes given: floats in [−1, 1), indices below 8. */
export function inputsFor(graph: TensorGraph, sizes: Sizes, draw: Draw): Inputs {
  const tensors = graph.inputs.map(({ name, value }) => {
    const shape = value.shape.map((dim) => valueOf(dim, sizes)!);
    const count = { length: volume(shape) };
    const tensor: Tensor<'float32' | 'int32'> =
      value.dtype === 'int32'
        ? { dtype: 'int32', shape, data: Int32Array.from(count, () => draw.integer(0, 7)) }
        : { dtype: 'float32', shape, data: Float32Array.from(count, () => 2 * draw.number() - 1) };
    return [name, tensor] as const;
  });
  return Object.fromEntries(tensors);
}
