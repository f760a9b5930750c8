import { add, ceilDiv, floorDiv, max, mul, sub, type Dim } from '../dim.js';

/** The halves of a padding, one of which is the larger where it is odd. */
export function halves(total: Dim, larger: 'before' | 'after'): readonly [before: Dim, after: Dim] {
  const smaller = floorDiv(total, 2);
  const rest = sub(total, smaller);
  return larger === 'after' ? [smaller, rest] : [rest, smaller];
}

/** The padding that makes ⌈size / stride⌉ windows. */
export function samePadding(
  size: Dim,
  extent: number,
  stride: number,
  larger: 'before' | 'after',
): readonly [Dim, Dim] {
  if (extent === 1) return [0, 0];
  const total = sub(add(mul(sub(ceilDiv(size, stride), 1), stride), extent), size);
  return halves(stride <= extent ? total : max(0, total), larger);
}
