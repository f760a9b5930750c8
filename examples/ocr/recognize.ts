/* What PP-OCRv4's recognition takes and gives: lines of text 48 pixels high, and classes along them. */
import type { Image } from '../face/image.js';

/** Pixels. */
export const HEIGHT = 48;

/** A line as the model takes it, [1, 3, height, width]: blue, green and red from -1 to 1. */
export function planesOf({ width, height, data }: Image): { readonly data: Float32Array; readonly shape: number[] } {
  const area = width * height;
  const planes = new Float32Array(3 * area);
  for (let at = 0; at < area; at++) {
    for (let c = 0; c < 3; c++) planes[c * area + at] = data[at * 3 + 2 - c]! / 127.5 - 1;
  }
  return { data: planes, shape: [1, 3, height, width] };
}

/** The text of classes 1 to last: characters of the model's keys file, a line each, and the space. */
export const alphabetOf = (keys: string): readonly string[] => [...keys.replace(/\r?\n$/, '').split(/\r?\n/), ' '];

/**
 * Reads a line by connectionist temporal classification: the likeliest class of each step, where a class that goes on counts once
 * and class 0 is none. Space at the ends is margin.
 *
 * @param probabilities [steps, classes] or [1, steps, classes]
 */
export function readLine(
  { data, shape }: { readonly data: ArrayLike<number | bigint>; readonly shape: readonly number[] },
  alphabet: readonly string[],
): string {
  const classes = shape.at(-1)!;
  if (classes !== alphabet.length + 1) {
    throw new RangeError(`probabilities: must be of ${alphabet.length + 1} classes, got ${classes}`);
  }
  let text = '';
  let before = 0;
  for (let start = 0; start < data.length; start += classes) {
    let best = 0;
    for (let at = 1; at < classes; at++) if (data[start + at]! > data[start + best]!) best = at;
    if (best !== 0 && best !== before) text += alphabet[best - 1]!;
    before = best;
  }
  return text.trim();
}
