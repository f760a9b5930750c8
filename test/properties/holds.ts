import type { ExecutionContext } from 'ava';
import fc from 'fast-check';

/** Asserts that a property holds of `runs` examples, the same each time; the failure shows the smallest counterexample. */
export function holds<T>(t: ExecutionContext, property: fc.IProperty<T>, runs: number): void {
  t.notThrows(() => fc.assert(property, { numRuns: runs, seed: 1 }));
}
