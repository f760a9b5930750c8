/** Convolutions and pools of any number of spatial axes, written from the definitions and independent of the compiler. */
import { at, generate, samePadding, type Axes2, type Reference } from './reference.js';

export type Sides = 'valid' | 'same' | 'sameLower' | 'causal' | readonly Axes2[];

/** How a window slides over spatial axes; lists with a number for each. */
export interface Sliding {
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: Sides;
}

/** A number for all axes, or a list. */
export const each = (rank: number, value: number | readonly number[] = 1): readonly number[] =>
  typeof value === 'number' ? new Array<number>(rank).fill(value) : value;

export function sidesOf(spatial: readonly number[], kernel: readonly number[], sliding: Sliding): readonly Axes2[] {
  const { padding, strides, dilation } = sliding;
  return spatial.map((size, axis): Axes2 => {
    if (typeof padding !== 'string') return padding[axis]!;
    if (padding === 'valid') return [0, 0];
    if (padding === 'causal') return [(kernel[axis]! - 1) * dilation[axis]!, 0];
    return samePadding(size, kernel[axis]!, strides[axis]!, dilation[axis], padding === 'sameLower');
  });
}

/** All indices below the sizes, the last axis fastest. */
export const indices = (sizes: readonly number[]): readonly (readonly number[])[] =>
  sizes.reduce<readonly (readonly number[])[]>(
    (all, size) => all.flatMap((index) => Array.from({ length: size }, (_, next) => [...index, next])),
    [[]],
  );

/** Calls `visit` with each tap and the position under it that is inside the map, for the window at an output position. */
function underWindow(
  [spatial, kernel]: readonly [readonly number[], readonly number[]],
  position: readonly number[],
  { strides, dilation }: Sliding,
  sides: readonly Axes2[],
  visit: (tap: readonly number[], inside: readonly number[]) => void,
): void {
  for (const tap of indices(kernel)) {
    const under = tap.map((t, axis) => position[axis]! * strides[axis]! + t * dilation[axis]! - sides[axis]![0]);
    if (under.every((p, axis) => p >= 0 && p < spatial[axis]!)) visit(tap, under);
  }
}

const outputs = (
  spatial: readonly number[],
  kernel: readonly number[],
  { strides, dilation }: Sliding,
  sides: readonly Axes2[],
): readonly number[] =>
  spatial.map((size, axis) => {
    const extent = (kernel[axis]! - 1) * dilation[axis]! + 1;
    return Math.floor((size + sides[axis]![0] + sides[axis]![1] - extent) / strides[axis]!) + 1;
  });

/** x (batch, …spatial, in), w (…kernel, in / groups, out). */
export function convolveSpatial(x: Reference, w: Reference, sliding: Sliding, groups = 1): Reference {
  const [spatial, kernel] = [x.shape.slice(1, -1), w.shape.slice(0, -2)];
  const [depth, filters] = w.shape.slice(-2) as [number, number];
  const sides = sidesOf(spatial, kernel, sliding);
  return generate([x.shape[0]!, ...outputs(spatial, kernel, sliding, sides), filters], (index) => {
    const filter = index.at(-1)!;
    const first = Math.floor((filter * groups) / filters) * depth;
    let sum = 0;
    underWindow([spatial, kernel], index.slice(1, -1), sliding, sides, (tap, inside) => {
      for (let c = 0; c < depth; c++) {
        sum += at(x, [index[0]!, ...inside, first + c]) * at(w, [...tap, c, filter]);
      }
    });
    return sum;
  });
}

/** Windows over (batch, …spatial, channels); `fold` is given the elements that are inside the map. */
export function poolSpatial(
  x: Reference,
  size: readonly number[],
  sliding: Sliding,
  fold: (values: number[]) => number,
): Reference {
  const spatial = x.shape.slice(1, -1);
  const sides = sidesOf(spatial, size, sliding);
  return generate([x.shape[0]!, ...outputs(spatial, size, sliding, sides), x.shape.at(-1)!], (index) => {
    const values: number[] = [];
    underWindow([spatial, size], index.slice(1, -1), sliding, sides, (_, inside) => {
      values.push(at(x, [index[0]!, ...inside, index.at(-1)!]));
    });
    return fold(values);
  });
}

/**
 * Spreads each element of x (batch, …spatial, in) by w (…kernel, out, in) over an output of the sizes given, whose first
 * element is the one `before` elements after the first that anything spreads to.
 */
export function spreadSpatial(
  x: Reference,
  w: Reference,
  { strides, dilation }: Pick<Sliding, 'strides' | 'dilation'>,
  axes: readonly { readonly before: number; readonly output: number }[],
): Reference {
  const [filters, depth] = w.shape.slice(-2) as [number, number];
  const y = generate([x.shape[0]!, ...axes.map(({ output }) => output), filters], () => 0);
  for (const index of indices(x.shape.slice(0, -1))) {
    for (const tap of indices(w.shape.slice(0, -2))) {
      const to = tap.map((t, axis) => index[axis + 1]! * strides[axis]! + t * dilation[axis]! - axes[axis]!.before);
      if (to.some((p, axis) => p < 0 || p >= axes[axis]!.output)) continue;
      const offset = [index[0]!, ...to].reduce((sum, p, axis) => sum * y.shape[axis]! + p, 0) * filters;
      for (let filter = 0; filter < filters; filter++) {
        for (let c = 0; c < depth; c++) {
          y.data[offset + filter]! += at(x, [...index, c]) * at(w, [...tap, filter, c]);
        }
      }
    }
  }
  return y;
}
