import { pixelsPerImage, type Digits } from './data.js';

/** mulberry32: a reproducible generator of uniform numbers in [0, 1). */
export function uniformGenerator(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Fisher–Yates, in place. */
export function shuffle(order: number[], uniform: () => number): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
}

/** A batch of the given rows, half of the images moved by −1, 0 or 1 pixels along each axis. */
export function augmentedBatch(digits: Digits, rows: readonly number[], uniform: () => number) {
  const images = new Float32Array(rows.length * pixelsPerImage);
  rows.forEach((row, i) => {
    const moved = uniform() < 0.5;
    const dx = moved ? Math.floor(uniform() * 3) - 1 : 0;
    const dy = moved ? Math.floor(uniform() * 3) - 1 : 0;
    const image = digits.images.subarray(row * pixelsPerImage, (row + 1) * pixelsPerImage);
    shift(image, dx, dy, images.subarray(i * pixelsPerImage));
  });
  return { images, labels: Int32Array.from(rows, (row) => digits.labels[row]!) };
}

/** Copies an 8×8 image moved by (dx, dy) pixels; what moves in from outside is 0. */
function shift(image: Float32Array, dx: number, dy: number, target: Float32Array): void {
  for (let y = 0; y < 8; y++) {
    for (let x = 0; x < 8; x++) {
      const inside = 0 <= x - dx && x - dx < 8 && 0 <= y - dy && y - dy < 8;
      target[y * 8 + x] = inside ? image[(y - dy) * 8 + x - dx]! : 0;
    }
  }
}
