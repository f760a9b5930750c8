/** `; did you mean 'dense'?` for a word with nearly the letters of a candidate, else nothing. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  let least = word.length / 3;
  let nearest = '';
  for (const candidate of candidates) {
    const others = Array.from(word.toLowerCase()).reduce(
      (rest, letter) => rest.replace(letter, ''),
      candidate.toLowerCase(),
    );
    const distance = word.length - candidate.length + 2 * others.length;
    if (distance < least) [least, nearest] = [distance, candidate];
  }
  return nearest && `; did you mean '${nearest}'?`;
}
