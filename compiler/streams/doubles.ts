/*
 * Elementary functions in f64 that docs/random.md defines: the same bits as those of assembly/doubles.ts. The logarithm
 * and the exponential are in compiler/random.ts.
 */

/** sin x for |x| ≤ π/4. */
export function sine(x: number): number {
  let sum = 1;
  for (let k = 17; k > 1; k -= 2) sum = 1 - (sum * (x * x)) / (k * (k - 1));
  return sum * x;
}

/** cos x for |x| ≤ π/4. */
export function cosine(x: number): number {
  let sum = 1;
  for (let k = 16; k > 0; k -= 2) sum = 1 - (sum * (x * x)) / (k * (k - 1));
  return sum;
}

/** x less n quarter turns, for integral |n| < 2²⁰. */
export function lessQuarters(x: number, n: number): number {
  return x - n * 1.5707963267341256 - n * 6.077100506506192e-11;
}
