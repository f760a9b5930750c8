/** `; did you mean 'dense'?` for a word that differs from a candidate in one place, and there only little. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  let least = Math.max(2, Math.ceil(word.length / 3));
  let nearest = '';
  for (const candidate of candidates) {
    const length = Math.max(word.length, candidate.length);
    let [start, end] = [0, 0];
    while (start < length && word[start] === candidate[start]) start++;
    while (end < length - start && word.at(-1 - end) === candidate.at(-1 - end)) end++;
    if (length - start - end <= least) [least, nearest] = [length - start - end - 1, candidate];
  }
  return nearest && `; did you mean '${nearest}'?`;
}
