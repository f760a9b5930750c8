import { childrenOf, type Expression } from '../ir.js';

/** An expression as scale · x + shift, where neither depends on x. */
export interface Affine {
  readonly scale: Expression;
  readonly shift: Expression;
}

const number = (value: number): Expression => ({ kind: 'constant', value });
const isNumber = (expression: Expression, value: number): boolean =>
  expression.kind === 'constant' && Object.is(expression.value, value);

const reads = (expression: Expression, index: number): boolean =>
  expression.kind === 'input'
    ? expression.index === index
    : childrenOf(expression).some((child) => reads(child, index));

type Arithmetic = 'add' | 'subtract' | 'multiply' | 'divide';

function combine(fn: Arithmetic, left: Expression, right: Expression): Expression {
  if (fn === 'multiply' && (isNumber(left, 0) || isNumber(right, 0))) return number(0);
  if (fn === 'multiply' && isNumber(left, 1)) return right;
  if ((fn === 'multiply' || fn === 'divide') && isNumber(right, 1)) return left;
  if (fn === 'divide' && isNumber(left, 0)) return left;
  if (fn === 'add' && isNumber(left, 0)) return right;
  if ((fn === 'add' || fn === 'subtract') && isNumber(right, 0)) return left;
  return { kind: 'binary', fn, left, right };
}

/** What an expression is of one of its inputs, if it is affine in it. */
export function affineIn(expression: Expression, index: number): Affine | undefined {
  if (expression.kind === 'input' && expression.index === index) return { scale: number(1), shift: number(0) };
  if (!reads(expression, index)) return { scale: number(0), shift: expression };
  if (expression.kind === 'unary') {
    const x = expression.fn === 'negate' ? affineIn(expression.x, index) : undefined;
    const negative = (part: Expression): Expression => combine('multiply', number(-1), part);
    return x && { scale: negative(x.scale), shift: negative(x.shift) };
  }
  if (expression.kind !== 'binary') return undefined;
  const { fn } = expression;
  const [left, right] = [affineIn(expression.left, index), affineIn(expression.right, index)];
  if (!left || !right) return undefined;
  if (fn === 'add' || fn === 'subtract') {
    return { scale: combine(fn, left.scale, right.scale), shift: combine(fn, left.shift, right.shift) };
  }
  const by = (x: Affine, factor: Expression): Affine => ({
    scale: combine(fn as Arithmetic, x.scale, factor),
    shift: combine(fn as Arithmetic, x.shift, factor),
  });
  if (fn !== 'multiply' && fn !== 'divide') return undefined;
  if (!reads(expression.right, index)) return by(left, expression.right);
  return fn === 'multiply' && !reads(expression.left, index) ? by(right, expression.left) : undefined;
}
