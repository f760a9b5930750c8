import { printShape } from '../dim.js';
import { thousands } from '../text.js';
import type { Histogram } from './histogram.js';
import type { VariableHistogram } from './variables.js';

/** Integers below 10⁹ as they are, others rounded: `0.02887`, `1e-8`, `-3e+20`. */
export function figure(value: number, digits = 4): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return String(value);
  const rounded = Number(value.toPrecision(digits));
  const size = Math.abs(rounded);
  return size < 1e-4 || size >= 1e9 ? rounded.toExponential() : String(rounded);
}

/** How numbers up to `most` that are `step` apart are written: so that they differ, and none is long. */
export type NumberStyle =
  { readonly kind: 'fixed'; readonly decimals: number } | { readonly kind: 'exponential'; readonly decimals: number };

const SMALL = -4;
const LARGE = 9;
const MOST_DECIMALS = 9;

export function numberStyle(most: number, step: number): NumberStyle {
  const size = most === 0 ? 0 : Math.floor(Math.log10(most) + 1e-9);
  const unit = Math.floor(Math.log10(step) + 1e-9);
  const decimals = Math.max(0, -unit);
  if (size >= SMALL && size < LARGE && decimals <= MOST_DECIMALS) return { kind: 'fixed', decimals };
  return { kind: 'exponential', decimals: Math.min(Math.max(0, size - unit), 15) };
}

/** Numbers as a column shows them, all in one style. */
export function alike(numbers: readonly number[]): string[] {
  const most = Math.max(...numbers.map(Math.abs));
  const step = numbers.length > 1 ? (numbers[1]! - numbers[0]!) / 10 : most;
  const { kind, decimals } = numberStyle(most, step);
  const write = (value: number): string => (kind === 'fixed' ? value.toFixed(decimals) : value.toExponential(decimals));
  // Not -0.00.
  return numbers.map((value) => (Number(write(value)) === 0 ? write(0) : write(value)));
}

export const isConstant = ({ min, max }: Pick<Histogram, 'min' | 'max'>): boolean => min === max;

/** `3,072 values`, `2 NaN`, `1 infinite`. What is not finite is in no bin and not in the statistics. */
export function printCount({ count, nan, infinity, negativeInfinity }: Histogram): string[] {
  const infinite = infinity + negativeInfinity;
  return [
    `${thousands(count)} ${count === 1 ? 'value' : 'values'}`,
    ...(nan > 0 ? [`${thousands(nan)} NaN`] : []),
    ...(infinite > 0 ? [`${thousands(infinite)} infinite`] : []),
  ];
}

/** As many digits as tell min from max, up to the nine of float32. */
function digitsOf({ min, max }: Histogram, usual: number): number {
  const size = Math.max(Math.abs(min), Math.abs(max));
  return min === max ? usual : Math.min(usual + Math.max(0, Math.floor(Math.log10(size / (max - min)))), 9);
}

/** `min -0.05`, `max 0.04998`; nothing where no value is finite. */
export function printRange(histogram: Histogram): string[] {
  const { min, max, edges } = histogram;
  const digits = digitsOf(histogram, 4);
  return edges.length === 0 ? [] : [`min ${figure(min, digits)}`, `max ${figure(max, digits)}`];
}

/** `mean 0.00003`, `std 0.02887`; nothing where no value is finite. */
export function printMoments(histogram: Histogram, digits = 4): string[] {
  const { mean, std, edges } = histogram;
  if (edges.length === 0) return [];
  return [`mean ${figure(mean, digitsOf(histogram, digits))}`, `std ${figure(std, digits)}`];
}

/** `(3, 64, 16)  uniform(-0.05, 0.05)` in parts. */
export const printOrigin = ({ shape, initializer }: VariableHistogram): string[] => [printShape(shape), initializer];
