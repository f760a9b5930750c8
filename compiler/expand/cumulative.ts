import type { Build } from '../build.js';
import { sub, type Dim } from '../dim.js';
import * as f from '../formula.js';
import type { Value } from '../ir.js';

/** Sums or products of the elements up to each one along an axis, or from each one on. */
export function cumulate(
  build: Build,
  fn: 'add' | 'multiply',
  x: Value,
  axis: number,
  { exclusive, reverse }: { readonly exclusive: boolean; readonly reverse: boolean },
): Value {
  const { shape, dtype } = x;
  const type = f.scalarOf(dtype);
  const index = f.axis(axis);
  const last = f.size(sub(shape[axis]!, 1));
  const element = (at: f.Formula): f.Formula =>
    f.load(
      0,
      shape.map((_, each) => (each === axis ? (reverse ? f.sub(last, at) : at) : f.axis(each))),
    );
  const first = exclusive ? f.number(type, fn === 'add' ? 0 : 1) : element(index);
  const next = f.binary(fn, f.previous(axis, type), element(exclusive ? f.sub(index, f.i32(1)) : index));
  const result = build.compute(dtype, shape, f.select(f.equal(index, f.i32(0)), first, next), x);
  if (!reverse) return result;
  const starts = shape.map((_, each): Dim => (each === axis ? sub(shape[axis]!, 1) : 0));
  const steps = shape.map((_, each) => (each === axis ? -1 : 1));
  return build.op({ kind: 'slice', starts, steps, sizes: shape }, [result]);
}
