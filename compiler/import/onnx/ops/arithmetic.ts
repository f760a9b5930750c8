import { binary, scalar, unary } from '../../../build.js';
import * as f from '../../../formula.js';
import type { Formula } from '../../../formula.js';
import type { BinaryFunction, Expression, UnaryFunction, Value } from '../../../ir.js';
import type { DType } from '../../../tensor.js';
import { legacyOperand } from '../broadcast.js';
import type { NodeContext } from '../context.js';
import type { Expand, Operators, Versions } from '../define.js';
import { cheapPowers, wholeModulo } from '../../../expand/arithmetic.js';
import { each } from '../../../expand/integers.js';
import { alike, cast, castFormula, map } from '../../../expand/maps.js';

/** A function of float32 alone. */
const real =
  (expression: (x: Expression) => Expression): Expand =>
  (context, inputs) =>
    map(context, [context.input(inputs, 0)], ([x]) => expression(x!));

const named = (fn: UnaryFunction, since = 1): Versions => ({ [since]: real((x) => unary(fn, x)) });

/** A function of float32 with a form for integers. */
const numeric = (fn: UnaryFunction, whole: (x: Formula, type: f.ScalarType) => Formula): Versions => ({
  1: (context, inputs) => {
    const x = context.input(inputs, 0);
    if (x.dtype === 'float32') return map(context, [x], ([a]) => unary(fn, a!));
    return each(context, x.dtype, [x], ([a]) => whole(a!, f.scalarOf(x.dtype)));
  },
});

const signOf = (x: Formula, type: f.ScalarType): Formula => {
  const [up, zero, down] = [f.number(type, 1), f.number(type, 0), f.number(type, -1)];
  return f.select(f.less(zero, x), up, f.select(f.less(x, zero), down, zero));
};

/** Two operands of one dtype, the second one as versions before 7 align it. */
function operands(context: NodeContext, inputs: readonly (Value | undefined)[]): readonly [Value, Value] {
  const [left, right] = alike(context, [context.input(inputs, 0), context.input(inputs, 1)]);
  return [left, legacyOperand(context, left, right!)];
}

/** Arithmetic of two elements of one dtype, broadcast. */
const operation = (
  fn: BinaryFunction,
  whole: (a: Formula, b: Formula) => Formula = (a, b) => f.binary(fn as f.FormulaBinary, a, b),
): Expand => {
  return (context, inputs) => {
    const [left, right] = operands(context, inputs);
    if (left.dtype === 'float32') return map(context, [left, right], ([a, b]) => binary(fn, a!, b!));
    return each(context, left.dtype, [left, right], ([a, b]) => whole(a!, b!));
  };
};

/** Arithmetic of any number of values. */
const variadic =
  (fn: 'add' | 'maximum' | 'minimum', after: (x: Expression, count: number) => Expression = (x) => x): Expand =>
  (context, inputs) => {
    const values = alike(context, inputs);
    const { dtype } = values[0];
    if (dtype !== 'float32') {
      return values.length === 1
        ? values[0]
        : each(context, dtype, values, (elements) => elements.reduce((a, b) => f.binary(fn, a, b)));
    }
    return map(context, values, (elements) =>
      after(
        elements.reduce((a, b) => binary(fn, a, b)),
        elements.length,
      ),
    );
  };

/** The remainder with the sign of the dividend; 0 for a divisor of 0. */
const wholeRemainder =
  (type: f.ScalarType) =>
  (a: Formula, b: Formula): Formula => {
    const zero = f.number(type, 0);
    return f.bind(b, type, (divisor) => f.select(f.equal(divisor, zero), zero, f.binary('remainder', a, divisor)));
  };

const mod: Expand = (context, inputs) => {
  const type = f.scalarOf(context.input(inputs, 0).dtype);
  const truncating = context.flag('fmod');
  const whole = truncating ? wholeRemainder : wholeModulo;
  return operation(truncating ? 'remainder' : 'modulo', whole(type))(context, inputs);
};

/** Powers of the base's dtype; a whole exponent of an integer is exact, whatever its dtype. */
const pow: Expand = (context, inputs) => {
  const base = context.input(inputs, 0);
  const exponent = legacyOperand(context, base, context.input(inputs, 1));
  if (base.dtype === 'float32') {
    const known = exponent.shape.length === 0 ? context.build.fixedOf(exponent) : undefined;
    const cheap = known && cheapPowers.get(Number(known.data[0]));
    if (cheap) return map(context, [base], ([x]) => cheap(x!));
    return map(context, [base, cast(context, exponent, 'float32')], ([x, y]) => binary('power', x!, y!));
  }
  return each(context, base.dtype, [base, exponent], ([x, y]) => wholePower(x!, y!, base.dtype, exponent.dtype));
};

function wholePower(x: Formula, y: Formula, base: DType, dtype: DType): Formula {
  const type = f.scalarOf(base);
  const exact = (exponent: Formula, from: f.ScalarType): Formula => {
    const [wide, wideExponent] = [x, exponent].map((each, at) =>
      (at === 0 ? type : from) === 'i64' ? each : f.convert('i64', each),
    );
    const power = f.binary('power', wide!, wideExponent!);
    return type === 'i64' ? power : f.convert(type, power);
  };
  if (dtype !== 'float32') return exact(y, f.scalarOf(dtype));
  return f.bind(y, 'f32', (exponent) =>
    f.select(
      f.equal(exponent, f.unary('truncate', exponent)),
      exact(exponent, 'f32'),
      castFormula(f.binary('power', f.convert('f32', x), exponent), 'float32', base),
    ),
  );
}

const mean = variadic('add', (x, count) => (count === 1 ? x : binary('divide', x, scalar(count))));

/** Arithmetic and functions of elements. */
export const arithmetic: Operators = {
  Abs: numeric('absolute', (x) => f.unary('absolute', x)),
  Neg: numeric('negate', (x) => f.unary('negate', x)),
  Sign: numeric('sign', signOf),
  Floor: named('floor'),
  Ceil: named('ceil'),
  Round: named('round', 11),
  Sqrt: named('squareRoot'),
  Reciprocal: { 1: real((x) => binary('divide', scalar(1), x)) },
  Exp: named('exp'),
  Log: named('log'),
  Sin: named('sin', 7),
  Cos: named('cos', 7),
  Tan: named('tan', 7),
  Asin: named('asin', 7),
  Acos: named('acos', 7),
  Atan: named('atan', 7),
  Sinh: named('sinh', 9),
  Cosh: named('cosh', 9),
  Asinh: named('asinh', 9),
  Acosh: named('acosh', 9),
  Atanh: named('atanh', 9),
  Erf: named('erf', 9),
  Add: { 1: operation('add') },
  Sub: { 1: operation('subtract') },
  Mul: { 1: operation('multiply') },
  Div: { 1: operation('divide') },
  Mod: { 10: mod },
  Pow: { 1: pow },
  Sum: { 1: variadic('add') },
  Mean: { 1: mean },
  Max: { 1: variadic('maximum') },
  Min: { 1: variadic('minimum') },
};
