/** Formulas over sizes: what a computation of small integers gives when some of them are sizes known only when called. */
import { add, floorDiv, mul, sub, type Dim } from '../dim.js';
import { typeOf, type Formula, type FormulaBinary } from '../formula.js';
import type { Expression } from '../ir.js';
import type { DType } from '../tensor.js';
import { scalarOfFloat, undecided, wholeOf, type Scalar, type ScalarArithmetic } from './fraction.js';

export { Undecided } from './fraction.js';

/** Iterations of a fold that are followed. */
const MOST_ITERATIONS = 256;

function wholeBinary(arithmetic: ScalarArithmetic, fn: FormulaBinary, left: Dim, right: Dim): Dim {
  if (typeof left === 'number' && typeof right === 'number') return both(fn, left, right);
  switch (fn) {
    case 'add':
      return add(left, right);
    case 'subtract':
      return sub(left, right);
    case 'multiply':
      return mul(left, right);
    case 'divide':
    case 'remainder': {
      // Division of integers truncates, which is the floor only of what is not negative.
      if (!arithmetic.isAtLeast(left, 0) || !arithmetic.isAtLeast(right, 1)) return undecided();
      const quotient = floorDiv(left, right);
      return fn === 'divide' ? quotient : sub(left, mul(quotient, right));
    }
    case 'maximum':
      return arithmetic.larger(left, right);
    case 'minimum':
      return arithmetic.smaller(left, right);
    default:
      return undecided();
  }
}

export interface SymbolicContent {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Those of integers are sizes. */
  readonly elements: readonly Scalar[];
}

/**
 * The element at an index of a computation over sizes.
 *
 * @throws Undecided where it takes a comparison of unknown sizes, or arithmetic that sizes have not
 */
export function evaluateSizes(
  formula: Formula,
  inputs: readonly SymbolicContent[],
  index: readonly number[],
  arithmetic: ScalarArithmetic,
): Scalar {
  const names = new Map<string, Scalar>();
  const dtypes = inputs.map(({ dtype }) => dtype);
  const isReal = (part: Formula): boolean => typeOf(part, dtypes).startsWith('f');
  const whole = (part: Formula): Dim => wholeOf(evaluate(part));
  const known = (part: Formula): number => {
    const value = evaluate(part);
    return typeof value === 'number' ? value : undecided();
  };
  const evaluate = (part: Formula): Scalar => {
    switch (part.kind) {
      case 'number':
        if (part.type.startsWith('f')) return scalarOfFloat(Number(part.value));
        return Number.isSafeInteger(Number(part.value)) ? Number(part.value) : undecided();
      case 'axis':
        return index[part.axis]!;
      case 'size':
        return part.size;
      case 'load': {
        const { shape, elements } = inputs[part.input]!;
        const at = part.indices.reduce((position, each, axis) => position * shape[axis]! + known(each), 0);
        return elements[at] ?? undecided();
      }
      case 'name':
        return names.get(part.name)!;
      case 'let':
        names.set(part.name, evaluate(part.value));
        return evaluate(part.body);
      case 'select':
        return known(part.condition) === 0 ? evaluate(part.no) : evaluate(part.yes);
      case 'check':
        return known(part.condition) === 0 ? undecided() : evaluate(part.body);
      case 'convert':
        return isReal(part) || !isReal(part.x) ? evaluate(part.x) : arithmetic.truncate(evaluate(part.x));
      case 'unary':
        if (isReal(part.x)) return arithmetic.realUnary(part.fn, evaluate(part.x));
        return part.fn === 'negate' ? mul(whole(part.x), -1) : undecided();
      case 'binary': {
        if (isReal(part.left)) return arithmetic.realBinary(part.fn, evaluate(part.left), evaluate(part.right));
        return wholeBinary(arithmetic, part.fn, whole(part.left), whole(part.right));
      }
      case 'compare':
        return arithmetic.holds(part.fn, evaluate(part.left), evaluate(part.right)) ? 1 : 0;
      case 'fold': {
        const count = known(part.count);
        if (count > MOST_ITERATIONS) return undecided();
        const set = (values: readonly Scalar[]): void => {
          part.states.forEach(({ name }, at) => names.set(name, values[at]!));
        };
        set(part.states.map(({ initial }) => evaluate(initial)));
        for (let at = 0; at < count; at++) {
          set(
            part.states.map(({ next }) => {
              names.set(part.index, at);
              return evaluate(next);
            }),
          );
        }
        return evaluate(part.result);
      }
      case 'previous':
      case 'reinterpret':
        return undecided();
    }
  };
  return evaluate(formula);
}

/**
 * A float32 function of elements that are sizes or quotients of sizes.
 *
 * @throws Undecided
 */
export function evaluateRatios(
  expression: Expression,
  elements: readonly Scalar[],
  arithmetic: ScalarArithmetic,
): Scalar {
  const evaluate = (part: Expression): Scalar => evaluateRatios(part, elements, arithmetic);
  switch (expression.kind) {
    case 'input':
      return elements[expression.index]!;
    case 'constant':
      return scalarOfFloat(expression.value);
    case 'unary':
      return arithmetic.realUnary(expression.fn, evaluate(expression.x));
    case 'binary':
      return arithmetic.realBinary(expression.fn, evaluate(expression.left), evaluate(expression.right));
    case 'select':
      return arithmetic.holds(expression.fn, evaluate(expression.left), evaluate(expression.right))
        ? evaluate(expression.yes)
        : evaluate(expression.no);
    case 'call':
      return undecided();
  }
}

function both(fn: FormulaBinary, left: number, right: number): number {
  switch (fn) {
    case 'add':
      return left + right;
    case 'subtract':
      return left - right;
    case 'multiply':
      return left * right;
    case 'divide':
      return right === 0 ? 0 : Math.trunc(left / right);
    case 'remainder':
      return right === 0 ? left : left % right;
    case 'minimum':
      return Math.min(left, right);
    case 'maximum':
      return Math.max(left, right);
    case 'and':
      return (left === 0 || left === 1) && (right === 0 || right === 1) ? left & right : undecided();
    case 'or':
      return (left === 0 || left === 1) && (right === 0 || right === 1) ? left | right : undecided();
    default:
      return undecided();
  }
}
