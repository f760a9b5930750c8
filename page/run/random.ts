/**
 * Random inputs, the same for the same seed in every engine that computes `Math.log` and `Math.cos` alike. The generator is
 * Mulberry32 (Tommy Ettinger, 2017), a 32-bit counter that is mixed.
 */

/** Numbers from 0 to before 1, multiples of 2⁻³². */
export function uniformNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = state;
    word = Math.imul(word ^ (word >>> 15), word | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Standard normal numbers (Box and Muller, 1958). */
export function normalNumbers(seed: number): () => number {
  const next = uniformNumbers(seed);
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}
