import { InternalError } from '../errors.js';
import { binaryFunctions, comparisons, unaryFunctions } from '../functions.js';
import type { Expression } from '../ir.js';
import type { EvaluateContext } from './rule.js';

type Functions = EvaluateContext['functions'];

/** The value of an expression for one element of each input, every step rounded to float32. */
export function evaluateExpression(expression: Expression, inputs: readonly number[], functions: Functions): number {
  const valueOf = (child: Expression): number => evaluateExpression(child, inputs, functions);
  switch (expression.kind) {
    case 'input':
      return inputs[expression.index]!;
    case 'constant':
      return Math.fround(expression.value);
    case 'unary':
      return Math.fround(unaryFunctions[expression.fn](valueOf(expression.x)));
    case 'binary':
      return Math.fround(binaryFunctions[expression.fn](valueOf(expression.left), valueOf(expression.right)));
    case 'select': {
      const holds = comparisons[expression.fn](valueOf(expression.left), valueOf(expression.right));
      return valueOf(holds ? expression.yes : expression.no);
    }
    case 'call': {
      const fn = functions?.get(expression.function);
      if (!fn) throw new InternalError(`no function '${expression.function}' to evaluate with`);
      return Math.fround(fn(...expression.args.map(valueOf)));
    }
  }
}
