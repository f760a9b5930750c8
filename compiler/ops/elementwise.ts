import { equal, type Dim } from '../dim.js';
import { InternalError } from '../errors.js';
import type { Expression, UnaryFunction } from '../ir.js';
import { stridesOf, volume, zerosOf } from '../tensor.js';
import { floats, type Checks, type EvaluateContext, type Rule } from './rule.js';

/** NumPy's rule, axes aligned at the right. Two sizes that are not known to be equal must be equal when called. */
function broadcastShapes(shapes: readonly (readonly Dim[])[], checks: Checks): Dim[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result: Dim[] = [];
  for (let axis = 0; axis < rank; axis++) {
    let size: Dim = 1;
    for (const shape of shapes) {
      const other = shape[axis - rank + shape.length] ?? 1;
      if (other === 1) continue;
      if (size !== 1 && !equal(size, other)) {
        checks.require('equal', other, size, `inputs do not broadcast: axis ${axis} has sizes {expected} and {got}`);
        if (typeof size === 'number') continue;
      }
      size = other;
    }
    result.push(size);
  }
  return result;
}

export const unaryFunctions: Readonly<Record<UnaryFunction, (x: number) => number>> = {
  negate: (x) => -x,
  absolute: Math.abs,
  squareRoot: Math.sqrt,
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  erf,
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
};

const binaryFunctions = {
  add: (a: number, b: number) => a + b,
  subtract: (a: number, b: number) => a - b,
  multiply: (a: number, b: number) => a * b,
  divide: (a: number, b: number) => a / b,
  maximum: Math.max,
  minimum: Math.min,
};

/** The error function to 1e-15: its Maclaurin series, and a continued fraction (Abramowitz and Stegun 7.1.14) beyond 2.5. */
function erf(x: number): number {
  const a = Math.abs(x);
  if (!(a < 6)) return Math.sign(x);
  if (a < 2.5) {
    let term = a;
    let sum = a;
    for (let n = 1; Math.abs(term) > 1e-17 * sum; n++) {
      term *= (-a * a) / n;
      sum += term / (2 * n + 1);
    }
    return Math.sign(x) * (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
}

type Functions = EvaluateContext['functions'];

/** The value of an expression for one element of each input. */
function evaluateExpression(expression: Expression, inputs: readonly number[], functions: Functions): number {
  switch (expression.kind) {
    case 'input':
      return inputs[expression.index]!;
    case 'constant':
      return Math.fround(expression.value);
    case 'unary':
      return unaryFunctions[expression.fn](evaluateExpression(expression.x, inputs, functions));
    case 'binary':
      return binaryFunctions[expression.fn](
        evaluateExpression(expression.left, inputs, functions),
        evaluateExpression(expression.right, inputs, functions),
      );
    case 'call': {
      const fn = functions?.get(expression.function);
      if (!fn) throw new InternalError(`no function '${expression.function}' to evaluate with`);
      return fn(...expression.args.map((arg) => evaluateExpression(arg, inputs, functions)));
    }
  }
}

export const elementwise: Rule<'elementwise'> = {
  infer: (_op, inputs, checks) => [
    {
      dtype: 'float32',
      shape: broadcastShapes(
        inputs.map((input) => input.shape),
        checks,
      ),
    },
  ],
  evaluate({ expression }, inputs, shape, { functions }) {
    const result = zerosOf(shape);
    const data = inputs.map(floats);
    const steps = inputs.map((input) => {
      const strides = stridesOf(input.shape);
      const offset = shape.length - input.shape.length;
      return shape.map((_, axis) => (axis < offset || input.shape[axis - offset] === 1 ? 0 : strides[axis - offset]!));
    });
    const outer = stridesOf(shape);
    const elements = new Array<number>(inputs.length);
    for (let at = 0; at < volume(shape); at++) {
      for (let i = 0; i < inputs.length; i++) {
        let from = 0;
        for (let axis = 0; axis < shape.length; axis++) {
          from += (Math.floor(at / outer[axis]!) % shape[axis]!) * steps[i]![axis]!;
        }
        elements[i] = data[i]![from]!;
      }
      result.data[at] = evaluateExpression(expression, elements, functions);
    }
    return result;
  },
};
