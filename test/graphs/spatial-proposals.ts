import { activations, dataFormat, divisor, some } from './choices.js';
import type { Draw } from './draw.js';
import type { Proposal } from './proposal.js';

type Rank = 1 | 2 | 3;

const perAxis = (draw: Draw, high: number, rank: Rank = 2, low = 1): unknown =>
  rank === 1 || draw.chance(0.5)
    ? draw.integer(low, high)
    : Array.from({ length: rank }, () => draw.integer(low, high));

/** A number may pad one side more than a pool has elements, so `within` limits it. */
function padding(draw: Draw, rank: Rank, within: number, ...words: readonly string[]): unknown {
  const side = (): number => draw.integer(0, Math.min(2, within));
  const sides = rank === 1 ? [side(), side()] : Array.from({ length: rank }, () => [side(), side()]);
  return draw.pick<unknown>(['same', 'sameLower', ...words, Math.min(1, within), sides]);
}

const words = (rank: Rank): readonly string[] => (rank === 1 ? ['causal'] : []);

/** What the output of a product of `fanIn` terms may be. */
export const convolved = (input: number, fanIn: number): number => input * Math.sqrt(fanIn) + 1;

const convolution = (rank: Rank): Proposal => ({
  ranks: [rank + 2],
  magnitude: convolved,
  attributes(draw, shape) {
    const format = dataFormat(draw);
    const channels = format ? shape[1]! : shape.at(-1)!;
    const groups = draw.chance(0.3) ? divisor(draw, channels) : 1;
    return {
      filters: groups * draw.integer(1, Math.max(1, Math.floor(9 / groups))),
      kernelSize: perAxis(draw, 4, rank),
      ...(format && { dataFormat: format }),
      ...(groups > 1 && { groups }),
      ...some(draw, {
        strides: perAxis(draw, 3, rank),
        padding: padding(draw, rank, 2, ...words(rank)),
        dilation: perAxis(draw, 2, rank),
        activation: draw.pick(activations),
      }),
    };
  },
});

const depthwise = (rank: 1 | 2, separable = false): Proposal => ({
  ranks: [rank + 2],
  magnitude: convolved,
  attributes: (draw) => ({
    ...(separable && { filters: draw.integer(1, 9) }),
    kernelSize: perAxis(draw, 3, rank),
    ...some(draw, {
      depthMultiplier: draw.integer(1, 3),
      strides: perAxis(draw, 2, rank),
      padding: padding(draw, rank, 2, ...words(rank)),
      dilation: perAxis(draw, 2, rank),
      dataFormat: dataFormat(draw),
      activation: draw.pick(activations),
    }),
  }),
});

const transposed = (rank: Rank): Proposal => ({
  ranks: [rank + 2],
  magnitude: convolved,
  attributes(draw) {
    const strides = draw.integer(1, 3);
    return {
      filters: draw.integer(1, 6),
      kernelSize: perAxis(draw, rank === 3 ? 3 : 4, rank),
      strides,
      ...some(draw, {
        padding: 'same',
        outputPadding: draw.integer(0, strides - 1),
        dilation: perAxis(draw, 2, rank),
        dataFormat: dataFormat(draw),
        activation: draw.pick(activations),
      }),
    };
  },
});

const pooling = (rank: Rank): Proposal => ({
  ranks: [rank + 2],
  attributes(draw) {
    const poolSize = draw.integer(1, rank === 1 ? 4 : 3);
    const options = {
      strides: perAxis(draw, 3, rank),
      padding: padding(draw, rank, poolSize - 1),
      dataFormat: dataFormat(draw),
    };
    return { poolSize, ...some(draw, options) };
  },
});

const globalPooling = (rank: Rank): Proposal => ({
  ranks: [rank + 2],
  attributes: (draw) => some(draw, { keepDims: draw.chance(0.5), dataFormat: dataFormat(draw) }),
});

/** Sizes at the ends of axes, as `padding` and `cropping` are written. */
const margins = (draw: Draw, rank: Rank): unknown =>
  draw.pick<unknown>(
    rank === 1
      ? [2, [0, 2], [1, 0]]
      : [
          1,
          Array.from({ length: rank }, () => draw.integer(0, 2)),
          Array.from({ length: rank }, () => [draw.integer(0, 1), draw.integer(0, 2)]),
        ],
  );

const marginal = (rank: Rank, attribute: 'padding' | 'cropping'): Proposal => ({
  ranks: [rank + 2],
  attributes: (draw) => some(draw, { [attribute]: margins(draw, rank), dataFormat: dataFormat(draw) }),
});

const upSampling = (rank: Rank): Proposal => ({
  ranks: [rank + 2],
  attributes: (draw) =>
    some(draw, {
      size: perAxis(draw, rank === 3 ? 2 : 3, rank),
      dataFormat: dataFormat(draw),
      ...(rank === 2 && { interpolation: 'bilinear' }),
    }),
});

/** How to draw layers of sequences, maps and volumes. */
export const spatialProposals: Readonly<Record<string, Proposal>> = {
  conv1d: convolution(1),
  conv2d: convolution(2),
  conv3d: convolution(3),
  depthwiseConv1d: depthwise(1),
  depthwiseConv2d: depthwise(2),
  separableConv1d: depthwise(1, true),
  separableConv2d: depthwise(2, true),
  conv1dTranspose: transposed(1),
  conv2dTranspose: transposed(2),
  conv3dTranspose: transposed(3),
  maxPooling1d: pooling(1),
  averagePooling1d: pooling(1),
  maxPooling2d: pooling(2),
  averagePooling2d: pooling(2),
  maxPooling3d: pooling(3),
  averagePooling3d: pooling(3),
  globalMaxPooling1d: globalPooling(1),
  globalAveragePooling1d: globalPooling(1),
  globalMaxPooling2d: globalPooling(2),
  globalAveragePooling2d: globalPooling(2),
  globalMaxPooling3d: globalPooling(3),
  globalAveragePooling3d: globalPooling(3),
  zeroPadding1d: marginal(1, 'padding'),
  zeroPadding2d: marginal(2, 'padding'),
  zeroPadding3d: marginal(3, 'padding'),
  cropping1d: marginal(1, 'cropping'),
  cropping2d: marginal(2, 'cropping'),
  cropping3d: marginal(3, 'cropping'),
  upSampling1d: upSampling(1),
  upSampling2d: upSampling(2),
  upSampling3d: upSampling(3),
  resizing: {
    ranks: [4],
    attributes: (draw) => ({
      height: draw.integer(1, 8),
      width: draw.integer(1, 8),
      ...some(draw, { interpolation: 'nearest', cropToAspectRatio: true, dataFormat: dataFormat(draw) }),
    }),
  },
  centerCrop: {
    ranks: [4],
    attributes(draw, shape) {
      const format = dataFormat(draw);
      const [height, width] = format ? shape.slice(2) : shape.slice(1);
      const options = { height: draw.integer(1, height!), width: draw.integer(1, width!) };
      return { ...options, ...(format && { dataFormat: format }) };
    },
  },
};
