import { readFileSync, writeFileSync } from 'node:fs';
import { convertIndexedToRgb, decode, encode, type DecodedPng } from 'fast-png';

/** Rows of pixels of red, green and blue, 0 to 255. */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export type Color = readonly [red: number, green: number, blue: number];
/** x to the right and y down, in pixels. */
export type Point = readonly [x: number, y: number];

/** Gray samples of less than a byte, which rows pack from the high bits on, as bytes. */
function unpackGray({ width, height, data, depth }: DecodedPng): Uint8Array {
  const most = 2 ** depth - 1;
  const bytesPerRow = Math.ceil((width * depth) / 8);
  return Uint8Array.from({ length: width * height }, (_, at) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    const byte = data[y * bytesPerRow + ((x * depth) >> 3)]!;
    return (((byte >> (8 - depth - ((x * depth) & 7))) & most) * 255) / most;
  });
}

/** Reads a PNG of any kind; its transparency is dropped. */
export function readPng(path: string | URL): Image {
  const png = decode(readFileSync(path));
  const { width, height, palette } = png;
  const channels = palette ? palette[0]!.length : png.channels;
  const samples = palette ? convertIndexedToRgb(png) : png.depth < 8 ? unpackGray(png) : png.data;
  const shift = png.depth === 16 ? 8 : 0;
  const data = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let c = 0; c < 3; c++) data[pixel * 3 + c] = samples[pixel * channels + (channels < 3 ? 0 : c)]! >> shift;
  }
  return { width, height, data };
}

export function writePng(path: string | URL, { width, height, data }: Image): void {
  writeFileSync(path, encode({ width, height, data, channels: 3, depth: 8 }));
}

/** A part of an image. */
export function crop(image: Image, [left, top]: Point, width: number, height: number): Image {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * image.width + left) * 3;
    data.set(image.data.subarray(start, start + width * 3), y * width * 3);
  }
  return { width, height, data };
}

/** Images one after another on white, to the right or downwards. */
export function arrange(images: readonly Image[], to: 'right' | 'down'): Image {
  const sizes = (axis: 'width' | 'height'): number[] => images.map((image) => image[axis]);
  const total = (list: number[]): number => list.reduce((sum, size) => sum + size, 0);
  const isRight = to === 'right';
  const width = isRight ? total(sizes('width')) : Math.max(...sizes('width'));
  const height = isRight ? Math.max(...sizes('height')) : total(sizes('height'));
  const data = new Uint8Array(width * height * 3).fill(255);
  let start = 0;
  for (const image of images) {
    for (let y = 0; y < image.height; y++) {
      const row = image.data.subarray(y * image.width * 3, (y + 1) * image.width * 3);
      data.set(row, start + y * width * 3);
    }
    start += isRight ? image.width * 3 : image.height * width * 3;
  }
  return { width, height, data };
}

/** The image in the middle of a black square. */
export function padToSquare({ width, height, data }: Image): Image & { readonly left: number; readonly top: number } {
  const side = Math.max(width, height);
  const [left, top] = [(side - width) >> 1, (side - height) >> 1];
  const square = new Uint8Array(side * side * 3);
  for (let y = 0; y < height; y++) {
    square.set(data.subarray(y * width * 3, (y + 1) * width * 3), ((y + top) * side + left) * 3);
  }
  return { width: side, height: side, data: square, left, top };
}

/** What a pixel of the new size is made of: a triangle as wide as two old pixels, or two new ones where those are larger. */
function tapsOf(from: number, to: number): readonly (readonly (readonly [at: number, weight: number])[])[] {
  const ratio = from / to;
  const reach = Math.max(ratio, 1);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * ratio;
    const first = Math.max(Math.floor(centre - reach), 0);
    const last = Math.min(Math.ceil(centre + reach), from);
    const weights = Array.from({ length: last - first }, (_, k) =>
      Math.max(1 - Math.abs(first + k + 0.5 - centre) / reach, 0),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return weights.map((weight, k) => [first + k, weight / sum] as const);
  });
}

/** Another size, bilinear, without aliasing where it is smaller. */
export function resize({ width, height, data }: Image, to: { readonly width: number; readonly height: number }): Image {
  const rows = new Float32Array(height * to.width * 3);
  tapsOf(width, to.width).forEach((taps, x) => {
    for (let y = 0; y < height; y++) {
      for (const [at, weight] of taps) {
        for (let c = 0; c < 3; c++) rows[(y * to.width + x) * 3 + c]! += weight * data[(y * width + at) * 3 + c]!;
      }
    }
  });
  const stride = to.width * 3;
  const resized = new Uint8Array(to.height * stride);
  tapsOf(height, to.height).forEach((taps, y) => {
    for (let i = 0; i < stride; i++) {
      let sum = 0;
      for (const [at, weight] of taps) sum += weight * rows[at * stride + i]!;
      resized[y * stride + i] = Math.round(sum);
    }
  });
  return { ...to, data: resized };
}

function paint({ width, height, data }: Image, x: number, y: number, color: Color): void {
  if (x >= 0 && x < width && y >= 0 && y < height) data.set(color, (y * width + x) * 3);
}

/** Draws the outline of a box into an image, two pixels wide. */
export function drawBox(image: Image, [left, top]: Point, [right, bottom]: Point, color: Color): void {
  const [x0, y0, x1, y1] = [left, top, right, bottom].map(Math.round) as [number, number, number, number];
  for (const inset of [0, 1]) {
    for (let x = x0; x <= x1; x++) for (const y of [y0 + inset, y1 - inset]) paint(image, x, y, color);
    for (let y = y0; y <= y1; y++) for (const x of [x0 + inset, x1 - inset]) paint(image, x, y, color);
  }
}

/** Draws a disc into an image. */
export function drawDisc(image: Image, [x, y]: Point, radius: number, color: Color): void {
  for (let row = Math.floor(y - radius); row <= y + radius; row++) {
    for (let column = Math.floor(x - radius); column <= x + radius; column++) {
      if (Math.hypot(column - x, row - y) <= radius) paint(image, column, row, color);
    }
  }
}
