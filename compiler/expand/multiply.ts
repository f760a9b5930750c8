import type { Dim } from '../dim.js';
import * as f from '../formula.js';
import type { Formula } from '../formula.js';
import type { Value } from '../ir.js';
import type { DType } from '../tensor.js';
import { broadcast } from './broadcast.js';
import type { ExpandContext } from './context.js';

/** The product of two tensors as NumPy's matmul has it: the leading axes are broadcast, a single axis is a vector. */
export function multiply(context: ExpandContext, a: Value, b: Value): Value {
  const { build } = context;
  const isRow = a.shape.length === 1;
  const isColumn = b.shape.length === 1;
  if (a.shape.length === 0 || b.shape.length === 0) build.fail('a product takes tensors with axes');
  const left = isRow ? build.reshape(a, [1, ...a.shape]) : a;
  const right = isColumn ? build.reshape(b, [...b.shape, 1]) : b;
  const y =
    a.dtype === 'float32'
      ? build.op({ kind: 'matmul', transposeRight: false }, [left, right])
      : integers(context, left, right);
  if (!isRow && !isColumn) return y;
  const leading = y.shape.slice(0, -2);
  return build.reshape(y, [
    ...leading,
    ...(isRow ? [] : y.shape.slice(-2, -1)),
    ...(isColumn ? [] : y.shape.slice(-1)),
  ]);
}

function integers(context: ExpandContext, a: Value, b: Value): Value {
  return sumOfProducts(context, a.dtype, a, b, (left, right) => f.mul(left, right));
}

/**
 * Sums over the inner axis of [..., m, k] and [..., k, n], in the type that a dtype is computed in.
 * @param term of an element of each
 */
function sumOfProducts(
  context: ExpandContext,
  dtype: DType,
  a: Value,
  b: Value,
  term: (left: Formula, right: Formula) => Formula,
): Value {
  const leading = broadcast(context, [a.shape.slice(0, -2), b.shape.slice(0, -2)]);
  const [rows, inner] = a.shape.slice(-2) as [Dim, Dim];
  const [depth, columns] = b.shape.slice(-2) as [Dim, Dim];
  context.build.require('equal', depth, inner, 'expects {expected} rows, got {got}');
  const rank = leading.length;
  const at = ({ shape }: Value): Formula[] =>
    shape.slice(0, -2).map((size, axis) => (size === 1 ? f.i32(0) : f.axis(axis + rank - shape.length + 2)));
  const formula = f.sum(f.scalarOf(dtype), [f.size(inner)], ([k]) =>
    term(f.load(0, [...at(a), f.axis(rank), k!]), f.load(1, [...at(b), k!, f.axis(rank + 1)])),
  );
  return context.build.compute(dtype, [...leading, rows, columns], formula, a, b);
}
