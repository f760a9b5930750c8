import { printDim, valueOf, type Dim } from '../../compiler/dim.js';
import type { ModelData, PortData } from '../../compiler/report/model/types.js';

/** Open sizes by name, as the reader has set them. */
export type Sizes = Readonly<Record<string, number>>;

/** Small sizes to begin with: those that kernels are chosen for. */
export const firstSizes = ({ symbols }: ModelData): Sizes =>
  Object.fromEntries(symbols.map(({ name, typical }) => [name, typical]));

/** @throws Error for a size that none of the open ones tells */
export function shapeOf({ name, shape }: PortData, sizes: Sizes): number[] {
  const known = new Map(Object.entries(sizes));
  return shape.map((dim) => {
    const size = valueOf(dim, known);
    if (size === undefined) throw new Error(`${name}: its size ${printDim(dim)} is not known`);
    return size;
  });
}

/** What a count comes to for the sizes of a call; undefined where they do not tell. */
export const countOf = (dim: Dim, sizes: Sizes): number | undefined => valueOf(dim, new Map(Object.entries(sizes)));

/** The open sizes that a tensor of an input tells. */
export function sizesFrom({ shape }: PortData, given: readonly number[]): Sizes {
  const sizes: Record<string, number> = {};
  shape.forEach((dim, axis) => {
    const size = given[axis];
    if (typeof dim !== 'number' && size !== undefined && /^[^ *()+-]+$/.test(printDim(dim)))
      sizes[printDim(dim)] = size;
  });
  return sizes;
}
