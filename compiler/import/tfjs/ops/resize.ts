import { resize, type Interpolation } from '../../../expand/resampling.js';
import type { NodeContext } from '../context.js';
import type { Expand, Operators } from '../define.js';
import { requireRank } from '../window.js';

type Sampling = Pick<Interpolation, 'coordinates' | 'nearest'>;

/** Images [batch, height, width, channels] to a height and a width. */
const resized =
  (mode: Interpolation['mode'], samplingOf: (aligned: boolean, centred: boolean) => Sampling): Expand =>
  (context: NodeContext, inputs) => {
    const x = mode === 'nearest' ? context.input(inputs, 0) : context.real(inputs, 0);
    requireRank(context, 'the images', x, 4);
    const sizes = context.sizes(context.input(inputs, 1), 'the size');
    context.requireCount('the numbers of the size', sizes.length, 2);
    const sampling = samplingOf(context.flag('align_corners'), context.flag('half_pixel_centers'));
    const axes = sizes.map((to, at) => {
      const from = x.shape[at + 1]!;
      return { axis: at + 1, from, to, scale: { to, from }, region: undefined };
    });
    const plain = { antialias: false, excludeOutside: false, cubicCoefficient: -0.75, extrapolationValue: 0 };
    return resize(context.build, x, axes, { mode, ...sampling, ...plain });
  };

/** Changes of the resolution of images. */
export const resizing: Operators = {
  ResizeBilinear: resized('linear', (aligned, centred) => ({
    coordinates: aligned ? 'align_corners' : centred ? 'half_pixel' : 'asymmetric',
    nearest: 'floor',
  })),
  ResizeNearestNeighbor: resized('nearest', (aligned, centred) => {
    if (aligned) return { coordinates: 'align_corners', nearest: 'round_prefer_ceil' };
    return { coordinates: centred ? 'tf_half_pixel_for_nn' : 'asymmetric', nearest: 'floor' };
  }),
};
