/** The two forms of what attention takes: [batch, time, heads · size] and [batch, heads, time, size]. */
import { floorDiv, mul, product, type Dim } from './dim.js';

/** [batch, heads, length, size] of a tensor in either form. */
export function inHeads(shape: readonly Dim[], heads: number): [batch: Dim, heads: Dim, length: Dim, size: Dim] {
  if (shape.length === 4) return shape as [Dim, Dim, Dim, Dim];
  const [batch, length, width] = shape as [Dim, Dim, Dim];
  return [batch, heads, length, floorDiv(width, heads)];
}

/** Elements between neighbours along [batch, heads, length] of a tensor in either form. */
export function headStrides(shape: readonly Dim[], heads: number): Readonly<Record<'batch' | 'head' | 'row', Dim>> {
  const [, , length, size] = inHeads(shape, heads);
  const batch = product(shape.slice(1));
  return shape.length === 4
    ? { batch, head: mul(length, size), row: size }
    : { batch, head: size, row: mul(heads, size) };
}
