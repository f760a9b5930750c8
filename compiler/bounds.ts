/** What is known of sizes before a call: which of two is the larger, whatever they are. */
import { add, floorDiv, max, min, mul, nonNegative, sub, substitute, symbol, symbolsOf, type Dim } from './dim.js';

/** Symbols that may be 0; all others are at least 1. */
export interface Zeros {
  has(symbol: string): boolean;
}

const none: Zeros = new Set();

/** Quotients and maxima that a proof looks into. */
const MOST_STEPS = 6;

/** Whether `left` ≥ `right` is certain. False says nothing. */
export function isAtLeast(left: Dim, right: Dim, zeros: Zeros = none): boolean {
  const difference = sub(left, right);
  if (typeof difference === 'number') return difference >= 0;
  const least = [...symbolsOf(difference)].filter((name) => !zeros.has(name));
  return isNonNegative(substitute(difference, new Map(least.map((name) => [name, add(symbol(name), 1)]))), MOST_STEPS);
}

/** `floor(a/k)` is from (a − k + 1)/k to a/k, and a maximum is at least either side. */
function isNonNegative(dim: Dim, steps: number): boolean {
  if (nonNegative(dim)) return true;
  if (typeof dim === 'number' || steps === 0) return false;
  return dim.terms.some(({ coefficient, factors: [atom, ...others] }) => {
    if (!atom || atom.kind === 'symbol' || others.length > 0) return false;
    const { left, right } = atom;
    const follows = (rest: Dim, part: Dim): boolean => isNonNegative(add(rest, mul(part, coefficient)), steps - 1);
    if (atom.kind === 'max') {
      const rest = sub(dim, mul(max(left, right), coefficient));
      const [first, second] = [follows(rest, left), follows(rest, right)];
      return coefficient > 0 ? first || second : first && second;
    }
    if (typeof right !== 'number' || right <= 0) return false;
    const rest = sub(dim, mul(floorDiv(left, right), coefficient));
    // A multiple of the divisor that is above its negative is not negative.
    return follows(add(mul(rest, right), right - 1), coefficient > 0 ? sub(left, right - 1) : left);
  });
}

/** The larger of two sizes, in the simplest form that is certain. */
export const larger = (left: Dim, right: Dim, zeros?: Zeros): Dim =>
  isAtLeast(left, right, zeros) ? left : isAtLeast(right, left, zeros) ? right : max(left, right);

/** The smaller of two sizes, in the simplest form that is certain. */
export const smaller = (left: Dim, right: Dim, zeros?: Zeros): Dim =>
  isAtLeast(right, left, zeros) ? left : isAtLeast(left, right, zeros) ? right : min(left, right);
