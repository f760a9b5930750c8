import { halfRange } from './histogram.js';
import { isConstant } from './numbers.js';
import type { VariableHistogram } from './variables.js';

/** Pixels of a plot's own area and around it. */
export const plotArea = { width: 340, height: 150, left: 62, right: 18, top: 12, bottom: 54 } as const;

export const TICKS = 5;

/** The distance of about `ticks` round numbers in a range. */
export function tickStep(range: number, ticks = TICKS): number {
  const power = 10 ** Math.floor(Math.log10(range / ticks));
  const rest = range / ticks / power;
  return power * (rest >= Math.sqrt(50) ? 10 : rest >= Math.sqrt(10) ? 5 : rest >= Math.SQRT2 ? 2 : 1);
}

/** What the horizontal axis shows, a little more than the values. */
export function domainOf(variable: Pick<VariableHistogram, 'min' | 'max'>): [number, number] {
  const { min, max } = variable;
  const [from, to] = isConstant(variable) ? [min - halfRange(min), min + halfRange(min)] : [min, max];
  const margin = (to - from) * 0.03;
  return [from - margin, to + margin];
}
