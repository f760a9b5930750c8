import type { Dim } from '../../../dim.js';
import * as f from '../../../formula.js';
import type { Value } from '../../../ir.js';
import type { NodeContext } from '../context.js';
import type { Expand, Operators } from '../define.js';
import { dtypeAttribute } from '../types.js';

/** Which column minus row an element stands at, i64: 0 on the main diagonal. */
const diagonal = (rank: number): f.Formula =>
  f.sub(f.convert('i64', f.axis(rank - 1)), f.convert('i64', f.axis(rank - 2)));

/** The triangle above or below a diagonal, zero elsewhere. */
const trilu: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const k = inputs[1];
  const rank = x.shape.length;
  if (rank < 2) return context.unsupported('the triangle of a tensor with fewer than two axes');
  const offset = k
    ? f.load(
        1,
        k.shape.map(() => f.i32(0)),
      )
    : f.i64(0);
  const fn = context.flag('upper', true) ? 'greaterOrEqual' : 'lessOrEqual';
  const element = f.load(
    0,
    x.shape.map((_, axis) => f.axis(axis)),
  );
  const kept = f.select(f.compare(fn, diagonal(rank), offset), element, f.number(f.scalarOf(x.dtype), 0));
  return context.build.compute(x.dtype, x.shape, kept, x, ...(k ? [k] : []));
};

/** Ones on a diagonal of a matrix with the input's sizes. */
const eyeLike: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const shape: readonly Dim[] = x.shape.length === 1 ? [x.shape[0]!, x.shape[0]!] : x.shape;
  if (shape.length !== 2) return context.unsupported('a tensor that is no matrix');
  const dtype = dtypeAttribute(context, 'dtype', x.dtype);
  const type = f.scalarOf(dtype);
  const one = f.equal(diagonal(2), f.i64(context.int('k', 0)));
  return context.build.compute(dtype, shape, f.select(one, f.number(type, 1), f.number(type, 0)));
};

const LARGEST_DETERMINANT = 64;

/** Determinants by elimination with the largest pivot of each column. */
const det: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const [rows, columns] = x.shape.slice(-2);
  const batch = x.shape.slice(0, -2);
  if (columns === undefined) return context.unsupported('the determinant of a tensor with fewer than two axes');
  context.build.require('equal', columns, rows!, 'a determinant takes square matrices, got {expected} rows and {got}');
  const size = [rows, columns].find((each): each is number => typeof each === 'number');
  if (size === undefined || size > LARGEST_DETERMINANT) {
    return context.unsupported(`matrices must be known to have at most ${LARGEST_DETERMINANT} rows`);
  }
  let rest = x;
  let result = context.build.compute('float32', batch, f.f32(1));
  for (let n = size; n > 0; n--) {
    const pivot = pivotRow(context, rest, batch, n);
    const index = batch.map((_, axis) => f.axis(axis));
    const row = f.load(1, index);
    const factor = f.load(0, [...index, row, f.i32(0)]);
    const signed = f.select(f.equal(row, f.i32(0)), factor, f.unary('negate', factor));
    result = context.build.compute('float32', batch, f.mul(f.load(2, index), signed), rest, pivot, result);
    rest = eliminate(context, rest, pivot, batch, n);
  }
  return result;
};

/** The row with the largest element of the first column. */
function pivotRow({ build }: NodeContext, x: Value, batch: readonly Dim[], rows: number): Value {
  const index = batch.map((_, axis) => f.axis(axis));
  const size = (row: f.Formula): f.Formula => f.unary('absolute', f.load(0, [...index, row, f.i32(0)]));
  const states = [{ type: 'i32', initial: f.i32(0) }] as const;
  const formula = f.fold(
    f.i32(rows),
    states,
    (row, [best]) => [f.select(f.less(size(best!), size(row)), row, best!)],
    ([best]) => best!,
  );
  return build.compute('int32', batch, formula, x);
}

/** What is left of a matrix once its pivot has made the first column zero. */
function eliminate({ build }: NodeContext, x: Value, pivot: Value, batch: readonly Dim[], rows: number): Value {
  const index = batch.map((_, axis) => f.axis(axis));
  const rank = batch.length;
  const shape = [...batch, rows - 1, rows - 1];
  const at = (row: f.Formula, column: f.Formula): f.Formula => f.load(0, [...index, row, column]);
  const formula = f.bind(f.load(1, index), 'i32', (first) => {
    const below = f.add(f.axis(rank), f.i32(1));
    const row = f.select(f.equal(below, first), f.i32(0), below);
    const column = f.add(f.axis(rank + 1), f.i32(1));
    return f.bind(row, 'i32', (own) =>
      f.bind(at(first, f.i32(0)), 'f32', (divisor) => {
        const factor = f.select(f.equal(divisor, f.f32(0)), f.f32(0), f.div(at(own, f.i32(0)), divisor));
        return f.sub(at(own, column), f.mul(factor, at(first, column)));
      }),
    );
  });
  return build.compute('float32', shape, formula, x, pivot);
}

/** Matrices: triangles, diagonals and determinants. */
export const matrices: Operators = { Trilu: { 14: trilu }, EyeLike: { 9: eyeLike }, Det: { 11: det } };
