/** `; did you mean 'dense'?` for a word that is nearly one of the candidates, else nothing. */
export function didYouMean(word: unknown, candidates: readonly string[]): string {
  const near = typeof word === 'string' ? nearest(word, candidates) : undefined;
  return near === undefined ? '' : `; did you mean '${near}'?`;
}

/** `; nacre's word is 'weight'` where another framework's word is known, else `didYouMean`. */
export function hint(
  word: unknown,
  candidates: readonly string[],
  aliases: (word: string) => readonly string[],
): string {
  const meant = typeof word === 'string' ? aliases(word).find((alias) => candidates.includes(alias)) : undefined;
  return meant === undefined ? didYouMean(word, candidates) : `; nacre's word is '${meant}'`;
}

/** A word without case and separators: `kernel_size` and `kernelSize` are one. */
export const plain = (word: string): string => word.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

const SHORTEST_PREFIX = 3;

/** The candidate that a mistyped or shortened word most likely stands for. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = distanceTo(candidate, word);
    if (distance < bestDistance && distance < candidate.length) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function distanceTo(candidate: string, word: string): number {
  if (candidate === word) return Infinity;
  if (plain(candidate) === plain(word)) return 0;
  if (word.length >= SHORTEST_PREFIX && candidate.startsWith(word)) return 1;
  return editDistance(word, candidate);
}

/** Insertions, deletions, substitutions and swaps of neighbours that lead from one word to another. */
export function editDistance(from: string, to: string): number {
  let older: readonly number[];
  let old: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let i = 1; i <= from.length; i++) {
    [older, old, row] = [old, row, [i]];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      let distance = Math.min(old[j]! + 1, row[j - 1]! + 1, old[j - 1]! + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (swapped) distance = Math.min(distance, older[j - 2]! + 1);
      row[j] = distance;
    }
  }
  return row[to.length]!;
}
