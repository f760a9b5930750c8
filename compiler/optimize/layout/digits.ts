import { equal, floorDiv, mul, printDim, type Dim } from '../../dim.js';

/**
 * A digit of a position in row-major order, read as a mixed-radix number: it takes `size` values, `stride` positions
 * apart. A list of digits, outermost first, that together make every position once is an order of a value's elements:
 * transposing permutes digits, reshaping cuts or joins them. Digits of size 1 are left out.
 */
export interface Digit {
  readonly size: Dim;
  readonly stride: Dim;
}

/** The exact quotient, if it is known that there is one. */
function divide(left: Dim, right: Dim): Dim | undefined {
  if (equal(left, right)) return 1;
  const quotient = floorDiv(left, right);
  return equal(mul(quotient, right), left) ? quotient : undefined;
}

/** The digits of each axis of a shape in row-major order: one, or none for an axis of size 1. */
export function digitsOf(shape: readonly Dim[]): Digit[][] {
  const digits: Digit[][] = [];
  let stride: Dim = 1;
  for (const size of [...shape].reverse()) {
    digits.unshift(size === 1 ? [] : [{ size, stride }]);
    stride = mul(stride, size);
  }
  return digits;
}

/** The same order in as few digits as can be. */
export function coalesce<D extends Digit>(order: readonly D[], mayJoin: (a: D, b: D) => boolean = () => true): D[] {
  const joined: D[] = [];
  for (const digit of order) {
    const last = joined.at(-1);
    if (digit.size === 1) continue;
    if (last && mayJoin(last, digit) && equal(last.stride, mul(digit.size, digit.stride))) {
      joined[joined.length - 1] = { ...digit, size: mul(last.size, digit.size) };
    } else {
      joined.push(digit);
    }
  }
  return joined;
}

/** What two lists of digits have in common if and only if they are the same order. */
export const keyOf = (order: readonly Digit[]): string =>
  coalesce(order)
    .map(({ size, stride }) => `${printDim(size)}:${printDim(stride)}`)
    .join(' ');

/** Digits by their strides, outermost first; undefined if they do not follow one another without a gap. */
export function inRowMajor<D extends Digit>(digits: readonly D[]): D[] | undefined {
  const byStride = new Map(digits.map((digit) => [printDim(digit.stride), digit]));
  const sorted: D[] = [];
  let stride: Dim = 1;
  for (let next = byStride.get('1'); next && sorted.length < digits.length; next = byStride.get(printDim(stride))) {
    sorted.unshift(next);
    stride = mul(stride, next.size);
  }
  return sorted.length === digits.length ? sorted : undefined;
}

/** The fewest sizes that both lists come from by joining neighbours; undefined if none are known. */
export function commonSizes(a: readonly Dim[], b: readonly Dim[]): Dim[] | undefined {
  const [left, right] = [a, b].map((sizes) => sizes.filter((size) => size !== 1));
  const common: Dim[] = [];
  let [x, y] = [left!.pop(), right!.pop()];
  while (x !== undefined && y !== undefined) {
    const more: Dim | undefined = divide(x, y);
    const less: Dim | undefined = more === undefined ? divide(y, x) : undefined;
    if (more !== undefined) {
      common.unshift(y);
      x = more === 1 ? left!.pop() : more;
      y = right!.pop();
    } else if (less !== undefined) {
      common.unshift(x);
      x = left!.pop();
      y = less;
    } else {
      return undefined;
    }
  }
  return x === undefined && y === undefined ? common : undefined;
}

/** Cuts each digit of a list into those of the sizes given, which `commonSizes` found for it. */
export function cut<D extends Digit>(digits: readonly D[], sizes: readonly Dim[]): D[][] {
  const rest = [...sizes];
  return digits.map((digit) => {
    const own: Dim[] = [];
    for (let size: Dim = 1; !equal(size, digit.size); size = mul(size, own.at(-1)!)) own.push(rest.shift()!);
    let stride = digit.stride;
    const parts: D[] = [];
    for (const size of own.reverse()) {
      parts.unshift({ ...digit, size, stride });
      stride = mul(stride, size);
    }
    return parts;
  });
}
