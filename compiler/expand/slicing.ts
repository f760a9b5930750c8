import { isAtLeast, larger, smaller } from '../bounds.js';
import { add, ceilDiv, sub, type Dim } from '../dim.js';
import type { Value } from '../ir.js';
import type { ExpandContext } from './context.js';

/** A part of an axis: `size` elements from `start`, `step` apart. */
export interface Part {
  readonly start: Dim;
  readonly step: number;
  readonly size: Dim;
}

export const wholeAxis = (size: Dim): Part => ({ start: 0, step: 1, size });

/** What stands for the end of an axis, however long. */
const FAR = 2 ** 31 - 1;

/**
 * A position that counts from the end where it is negative. One that depends on sizes in a way that leaves its sign open
 * must not be negative when called.
 */
function position(context: ExpandContext, at: Dim, length: Dim): Dim {
  if (isAtLeast(at, 0, context.build.limits)) return at;
  if (isAtLeast(-1, at, context.build.limits)) return add(at, length);
  context.build.require('atLeast', at, 0, 'a position of a slice must be at least {expected}, got {got}');
  return at;
}

/** The part of an axis that a slice takes, as NumPy does: positions beyond the ends are moved to them. */
export function partOf(context: ExpandContext, length: Dim, start: Dim, end: Dim, step: number): Part {
  if (step === 0) return context.unsupported('a step is 0');
  const { limits } = context.build;
  const far = (at: Dim): number => (typeof at === 'number' && Math.abs(at) >= FAR ? Math.sign(at) : 0);
  const [first, last] = step > 0 ? [0, length] : [-1, sub(length, 1)];
  const moved = (at: Dim): Dim => {
    if (far(at) !== 0) return far(at) > 0 ? last : first;
    return smaller(larger(position(context, at, length), first, limits), last, limits);
  };
  const [from, to] = [moved(start), moved(end)];
  const size = larger(step > 0 ? ceilDiv(sub(to, from), step) : ceilDiv(sub(from, to), -step), 0, limits);
  return { start: size === 0 ? 0 : larger(from, 0, limits), step, size };
}

/** The elements in these parts of the axes. */
export function sliced(context: ExpandContext, x: Value, parts: readonly Part[]): Value {
  const isWhole = parts.every(({ start, step, size }, axis) => {
    return start === 0 && step === 1 && sub(size, x.shape[axis]!) === 0;
  });
  if (isWhole) return x;
  const op = {
    kind: 'slice',
    starts: parts.map(({ start }) => start),
    steps: parts.map(({ step }) => step),
    sizes: parts.map(({ size }) => size),
  } as const;
  return context.build.op(op, [x]);
}

/** The elements in one part of one axis. */
export const slicedAlong = (context: ExpandContext, x: Value, axis: number, part: Part): Value =>
  sliced(
    context,
    x,
    x.shape.map((size, other) => (other === axis ? part : wholeAxis(size))),
  );
