import type { Mutation } from './mutation.js';

/** The file with the fault in it. */
export function plant({ fault, file, find, replace }: Mutation, text: string): string {
  const times = text.split(find).length - 1;
  if (times !== 1) throw new Error(`${fault}: ${file} has its text ${times} times, not once`);
  return text.replace(find, () => replace);
}
