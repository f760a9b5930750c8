import type { Build } from '../build.js';
import { add, ceilDiv, floorDiv, max, mul, sub, type Dim } from '../dim.js';
import { padding as perSide, type Attribute } from './define.js';

/** A word, or sizes before and after. */
export type AxisPadding = 'valid' | 'same' | 'sameLower' | 'causal' | readonly [before: number, after: number];

/** The padding of each spatial axis as an attribute has it: a word for all, or sizes for each. */
export type ResolvedPadding = Exclude<AxisPadding, readonly number[]> | readonly (readonly [number, number])[];

/** A window sliding along one axis: `extent` elements from its first tap to its last. */
export interface Window {
  readonly extent: number;
  readonly stride: number;
}

type Sides = readonly [before: number, after: number];

/** The padding of a sequence; `[before, after]` may stand without the list around it. */
export function sequencePadding<const Words extends readonly string[]>(
  ...words: Words
): Attribute<Words[number] | number | Sides | readonly (number | Sides)[], Words[number] | readonly Sides[], true> {
  const listed = perSide(1, ...words);
  const sides = { type: 'array', items: { type: 'integer', minimum: 0 }, minItems: 2, maxItems: 2 };
  const isSides = (value: unknown): boolean =>
    Array.isArray(value) && value.length === 2 && value.every((side) => typeof side === 'number');
  return {
    ...listed,
    schema: { anyOf: [listed.schema, sides] },
    read: (value) => listed.read(isSides(value) ? [value] : value),
  };
}

/** Elements from the first tap of a dilated kernel to its last. */
export const extentOf = (kernel: number, dilation: number): number => (kernel - 1) * dilation + 1;

/** The padding of spatial axis `axis`. */
export const paddingOfAxis = (padding: ResolvedPadding, axis: number): AxisPadding =>
  typeof padding === 'string' ? padding : padding[axis]!;

/**
 * Sizes to add before and after an axis, as Keras: `same` gives ⌈size / stride⌉ windows, the odd element after the map
 * (`sameLower`: before it), `causal` pads before it only.
 */
export function paddingOf(padding: AxisPadding, size: Dim, window: Window): readonly [before: Dim, after: Dim] {
  if (typeof padding !== 'string') return padding;
  switch (padding) {
    case 'valid':
      return [0, 0];
    case 'causal':
      return [window.extent - 1, 0];
    case 'same':
    case 'sameLower': {
      const total = sameTotal(size, window);
      const smaller = floorDiv(total, 2);
      const larger = sub(total, smaller);
      return padding === 'same' ? [smaller, larger] : [larger, smaller];
    }
  }
}

/** Without a `max`, which strides up to the extent do not need, the output size comes out as ⌈size / stride⌉ itself. */
function sameTotal(size: Dim, { extent, stride }: Window): Dim {
  if (extent === 1) return 0;
  const total = sub(add(mul(sub(ceilDiv(size, stride), 1), stride), extent), size);
  return stride <= extent ? total : max(0, total);
}

/** Requires that a window fits into its padded axis; padding by a word other than `valid` always makes it fit. */
export function requireFit(build: Build, what: string, size: Dim, padding: AxisPadding, extent: number): void {
  if (typeof padding === 'string' && padding !== 'valid') return;
  const [before, after] = typeof padding === 'string' ? [0, 0] : padding;
  const padded = add(add(size, before), after);
  build.require('atLeast', padded, extent, `${what} {expected} is longer than its input ({got})`);
}
