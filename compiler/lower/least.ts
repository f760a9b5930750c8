import { valueOf } from '../dim.js';
import type { Constraint, SymbolInfo } from '../ir.js';

/** Sizes that every symbol is tried at together: each small one, then powers of two. */
const candidates = [...Array(64).keys()].map((size) => size + 1);
for (let size = 128; size <= 2 ** 20; size *= 2) candidates.push(size);

const holds = (constraint: Constraint, sizes: ReadonlyMap<string, number>): boolean => {
  const got = valueOf(constraint.got, sizes);
  const expected = valueOf(constraint.expected, sizes);
  if (got === undefined || expected === undefined) return true;
  return constraint.rule === 'equal' ? got === expected : got >= expected;
};

/**
 * Small sizes that break no constraint, by symbol: what a module is laid out for where its variables are wanted before
 * any input. Each symbol's least allowed size where none are found.
 */
export function leastSizes(
  symbols: readonly Omit<SymbolInfo, 'least'>[],
  constraints: readonly Constraint[],
): ReadonlyMap<string, number> {
  const least = new Map(symbols.map(({ name, min }) => [name, min]));
  const fit = (sizes: ReadonlyMap<string, number>): boolean =>
    constraints.every((constraint) => holds(constraint, sizes));
  for (const size of candidates) {
    const sizes = new Map(symbols.map(({ name, min, max }) => [name, Math.min(Math.max(size, min), max)]));
    if (!fit(sizes)) continue;
    for (const [name, size] of least) {
      const smaller = new Map(sizes).set(name, size);
      if (fit(smaller)) sizes.set(name, size);
    }
    return sizes;
  }
  return least;
}
