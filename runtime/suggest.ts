/** `; did you mean 'dense'?` for a word that differs from a candidate in one place, and there only little. */
export function didYouMean(name: string, candidates: readonly string[]): string {
  const word = name.toLowerCase();
  let least = Math.max(2, Math.ceil(word.length / 3));
  let nearest = '';
  for (const candidate of candidates) {
    const other = candidate.toLowerCase();
    const length = Math.max(word.length, other.length);
    let [start, end] = [0, 0];
    while (start < length && word[start] === other[start]) start++;
    while (end < length - start && word.at(-1 - end) === other.at(-1 - end)) end++;
    if (length - start - end <= least) [least, nearest] = [length - start - end - 1, candidate];
  }
  return nearest && `; did you mean '${nearest}'?`;
}
