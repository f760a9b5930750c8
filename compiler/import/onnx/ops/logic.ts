import * as f from '../../../formula.js';
import type { Comparison, Formula, ScalarType } from '../../../formula.js';
import type { DType } from '../../../tensor.js';
import { legacyOperand } from '../broadcast.js';
import type { Expand, Operators } from '../define.js';
import { each } from '../../../expand/integers.js';
import { alike } from '../../../expand/maps.js';

/** A function of two elements of one dtype, broadcast. */
const pairwise =
  (formula: (a: Formula, b: Formula, type: ScalarType) => Formula, to?: DType): Expand =>
  (context, inputs) => {
    const [left, second] = alike(context, [context.input(inputs, 0), context.input(inputs, 1)]);
    const right = legacyOperand(context, left, second!);
    const type = f.scalarOf(left.dtype);
    return each(context, to ?? left.dtype, [left, right], ([a, b]) => formula(a!, b!, type));
  };

const compared = (fn: Comparison): Expand => pairwise((a, b) => f.compare(fn, a, b), 'bool');
const bits = (fn: 'and' | 'or' | 'xor'): Expand => pairwise((a, b) => f.binary(fn, a, b));

/** A function of one element. */
const each1 =
  (formula: (x: Formula, type: ScalarType) => Formula, to?: DType): Expand =>
  (context, inputs) => {
    const x = context.input(inputs, 0);
    return each(context, to ?? x.dtype, [x], ([a]) => formula(a!, f.scalarOf(x.dtype)));
  };

const widths: Readonly<Record<DType, number>> = { float32: 32, int32: 32, int64: 64, uint8: 8, int8: 8, bool: 1 };

/** Amounts outside the width shift everything out; to the right, a negative number keeps its sign. */
const shift: Expand = (context, inputs) => {
  const left = context.oneOf('direction', ['LEFT', 'RIGHT']) === 'LEFT';
  const width = widths[context.input(inputs, 0).dtype];
  return pairwise((x, by, type) => {
    const [zero, ones] = [f.number(type, 0), f.number(type, -1)];
    return f.bind(x, type, (value) =>
      f.bind(by, type, (amount) => {
        const within = f.and(f.less(f.number(type, -1), amount), f.less(amount, f.number(type, width)));
        if (left) return f.select(within, f.binary('shiftLeft', value, amount), zero);
        const flip = f.select(f.less(value, zero), ones, zero);
        const shifted = f.bind(flip, type, (mask) =>
          f.binary('xor', f.binary('shiftRight', f.binary('xor', value, mask), amount), mask),
        );
        return f.select(within, shifted, flip);
      }),
    );
  })(context, inputs);
};

const isInfinite: Expand = (context, inputs) => {
  const limits = [
    ...(context.flag('detect_positive', true) ? [Infinity] : []),
    ...(context.flag('detect_negative', true) ? [-Infinity] : []),
  ];
  return each(context, 'bool', [context.input(inputs, 0)], ([x]) =>
    limits.map((limit): Formula => f.equal(x!, f.f32(limit))).reduce(f.or, f.i32(0)),
  );
};

const where: Expand = (context, inputs) => {
  const condition = context.input(inputs, 0);
  const [yes, no] = alike(context, [context.input(inputs, 1), context.input(inputs, 2)]);
  return each(context, yes.dtype, [condition, yes, no!], ([holds, a, b]) => f.select(holds!, a!, b!));
};

/** Comparisons, truth and bits. */
export const logic: Operators = {
  And: { 1: bits('and') },
  Or: { 1: bits('or') },
  Xor: { 1: bits('xor') },
  Not: { 1: each1((x) => f.equal(x, f.i32(0))) },
  BitwiseAnd: { 18: bits('and') },
  BitwiseOr: { 18: bits('or') },
  BitwiseXor: { 18: bits('xor') },
  BitwiseNot: { 18: each1((x, type) => f.binary('xor', x, f.number(type, -1))) },
  BitShift: { 11: shift },
  Equal: { 1: compared('equal') },
  Greater: { 1: compared('greater') },
  Less: { 1: compared('less') },
  GreaterOrEqual: { 12: compared('greaterOrEqual') },
  LessOrEqual: { 12: compared('lessOrEqual') },
  Where: { 9: where },
  IsNaN: { 9: each1((x) => f.unary('isNaN', x), 'bool') },
  IsInf: { 10: isInfinite },
};
