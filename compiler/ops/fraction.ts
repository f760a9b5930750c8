/** Numbers made of sizes: a size, or a quotient of two as float arithmetic on sizes gives it. */
import { isAtLeast, larger, smaller } from '../bounds.js';
import { add, ceilDiv, equal, floorDiv, mul, sub, type Dim } from '../dim.js';

/** The computation does not follow when its sizes are unknown. */
export class Undecided extends Error {}

export const undecided = (): never => {
  throw new Undecided();
};

/** The denominator is at least 1. */
export interface Fraction {
  readonly numerator: Dim;
  readonly denominator: Dim;
}

export type Scalar = Dim | Fraction;

const isFraction = (value: Scalar): value is Fraction => typeof value === 'object' && 'numerator' in value;

export const fractionOf = (value: Scalar): Fraction =>
  isFraction(value) ? value : { numerator: value, denominator: 1 };

/** What a scalar is if no size is in it. */
export function numberOf(value: Scalar): number | undefined {
  const { numerator, denominator } = fractionOf(value);
  return typeof numerator === 'number' && typeof denominator === 'number' ? numerator / denominator : undefined;
}

/** A size; undecided for a fraction. */
export const wholeOf = (value: Scalar): Dim => (isFraction(value) ? undecided() : value);

/** A quotient in lowest terms, as far as one number divides the others. */
function quotient(numerator: Dim, denominator: Dim): Scalar {
  if (!isAtLeast(denominator, 1)) {
    return isAtLeast(-1, denominator) ? quotient(mul(numerator, -1), mul(denominator, -1)) : undecided();
  }
  const exact = floorDiv(numerator, denominator);
  if (equal(mul(exact, denominator), numerator)) return exact;
  if (typeof denominator === 'number') {
    for (let divisor = 2; divisor <= Math.min(denominator, 64); divisor++) {
      const part = floorDiv(numerator, divisor);
      if (denominator % divisor === 0 && equal(mul(part, divisor), numerator)) {
        return quotient(part, denominator / divisor);
      }
    }
  }
  return { numerator, denominator };
}

const isPowerOfTwo = (dim: Dim): boolean => typeof dim === 'number' && Number.isInteger(Math.log2(dim));

/** Whether float arithmetic gives this number without rounding, as long as its numerator is below 2²⁴. */
const isExact = (value: Scalar): boolean => isPowerOfTwo(fractionOf(value).denominator);

/**
 * A float as a quotient of integers with a denominator of at most 2¹⁶. Undecided for what is none: a product with such
 * a number is rounded in float32, so that what follows from it for sizes is not exact.
 */
export function scalarOfFloat(value: number): Scalar {
  const numerator = value * 65536;
  return Number.isSafeInteger(numerator) ? quotient(numerator, 65536) : undecided();
}

type Arithmetic = (a: Fraction, b: Fraction) => Scalar;

const arithmetic: Readonly<Record<string, Arithmetic>> = {
  add: (a, b) =>
    quotient(add(mul(a.numerator, b.denominator), mul(b.numerator, a.denominator)), mul(a.denominator, b.denominator)),
  subtract: (a, b) =>
    quotient(sub(mul(a.numerator, b.denominator), mul(b.numerator, a.denominator)), mul(a.denominator, b.denominator)),
  multiply: (a, b) => quotient(mul(a.numerator, b.numerator), mul(a.denominator, b.denominator)),
  divide: (a, b) => quotient(mul(a.numerator, b.denominator), mul(a.denominator, b.numerator)),
  maximum: (a, b) => larger(sizeOf(a), sizeOf(b)),
  minimum: (a, b) => smaller(sizeOf(a), sizeOf(b)),
};

const sizeOf = ({ numerator, denominator }: Fraction): Dim => (denominator === 1 ? numerator : undecided());

/** Float arithmetic. What was rounded before decides nothing more than its floor, ceiling and product with a power of 2. */
export function realBinary(fn: string, left: Scalar, right: Scalar): Scalar {
  const apply = arithmetic[fn];
  const scales = (by: Scalar): boolean => typeof by === 'number' && isPowerOfTwo(Math.abs(by));
  const isSound = (isExact(left) && isExact(right)) || (fn === 'multiply' && (scales(left) || scales(right)));
  return apply && isSound ? apply(fractionOf(left), fractionOf(right)) : undecided();
}

export const floor = (value: Scalar): Dim => (isFraction(value) ? floorDiv(value.numerator, value.denominator) : value);

export const ceil = (value: Scalar): Dim => (isFraction(value) ? ceilDiv(value.numerator, value.denominator) : value);

const isNonNegative = (value: Scalar): boolean => isAtLeast(fractionOf(value).numerator, 0);

/** Towards zero. */
export const truncate = (value: Scalar): Dim =>
  !isFraction(value) ? value : isNonNegative(value) ? floor(value) : undecided();

const unary: Readonly<Record<string, (value: Scalar) => Scalar>> = {
  negate: (value) => arithmetic['multiply']!(fractionOf(value), fractionOf(-1)),
  absolute: (value) => (isNonNegative(value) ? value : undecided()),
  floor,
  ceil,
  truncate,
  round: wholeOf,
};

export const realUnary = (fn: string, value: Scalar): Scalar => (unary[fn] ?? undecided)(value);

/** Whether a comparison holds, where that is certain. */
export function holds(fn: string, left: Scalar, right: Scalar): boolean {
  const [a, b] = [fractionOf(left), fractionOf(right)];
  const [l, r] = [mul(a.numerator, b.denominator), mul(b.numerator, a.denominator)];
  const atLeast = (x: Dim, y: Dim, otherwise: () => boolean): boolean => isAtLeast(x, y) || otherwise();
  switch (fn) {
    case 'greaterOrEqual':
      return atLeast(l, r, () => (isAtLeast(r, add(l, 1)) ? false : undecided()));
    case 'greater':
      return atLeast(l, add(r, 1), () => (isAtLeast(r, l) ? false : undecided()));
    case 'lessOrEqual':
      return holds('greaterOrEqual', right, left);
    case 'less':
      return holds('greater', right, left);
    case 'equal':
      if (equal(l, r)) return true;
      return isAtLeast(l, add(r, 1)) || isAtLeast(r, add(l, 1)) ? false : undecided();
    case 'notEqual':
      return !holds('equal', left, right);
    default:
      return undecided();
  }
}
