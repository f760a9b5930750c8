/** Numbers made of sizes: a size, or a quotient of two as float arithmetic on sizes gives it. */
import { isAtLeast, larger, smaller, type Zeros } from '../bounds.js';
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

/** What no size reaches. */
const MOST = 2 ** 53;

const isPowerOfTwo = (value: Scalar): boolean => typeof value === 'number' && Number.isInteger(Math.log2(value));

/** Whether float arithmetic gives this number without rounding, as long as its numerator is below 2²⁴. */
const isExact = (value: Scalar): boolean => isPowerOfTwo(fractionOf(value).denominator);

/** Whether a product with this number is not rounded. */
const isScale = (value: Scalar): boolean => typeof value === 'number' && isPowerOfTwo(Math.abs(value));

/** The numerator and the denominator, with factors that both have removed as far as numbers tell. */
function reduced(numerator: Dim, denominator: Dim): Scalar {
  const exact = floorDiv(numerator, denominator);
  if (equal(mul(exact, denominator), numerator)) return exact;
  if (typeof denominator === 'number') {
    for (let divisor = 2; divisor <= Math.min(denominator, 64); divisor++) {
      const part = floorDiv(numerator, divisor);
      if (denominator % divisor === 0 && equal(mul(part, divisor), numerator)) {
        return reduced(part, denominator / divisor);
      }
    }
  }
  return { numerator, denominator };
}

/**
 * A float as a quotient of integers with a denominator of at most 2¹⁶. Undecided for what is none: a product with such
 * a number is rounded in float32, so that what follows from it for sizes is not exact.
 */
export function scalarOfFloat(value: number): Scalar {
  if (Number.isInteger(value)) return value;
  const numerator = value * 65536;
  return Number.isSafeInteger(numerator) ? reduced(numerator, 65536) : undecided();
}

const floor = (value: Scalar): Dim => (isFraction(value) ? floorDiv(value.numerator, value.denominator) : value);

const ceil = (value: Scalar): Dim => (isFraction(value) ? ceilDiv(value.numerator, value.denominator) : value);

/** Arithmetic on scalars, undecided where it takes more than is known of sizes. Symbols of `zeros` may be 0. */
export class ScalarArithmetic {
  constructor(private readonly zeros: Zeros) {}

  /** Whether `left` ≥ `right` is certain, of sizes that are below 2⁵³. */
  isAtLeast(left: Dim, right: Dim): boolean {
    if (typeof right !== 'number' && typeof left === 'number' && left >= MOST) return true;
    if (typeof left !== 'number' && typeof right === 'number' && right <= -MOST) return true;
    return isAtLeast(left, right, this.zeros);
  }

  larger = (left: Dim, right: Dim): Dim => larger(left, right, this.zeros);

  smaller = (left: Dim, right: Dim): Dim => smaller(left, right, this.zeros);

  private quotient(numerator: Dim, denominator: Dim): Scalar {
    if (this.isAtLeast(denominator, 1)) return reduced(numerator, denominator);
    return this.isAtLeast(-1, denominator) ? reduced(mul(numerator, -1), mul(denominator, -1)) : undecided();
  }

  private isNonNegative(value: Scalar): boolean {
    return this.isAtLeast(fractionOf(value).numerator, 0);
  }

  /**
   * A function of two floats. What was rounded before decides nothing more than its floor, its ceiling and its product
   * with a power of 2.
   */
  realBinary(fn: string, left: Scalar, right: Scalar): Scalar {
    const isSound = (isExact(left) && isExact(right)) || (fn === 'multiply' && (isScale(left) || isScale(right)));
    if (!isSound) return undecided();
    const [a, b] = [fractionOf(left), fractionOf(right)];
    const common = mul(a.denominator, b.denominator);
    const [crossLeft, crossRight] = [mul(a.numerator, b.denominator), mul(b.numerator, a.denominator)];
    switch (fn) {
      case 'add':
        return this.quotient(add(crossLeft, crossRight), common);
      case 'subtract':
        return this.quotient(sub(crossLeft, crossRight), common);
      case 'multiply':
        return this.quotient(mul(a.numerator, b.numerator), common);
      case 'divide':
        return this.quotient(crossLeft, mul(a.denominator, b.numerator));
      case 'maximum':
        return this.larger(wholeOf(left), wholeOf(right));
      case 'minimum':
        return this.smaller(wholeOf(left), wholeOf(right));
      default:
        return undecided();
    }
  }

  /** Towards zero. */
  truncate(value: Scalar): Dim {
    return !isFraction(value) ? value : this.isNonNegative(value) ? floor(value) : undecided();
  }

  /** A function of a float. */
  realUnary(fn: string, value: Scalar): Scalar {
    switch (fn) {
      case 'negate':
        return this.realBinary('multiply', value, -1);
      case 'absolute':
        return this.isNonNegative(value) ? value : undecided();
      case 'floor':
        return floor(value);
      case 'ceil':
        return ceil(value);
      case 'truncate':
        return this.truncate(value);
      case 'round':
        return wholeOf(value);
      default:
        return undecided();
    }
  }

  /** Whether a comparison holds, where that is certain. */
  holds(fn: string, left: Scalar, right: Scalar): boolean {
    const [a, b] = [fractionOf(left), fractionOf(right)];
    const [l, r] = [mul(a.numerator, b.denominator), mul(b.numerator, a.denominator)];
    switch (fn) {
      case 'greaterOrEqual':
        return this.isAtLeast(l, r) || (this.isAtLeast(r, add(l, 1)) ? false : undecided());
      case 'greater':
        return !this.holds('greaterOrEqual', right, left);
      case 'lessOrEqual':
        return this.holds('greaterOrEqual', right, left);
      case 'less':
        return !this.holds('greaterOrEqual', left, right);
      case 'equal':
        if (equal(l, r)) return true;
        return this.isAtLeast(l, add(r, 1)) || this.isAtLeast(r, add(l, 1)) ? false : undecided();
      case 'notEqual':
        return !this.holds('equal', left, right);
      default:
        return undecided();
    }
  }
}
