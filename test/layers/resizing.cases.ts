import * as tf from '@tensorflow/tfjs-core';
import { single, tfjs, tfjsLayer, type InputSource, type LayerCase, type Oracle } from './case.js';
import { at, generate, padded, type Axes2, type Reference } from './reference.js';
import { channelsFirst } from './spatial.cases.js';
import { each } from './spatial-reference.js';

/** The spatial axes without their margins. */
const cropped =
  (...sides: readonly Axes2[]): Oracle =>
  ([x]) => {
    const starts = [0, ...sides.map(([before]) => before), 0];
    const shape = x!.shape.map((size, axis) => size - (sides[axis - 1]?.[0] ?? 0) - (sides[axis - 1]?.[1] ?? 0));
    return generate(shape, (index) =>
      at(
        x!,
        index.map((position, axis) => position + starts[axis]!),
      ),
    );
  };

const repeated =
  (size: number | readonly number[]): Oracle =>
  ([x]) => {
    const factors = [1, ...each(x!.shape.length - 2, size), 1];
    const shape = x!.shape.map((length, axis) => length * factors[axis]!);
    return generate(shape, (index) =>
      at(
        x!,
        index.map((position, axis) => Math.floor(position / factors[axis]!)),
      ),
    );
  };

/** Bilinear interpolation between the centres of pixels, from the definition. */
const interpolated = (x: Reference, [height, width]: Axes2): Reference => {
  const [batch, rows, columns, channels] = x.shape as [number, number, number, number];
  const along = (position: number, from: number, to: number): readonly (readonly [number, number])[] => {
    const centre = Math.min(Math.max(((position + 0.5) * from) / to - 0.5, 0), from - 1);
    const first = Math.min(Math.floor(centre), from - 1);
    return [
      [first, 1 - (centre - first)],
      [Math.min(first + 1, from - 1), centre - first],
    ];
  };
  return generate([batch, height, width, channels], ([n, row, column, channel]) =>
    along(row!, rows, height).reduce(
      (sum, [y, a]) =>
        along(column!, columns, width).reduce((all, [z, b]) => all + a * b * at(x, [n!, y, z, channel!]), sum),
      0,
    ),
  );
};

const upBilinear =
  (size: Axes2): Oracle =>
  ([x]) =>
    interpolated(x!, [x!.shape[1]! * size[0], x!.shape[2]! * size[1]]);

const cropping: readonly LayerCase[] = [
  single('defaults', 'cropping1d', {}, [2, 5, 3], cropped([1, 1])),
  single('[0, 2]', 'cropping1d', { cropping: [0, 2] }, [2, 5, 3], cropped([0, 2])),
  single(
    'channels first',
    'cropping1d',
    { cropping: [2, 1], dataFormat: 'channelsFirst' },
    [2, 3, 6],
    channelsFirst(cropped([2, 1])),
  ),
  single('defaults', 'cropping2d', {}, [2, 3, 4, 3], ([x]) => x!),
  ...(['channelsLast', 'channelsFirst'] as const).flatMap((dataFormat) =>
    [1, [2, 1], [[1, 0], [0, 2]]].map((cropping) =>
      single(
        `${JSON.stringify(cropping)} ${dataFormat}`,
        'cropping2d',
        { cropping, dataFormat },
        [2, 6, 5, 4],
        tfjsLayer((factory) => factory.cropping2D({ cropping, dataFormat } as never)),
      ),
    ),
  ),
  single('defaults', 'cropping3d', {}, [2, 3, 4, 5, 2], cropped([1, 1], [1, 1], [1, 1])),
  single('[1, 0, 2]', 'cropping3d', { cropping: [1, 0, 2] }, [1, 4, 3, 5, 2], cropped([1, 1], [0, 0], [2, 2])),
  single(
    'of sides, channels first',
    'cropping3d',
    { cropping: [[1, 0], [0, 2], [3, 1]], dataFormat: 'channelsFirst' },
    [1, 2, 4, 3, 5],
    channelsFirst(cropped([1, 0], [0, 2], [3, 1])),
  ),
]; // prettier-ignore

const upSampling: readonly LayerCase[] = [
  single('defaults', 'upSampling1d', {}, [2, 3, 4], repeated(2)),
  single('3', 'upSampling1d', { size: 3 }, [2, 3, 1], repeated(3)),
  single('1', 'upSampling1d', { size: 1 }, [2, 3, 2], ([x]) => x!),
  single(
    'channels first',
    'upSampling1d',
    { size: 3, dataFormat: 'channelsFirst' },
    [2, 3, 4],
    channelsFirst(repeated(3)),
  ),
  ...(['channelsLast', 'channelsFirst'] as const).flatMap((dataFormat) =>
    [undefined, [1, 2], [3, 2], [2, 1]].map((size) =>
      single(
        `${String(size ?? 'default')} ${dataFormat}`,
        'upSampling2d',
        { dataFormat, ...(size && { size }) },
        [2, 3, 4, 3],
        tfjsLayer((factory) => factory.upSampling2d({ dataFormat, ...(size && { size }) })),
      ),
    ),
  ),
  ...[1, 8, 13].map((channels) =>
    single(`of ${channels} channels`, 'upSampling2d', { size: [2, 3] }, [1, 3, 2, channels], repeated([2, 3])),
  ),
  ...(
    [
      [2, 2],
      [1, 3],
      [4, 1],
    ] as const
  ).flatMap((size) => [
    single(
      `bilinear ${size.join()}`,
      'upSampling2d',
      { size, interpolation: 'bilinear' },
      [2, 3, 4, 3],
      upBilinear(size),
    ),
    single(
      `bilinear ${size.join()}, channels first`,
      'upSampling2d',
      { size, interpolation: 'bilinear', dataFormat: 'channelsFirst' },
      [2, 3, 1, 4],
      channelsFirst(upBilinear(size)),
    ),
  ]),
  single('defaults', 'upSampling3d', {}, [1, 2, 3, 2, 4], repeated(2)),
  single('[1, 3, 2]', 'upSampling3d', { size: [1, 3, 2] }, [2, 2, 1, 3, 3], repeated([1, 3, 2])),
  single(
    'channels first',
    'upSampling3d',
    { size: [2, 1, 3], dataFormat: 'channelsFirst' },
    [1, 3, 2, 3, 2],
    channelsFirst(repeated([2, 1, 3])),
  ),
];

const sizes: readonly Axes2[] = [
  [5, 7],
  [10, 3],
  [2, 14],
  [6, 6],
  [1, 1],
];

/** The largest window in the middle with the proportions of the target, as Keras computes it. */
function toProportions(x: Reference, [height, width]: Axes2): Reference {
  const [, rows, columns] = x.shape as [number, number, number];
  const high = Math.max(Math.min(rows, Math.trunc((columns * height) / width)), 1);
  const wide = Math.max(Math.min(columns, Math.trunc((rows * width) / height)), 1);
  const [top, left] = [Math.trunc((rows - high) / 2), Math.trunc((columns - wide) / 2)];
  return cropped([top, rows - high - top], [left, columns - wide - left])([x], () => x);
}

/** A size that the layer compares with its own is known when compiling. */
const knownMap = (shape: readonly number[]): InputSource => ({ shape, open: [0, 3] });

const images: readonly LayerCase[] = [
  ...sizes.flatMap((size) => {
    const [height, width] = size;
    return [
      single(`to ${size.join()}`, 'resizing', { height, width }, [2, 5, 7, 3], ([x]) => interpolated(x!, size)),
      single(
        `to ${size.join()}, as tfjs`,
        'resizing',
        { height, width, interpolation: 'bilinear' },
        [1, 4, 6, 2],
        tfjs(([x]) => tf.image.resizeBilinear(x as tf.Tensor4D, [height, width], false, true)),
      ),
      single(
        `nearest to ${size.join()}`,
        'resizing',
        { height, width, interpolation: 'nearest' },
        [2, 5, 7, 3],
        tfjs(([x]) => tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [height, width], false, true)),
      ),
      single(
        `cropped, to ${size.join()}`,
        'resizing',
        { height, width, cropToAspectRatio: true },
        [1, 5, 8, 2],
        ([x]) => interpolated(toProportions(x!, size), size),
      ),
    ];
  }),
  single('cropped to a row', 'resizing', { height: 4, width: 9, cropToAspectRatio: true }, [1, 4, 2, 3], ([x]) =>
    interpolated(toProportions(x!, [4, 9]), [4, 9]),
  ),
  single(
    'channels first',
    'resizing',
    { height: 4, width: 9, dataFormat: 'channelsFirst' },
    [2, 3, 5, 6],
    channelsFirst(([x]) => interpolated(x!, [4, 9])),
  ),
  single('of an even map to an odd one', 'centerCrop', { height: 3, width: 5 }, [2, 6, 6, 3], cropped([1, 2], [0, 1])),
  single('of its own size', 'centerCrop', { height: 4, width: 5 }, [2, 4, 5, 3], ([x]) => x!),
  single(
    'channels first',
    'centerCrop',
    { height: 2, width: 3, dataFormat: 'channelsFirst' },
    [2, 3, 5, 5],
    channelsFirst(cropped([1, 2], [1, 1])),
  ),
  ...(
    [
      [7, 4],
      [4, 9],
      [9, 9],
    ] as const
  ).map((size) =>
    single(
      `of a smaller map, to ${size.join()}`,
      'centerCrop',
      { height: size[0], width: size[1] },
      knownMap([2, 5, 6, 3]),
      ([x]) => interpolated(toProportions(x!, size), size),
    ),
  ),
];

const pad3d =
  (...sides: readonly Axes2[]): Oracle =>
  ([x]) =>
    padded(x!, [[0, 0], ...sides, [0, 0]]);

const zeroPadding: readonly LayerCase[] = [
  single('defaults', 'zeroPadding3d', {}, [2, 2, 3, 2, 3], pad3d([1, 1], [1, 1], [1, 1])),
  single('[1, 0, 2]', 'zeroPadding3d', { padding: [1, 0, 2] }, [1, 2, 3, 2, 2], pad3d([1, 1], [0, 0], [2, 2])),
  single(
    'of sides, channels first',
    'zeroPadding3d',
    { padding: [[1, 0], [0, 2], [3, 1]], dataFormat: 'channelsFirst' },
    [1, 2, 3, 2, 2],
    channelsFirst(pad3d([1, 0], [0, 2], [3, 1])),
  ),
]; // prettier-ignore

/** Layers that change the sizes of maps without parameters. */
export const resizingCases: readonly LayerCase[] = [...cropping, ...zeroPadding, ...upSampling, ...images];
