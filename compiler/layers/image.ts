import type { Build } from '../build.js';
import { floorDiv, max, min, mul, sub, type Dim } from '../dim.js';
import { sliceAxis } from '../expand/axes.js';
import { resizeLinear, resizeNearest } from '../expand/resampling.js';
import type { Value } from '../ir.js';
import { expectMap, mapInput, spatialAxes, type DataFormat } from './data-format.js';
import { boolean, dataFormat, defineLayer, integer, oneOf, optional } from './define.js';

interface Target {
  readonly height: number;
  readonly width: number;
  readonly dataFormat: DataFormat;
}

type Axes = readonly [height: number, width: number];

const axesOf = (build: Build, x: Value, { dataFormat }: Target): Axes => {
  expectMap(build, x, 2, dataFormat);
  return spatialAxes(2, dataFormat) as Axes;
};

/** A window of these sizes in the middle of a map, the odd element after it. */
const centre = (build: Build, x: Value, axes: Axes, sizes: readonly [Dim, Dim]): Value =>
  axes.reduce(
    (part, axis, at) => sliceAxis(build, part, axis, floorDiv(sub(x.shape[axis]!, sizes[at]!), 2), sizes[at]!),
    x,
  );

/** The largest window in the middle of a map with the proportions of the target, of at least one element. */
function cropToProportions(build: Build, x: Value, axes: Axes, { height, width }: Target): Value {
  const [rows, columns] = axes.map((axis) => x.shape[axis]!) as [Dim, Dim];
  const largest = (size: Dim, other: Dim, ratio: readonly [number, number]): Dim =>
    max(1, min(size, floorDiv(mul(other, ratio[0]), ratio[1])));
  return centre(build, x, axes, [largest(rows, columns, [height, width]), largest(columns, rows, [width, height])]);
}

/**
 * Maps as images of another size: x [batch, rows, columns, channels] → [batch, height, width, channels]. Pixels are
 * interpolated at their centres, as in tf.image.resize, without smoothing where the result is smaller. With
 * `cropToAspectRatio` what does not have the proportions of the result is cut off on both sides first.
 */
export const resizing = defineLayer('resizing', {
  inputs: ['x'],
  defaultInput: mapInput(2),
  attributes: {
    height: integer(),
    width: integer(),
    interpolation: optional(oneOf('bilinear', 'nearest'), 'bilinear'),
    cropToAspectRatio: optional(boolean(), false),
    dataFormat: dataFormat(),
  },
  parameters: {},
  lower(build, options, _parameters, [x]) {
    const axes = axesOf(build, x, options);
    const source = options.cropToAspectRatio ? cropToProportions(build, x, axes, options) : x;
    const sizes = axes.map((axis, at) => ({ axis, to: at === 0 ? options.height : options.width }));
    return (options.interpolation === 'nearest' ? resizeNearest : resizeLinear)(build, source, sizes);
  },
});

/**
 * The middle of maps: x [batch, rows, columns, channels] → [batch, height, width, channels]. Maps known to be smaller are
 * resized, as by `resizing` with `cropToAspectRatio`; whether they are must be known when compiling.
 */
export const centerCrop = defineLayer('centerCrop', {
  inputs: ['x'],
  defaultInput: mapInput(2),
  attributes: { height: integer(), width: integer(), dataFormat: dataFormat() },
  parameters: {},
  lower(build, options, _parameters, [x]) {
    const axes = axesOf(build, x, options);
    const sizes = [options.height, options.width] as const;
    const isSmaller = axes.some((axis, at) => {
      const size = x.shape[axis]!;
      return typeof size === 'number' && size < sizes[at]!;
    });
    if (!isSmaller) {
      axes.forEach((axis, at) => {
        build.require('atLeast', x.shape[axis]!, sizes[at]!, 'its input of size {got} is smaller than {expected}');
      });
      return centre(build, x, axes, sizes);
    }
    const window = cropToProportions(build, x, axes, options);
    return resizeLinear(
      build,
      window,
      axes.map((axis, at) => ({ axis, to: sizes[at]! })),
    );
  },
});
