import { binary, element, scalar, unary } from '../../../build.js';
import * as f from '../../../formula.js';
import type { BinaryFunction, Expression, UnaryFunction, Value } from '../../../ir.js';
import type { Expand, Operators, Versions } from '../define.js';
import { legacyOperand } from '../broadcast.js';
import { each } from '../integers.js';

/** A float32 function of one element. */
const real =
  (expression: (x: Expression) => Expression): Expand =>
  (context, inputs) =>
    context.build.elementwise(expression(element(0)), context.input(inputs, 0));

const named = (fn: UnaryFunction): Versions => ({ 1: real((x) => unary(fn, x)) });

/** Arithmetic of two elements of one dtype, broadcast. */
const arithmetic =
  (fn: Extract<BinaryFunction, f.FormulaBinary>): Expand =>
  (context, inputs) => {
    const left = context.input(inputs, 0);
    const right = legacyOperand(context, left, context.input(inputs, 1));
    if (left.dtype === 'float32') return context.build.binary(fn, left, right);
    return each(context, left.dtype, [left, right], ([a, b]) => f.binary(fn, a!, b!));
  };

const sum: Expand = (context, inputs) => {
  const values = inputs.map((_, at) => context.input(inputs, at));
  return values.reduce((left, right) => context.build.binary('add', left, right));
};

/** Operators that map elements: arithmetic and functions of float32. */
export const elementwise: Operators = {
  Add: { 1: arithmetic('add') },
  Sub: { 1: arithmetic('subtract') },
  Mul: { 1: arithmetic('multiply') },
  Div: { 1: arithmetic('divide') },
  Exp: named('exp'),
  Log: named('log'),
  Tanh: named('tanh'),
  Sigmoid: named('sigmoid'),
  Sqrt: named('squareRoot'),
  Erf: named('erf'),
  Relu: {
    1: (context, inputs) => {
      const x = context.input(inputs, 0);
      if (x.dtype === 'float32') return context.build.elementwise(binary('maximum', element(0), scalar(0)), x);
      return each(context, x.dtype, [x], ([a]) => f.max(a!, f.number(f.scalarOf(x.dtype), 0)));
    },
  },
  Sum: { 1: sum },
  Identity: { 1: (_context, inputs) => inputs as readonly (Value | undefined)[] },
};
