import * as f from '../../../formula.js';
import type { Comparison, Formula } from '../../../formula.js';
import { each } from '../../../expand/integers.js';
import { cast } from '../../../expand/maps.js';
import type { Value } from '../../../ir.js';
import type { Expand, Operators } from '../define.js';

const compared =
  (fn: Comparison): Expand =>
  (context, inputs) =>
    each(context, 'bool', context.alike(inputs, [0, 1]), ([a, b]) => f.compare(fn, a!, b!));

/** A function of truth values, which other elements are where they are not 0. */
const truth =
  (count: number, formula: (values: readonly Formula[]) => Formula): Expand =>
  (context, inputs) => {
    const values = Array.from({ length: count }, (_, at) => cast(context, context.input(inputs, at), 'bool'));
    return each(context, 'bool', values, formula);
  };

const about =
  (formula: (x: Formula) => Formula): Expand =>
  (context, inputs) =>
    each(context, 'bool', [context.real(inputs, 0)], ([x]) => formula(x!));

const infinite = (x: Formula): Formula => f.equal(f.unary('absolute', x), f.f32(Infinity));

/** @param spread whether a condition of one axis belongs to the first axis of what it chooses from */
const choose =
  (spread: boolean): Expand =>
  (context, inputs) => {
    const given = cast(context, context.input(inputs, 0), 'bool');
    const [yes, no] = context.alike(inputs, [1, 2]) as [Value, Value];
    const after = yes.shape.length - 1;
    const condition =
      spread && given.shape.length === 1 && after > 0
        ? context.build.reshape(given, [given.shape[0]!, ...new Array<number>(after).fill(1)])
        : given;
    return each(context, yes.dtype, [condition, yes, no], ([holds, a, b]) => f.select(holds!, a!, b!));
  };

/** Comparisons and truth. */
export const logic: Operators = {
  Equal: compared('equal'),
  NotEqual: compared('notEqual'),
  Greater: compared('greater'),
  GreaterEqual: compared('greaterOrEqual'),
  Less: compared('less'),
  LessEqual: compared('lessOrEqual'),
  LogicalAnd: truth(2, ([a, b]) => f.and(a!, b!)),
  LogicalOr: truth(2, ([a, b]) => f.or(a!, b!)),
  LogicalNot: truth(1, ([a]) => f.equal(a!, f.i32(0))),
  LogicalXor: truth(2, ([a, b]) => f.binary('xor', a!, b!)),
  IsNan: about((x) => f.unary('isNaN', x)),
  IsInf: about(infinite),
  IsFinite: about((x) => f.less(f.unary('absolute', x), f.f32(Infinity))),
  Select: choose(true),
  SelectV2: choose(false),
};
