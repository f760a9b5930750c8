/** Pictures as tensors and tensors as pictures. */

/** What a pixel's 0 to 255 become. */
export const pixelRanges = ['0 to 1', '0 to 255', '−1 to 1', 'ImageNet'] as const;
export type PixelRange = (typeof pixelRanges)[number];

/** Where the axes of a picture are. */
export interface PictureShape {
  readonly images: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly channelsFirst: boolean;
}

/** Pixels of a side, and how much longer one side may be: anything else is a table. */
const LEAST = 8;
const MOST_RATIO = 4;
const isChannels = (size: number | undefined): size is number => size === 1 || size === 3 || size === 4;

/** The picture that a shape may be: [batch, height, width, channels], [batch, channels, height, width] or less; or none. */
export function pictureShape(shape: readonly number[]): PictureShape | undefined {
  const picture = (images: number, height = 0, width = 0, channels = 1, channelsFirst = false) =>
    Math.min(height, width) >= LEAST && Math.max(height, width) <= MOST_RATIO * Math.min(height, width) && images >= 1
      ? { images, height, width, channels, channelsFirst }
      : undefined;
  if (shape.length === 2) return picture(1, shape[0], shape[1]);
  const [images, [a, b, c]] =
    shape.length === 4 ? [shape[0]!, shape.slice(1)] : shape.length === 3 ? [1, shape] : [0, []];
  if (isChannels(c)) return picture(images, a, b, c);
  if (isChannels(a)) return picture(images, b, c, a, true);
  // Three axes may be several grey pictures.
  return shape.length === 3 ? picture(shape[0]!, shape[1], shape[2]) : undefined;
}

/** Means and deviations of red, green and blue over ImageNet, as torchvision normalizes by them. */
const imageNet = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] } as const;

function convert(pixel: number, channel: number, range: PixelRange): number {
  switch (range) {
    case '0 to 1':
      return pixel / 255;
    case '0 to 255':
      return pixel;
    case '−1 to 1':
      return pixel / 127.5 - 1;
    case 'ImageNet':
      return (pixel / 255 - imageNet.mean[channel % 3]!) / imageNet.deviation[channel % 3]!;
  }
}

/** Luma of ITU-R BT.601. */
const grey = (rgba: Uint8ClampedArray, at: number): number =>
  0.299 * rgba[at]! + 0.587 * rgba[at + 1]! + 0.114 * rgba[at + 2]!;

/** The values of a picture whose pixels are [height, width, red green blue alpha], once for each image of the shape. */
export function valuesOfPixels(
  rgba: Uint8ClampedArray,
  { images, height, width, channels, channelsFirst }: PictureShape,
  range: PixelRange,
): Float32Array {
  const size = height * width;
  const values = new Float32Array(images * size * channels);
  for (let pixel = 0; pixel < size; pixel++) {
    for (let channel = 0; channel < channels; channel++) {
      const source = channels === 1 ? grey(rgba, pixel * 4) : rgba[pixel * 4 + channel]!;
      values[channelsFirst ? channel * size + pixel : pixel * channels + channel] = convert(source, channel, range);
    }
  }
  for (let image = 1; image < images; image++) values.copyWithin(image * size * channels, 0, size * channels);
  return values;
}

/** @throws Error for a shape that is no picture's */
export function pixelsToValues(
  bitmap: ImageBitmap,
  range: PixelRange,
  shape: readonly number[],
  name: string,
): Float32Array {
  const picture = pictureShape(shape);
  if (!picture) throw new Error(`${name}: (${shape.join(', ')}) is no picture; give values in a .npy file`);
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, picture.width, picture.height);
  return valuesOfPixels(context.getImageData(0, 0, picture.width, picture.height).data, picture, range);
}

/** Pixels of the first image of values that go from `low` to `high`. */
export function pixelsOfValues(
  values: ArrayLike<number>,
  { height, width, channels, channelsFirst }: PictureShape,
  [low, high]: readonly [number, number],
): Uint8ClampedArray<ArrayBuffer> {
  const size = height * width;
  const rgba = new Uint8ClampedArray(size * 4);
  const scale = high > low ? 255 / (high - low) : 0;
  const at = (pixel: number, channel: number): number =>
    (values[channelsFirst ? channel * size + pixel : pixel * channels + channel]! - low) * scale;
  for (let pixel = 0; pixel < size; pixel++) {
    for (let channel = 0; channel < 3; channel++) rgba[pixel * 4 + channel] = at(pixel, channels === 1 ? 0 : channel);
    rgba[pixel * 4 + 3] = channels === 4 ? at(pixel, 3) : 255;
  }
  return rgba;
}
