import type { BinaryFunction, Comparison, Expression } from '../ir.js';

const operators: Readonly<Partial<Record<BinaryFunction, readonly [sign: string, precedence: number]>>> = {
  add: ['+', 1],
  subtract: ['-', 1],
  multiply: ['*', 2],
  divide: ['/', 2],
};

const comparisons: Readonly<Record<Comparison, string>> = { less: '<', lessOrEqual: '<=', equal: '==' };

/** `maximum(%3 + %4, 0)`: operators associate to the left, a selection is `a < b ? yes : no`, every other function is
 * a call, users' functions by their names. */
export function printExpression(expression: Expression, inputs: readonly string[], precedence = 0): string {
  switch (expression.kind) {
    case 'input':
      return inputs[expression.index] ?? `input${expression.index}`;
    case 'constant':
      return String(expression.value);
    case 'unary':
      return `${expression.fn}(${printExpression(expression.x, inputs)})`;
    case 'binary': {
      const { fn, left, right } = expression;
      const operator = operators[fn];
      if (!operator) return `${fn}(${printExpression(left, inputs)}, ${printExpression(right, inputs)})`;
      const [sign, own] = operator;
      const text = `${printExpression(left, inputs, own)} ${sign} ${printExpression(right, inputs, own + 1)}`;
      return own < precedence ? `(${text})` : text;
    }
    case 'select': {
      const [left, right, yes] = [expression.left, expression.right, expression.yes].map((each) =>
        printExpression(each, inputs, 1),
      );
      const text = `${left!} ${comparisons[expression.fn]} ${right!} ? ${yes!} : ${printExpression(expression.no, inputs)}`;
      return precedence > 0 ? `(${text})` : text;
    }
    case 'call':
      return `${expression.function}(${expression.args.map((arg) => printExpression(arg, inputs)).join(', ')})`;
  }
}
