import { binary, scalar, select, unary } from '../../../build.js';
import * as f from '../../../formula.js';
import type { Formula } from '../../../formula.js';
import { cheapPowers, wholeModulo } from '../../../expand/arithmetic.js';
import { each } from '../../../expand/integers.js';
import { cast, map } from '../../../expand/maps.js';
import type { BinaryFunction, Expression, UnaryFunction, Value } from '../../../ir.js';
import type { NodeContext } from '../context.js';
import type { Expand, Operators } from '../define.js';

/** A function of float32, which other numbers become. */
const real =
  (expression: (x: Expression) => Expression): Expand =>
  (context, inputs) =>
    map(context, [context.real(inputs, 0)], ([x]) => expression(x!));

const named = (fn: UnaryFunction): Expand => real((x) => unary(fn, x));

/** A function with a form for integers, which stay integers. */
const numeric =
  (expression: (x: Expression) => Expression, whole: (x: Formula) => Formula): Expand =>
  (context, inputs) => {
    const x = context.input(inputs, 0);
    if (x.dtype === 'float32') return map(context, [x], ([a]) => expression(a!));
    return each(context, 'int32', [x], ([a]) => whole(a!));
  };

/** What rounds does nothing to integers. */
const rounding = (fn: 'floor' | 'ceil' | 'round'): Expand =>
  numeric(
    (x) => unary(fn, x),
    (x) => x,
  );

const signOf = (x: Formula): Formula =>
  f.select(f.less(f.i32(0), x), f.i32(1), f.select(f.less(x, f.i32(0)), f.i32(-1), f.i32(0)));

const square = (x: Expression): Expression => binary('multiply', x, x);
const reciprocal = (x: Expression): Expression => binary('divide', scalar(1), x);

/** ln(1 + x) to the precision of x: ln u · x / (u − 1) for the rounded u = 1 + x. */
const log1p = (x: Expression): Expression => {
  const u = binary('add', scalar(1), x);
  const off = binary('subtract', u, scalar(1));
  const near = binary('divide', binary('multiply', unary('log', u), x), off);
  return select('equal', off, scalar(0), x, select('less', x, scalar(Infinity), near, x));
};

/** Arithmetic of two elements, broadcast; of booleans as integers. */
const operation =
  (expression: (a: Expression, b: Expression) => Expression, whole: (a: Formula, b: Formula) => Formula): Expand =>
  (context, inputs) => {
    const [left, right] = context.alike(inputs, [0, 1]) as [Value, Value];
    if (left.dtype === 'float32') return map(context, [left, right], ([a, b]) => expression(a!, b!));
    return each(context, 'int32', [left, right], ([a, b]) => whole(a!, b!));
  };

const both = (fn: BinaryFunction & f.FormulaBinary): Expand =>
  operation(
    (a, b) => binary(fn, a, b),
    (a, b) => f.binary(fn, a, b),
  );

/** ⌊a / b⌋; by 0 it gives 0. */
const wholeFloorDiv = (a: Formula, b: Formula): Formula =>
  f.bind(a, 'i32', (x) =>
    f.bind(b, 'i32', (y) => {
      const isPast = f.and(
        f.compare('notEqual', f.binary('remainder', x, y), f.i32(0)),
        f.less(f.binary('xor', x, y), f.i32(0)),
      );
      const quotient = f.sub(f.div(x, y), f.select(isPast, f.i32(1), f.i32(0)));
      return f.select(f.equal(y, f.i32(0)), f.i32(0), quotient);
    }),
  );

/** A function of two elements as float32. */
const realOperation =
  (expression: (a: Expression, b: Expression) => Expression): Expand =>
  (context, inputs) =>
    map(context, [context.real(inputs, 0), context.real(inputs, 1)], ([a, b]) => expression(a!, b!));

const divide = operation((a, b) => binary('divide', a, b), wholeFloorDiv);
const floorDivide = operation((a, b) => unary('floor', binary('divide', a, b)), wholeFloorDiv);
const modulo = operation((a, b) => binary('modulo', a, b), wholeModulo('i32'));

const power: Expand = (context, inputs) => {
  const [base, exponent] = context.alike(inputs, [0, 1]) as [Value, Value];
  if (base.dtype !== 'float32') {
    return each(context, 'int32', [base, exponent], ([a, b]) => {
      return f.convert('i32', f.binary('power', f.convert('i64', a!), f.convert('i64', b!)));
    });
  }
  const known = exponent.shape.length === 0 ? context.build.fixedOf(exponent) : undefined;
  const cheap = known && cheapPowers.get(Number(known.data[0]));
  if (cheap) return map(context, [base], ([x]) => cheap(x!));
  return map(context, [base, exponent], ([x, y]) => binary('power', x!, y!));
};

const difference = (a: Expression, b: Expression): Expression => binary('subtract', a, b);

/** The angle of (x, y), from −π to π. */
const angle = (y: Expression, x: Expression): Expression => {
  const base = unary('atan', binary('divide', y, x));
  const turned = select(
    'less',
    y,
    scalar(0),
    binary('subtract', base, scalar(Math.PI)),
    binary('add', base, scalar(Math.PI)),
  );
  const beside = select('less', x, scalar(0), turned, base);
  return select('equal', y, scalar(0), select('less', x, scalar(0), scalar(Math.PI), scalar(0)), beside);
};

const sum: Expand = (context, inputs) => {
  const values = context.alike(inputs, inputs.length === 0 ? [0] : [...inputs.keys()]);
  if (values[0]!.dtype === 'float32') {
    return map(context, values, (elements) => elements.reduce((a, b) => binary('add', a, b)));
  }
  return each(context, 'int32', values, (elements) => elements.reduce(f.add));
};

/** Between two numbers that are attributes. */
const clip: Expand = (context, inputs) => {
  const [low, high] = [context.float('clip_value_min'), context.float('clip_value_max')];
  return real((x) => binary('minimum', binary('maximum', x, scalar(low)), scalar(high)))(context, inputs);
};

const convert = (context: NodeContext, x: Value): Value => cast(context, x, context.dtype('DstT'));

/** Arithmetic and functions of elements. */
export const arithmetic: Operators = {
  Abs: numeric((x) => unary('absolute', x), (x) => f.unary('absolute', x)), // prettier-ignore
  Neg: numeric((x) => unary('negate', x), (x) => f.unary('negate', x)), // prettier-ignore
  Sign: numeric((x) => unary('sign', x), signOf),
  Square: numeric(square, (x) => f.mul(x, x)),
  Floor: rounding('floor'),
  Ceil: rounding('ceil'),
  Round: rounding('round'),
  Rint: rounding('round'),
  Exp: named('exp'),
  Expm1: named('expm1'),
  Log: named('log'),
  Log1p: real(log1p),
  Sqrt: named('squareRoot'),
  Rsqrt: real((x) => reciprocal(unary('squareRoot', x))),
  Reciprocal: real(reciprocal),
  Inv: real(reciprocal),
  Erf: named('erf'),
  Sin: named('sin'),
  Cos: named('cos'),
  Tan: named('tan'),
  Asin: named('asin'),
  Acos: named('acos'),
  Atan: named('atan'),
  Sinh: named('sinh'),
  Cosh: named('cosh'),
  Asinh: named('asinh'),
  Acosh: named('acosh'),
  Atanh: named('atanh'),
  Add: both('add'),
  AddV2: both('add'),
  AddN: sum,
  Sub: both('subtract'),
  Mul: both('multiply'),
  Div: divide,
  RealDiv: divide,
  FloorDiv: floorDivide,
  DivNoNan: realOperation((a, b) => select('equal', b, scalar(0), scalar(0), binary('divide', a, b))),
  Mod: modulo,
  FloorMod: modulo,
  Maximum: both('maximum'),
  Minimum: both('minimum'),
  Pow: power,
  SquaredDifference: operation(
    (a, b) => square(difference(a, b)),
    (a, b) => f.bind(f.sub(a, b), 'i32', (by) => f.mul(by, by)),
  ),
  Atan2: realOperation(angle),
  ClipByValue: clip,
  Cast: (context, inputs) => convert(context, context.input(inputs, 0)),
};
