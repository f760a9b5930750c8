import type { Image } from '../face/image.js';

/** An image at half its size, which is even: each pixel the mean of four. */
export function halve({ width, height, data }: Image): Image {
  const [columns, rows] = [width / 2, height / 2];
  const halved = Uint8Array.from({ length: columns * rows * 3 }, (_, at) => {
    const [c, x, y] = [at % 3, Math.floor(at / 3) % columns, Math.floor(at / (3 * columns))];
    const first = (2 * y * width + 2 * x) * 3 + c;
    return Math.round((data[first]! + data[first + 3]! + data[first + width * 3]! + data[first + width * 3 + 3]!) / 4);
  });
  return { width: columns, height: rows, data: halved };
}

/** The peak signal-to-noise ratio of an image against another of its size, in decibels; infinite for equal ones. */
export function signalToNoise(image: Image, original: Image): number {
  const { data } = original;
  const squares = image.data.reduce((sum, value, at) => sum + (value - data[at]!) ** 2, 0);
  return 10 * Math.log10((255 ** 2 * data.length) / squares);
}
