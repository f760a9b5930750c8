import { equal, floorDiv, mul, type Dim } from '../../../dim.js';
import type { Value } from '../../../ir.js';
import { fractionOf } from '../../../ops/fraction.js';
import type { NodeContext } from '../context.js';
import type { Expand, Operators } from '../define.js';
import {
  coordinateModes,
  nearestModes,
  resize,
  type Interpolation,
  type ResizedAxis,
  type Scale,
} from '../../../expand/resampling.js';

const modes = ['nearest', 'linear', 'cubic'] as const;

/** What a node's attributes say. */
const interpolationOf = (context: NodeContext): Interpolation => ({
  mode: context.oneOf('mode', modes, 'nearest'),
  coordinates: context.oneOf('coordinate_transformation_mode', coordinateModes, 'half_pixel'),
  nearest: context.oneOf('nearest_mode', nearestModes, 'round_prefer_floor'),
  antialias: context.flag('antialias'),
  excludeOutside: context.flag('exclude_outside'),
  cubicCoefficient: context.float('cubic_coeff_a', -0.75),
  extrapolationValue: context.float('extrapolation_value', 0),
});

/** How operators interpolate that have no attributes for it. */
const simple = (mode: Interpolation['mode']): Interpolation => ({
  mode,
  coordinates: 'asymmetric',
  nearest: 'floor',
  antialias: false,
  excludeOutside: false,
  cubicCoefficient: -0.75,
  extrapolationValue: 0,
});

interface Target {
  readonly to: Dim;
  readonly scale: Scale;
}

/** ⌊from · scale⌋, in float32 as the shape rule of ONNX has it. */
function scaled(context: NodeContext, from: Dim, scale: Scale): Target {
  if (typeof scale !== 'number') return { to: floorDiv(mul(from, scale.to), scale.from), scale };
  if (typeof from === 'number') return { to: Math.floor(Math.fround(from * Math.fround(scale))), scale };
  for (let denominator = 1; denominator <= 65536; denominator *= 2) {
    const numerator = scale * denominator;
    if (Number.isInteger(numerator)) return { to: floorDiv(mul(from, numerator), denominator), scale };
  }
  return context.unsupported(`scale ${scale} of a size that only a call tells; fix the size with dims`);
}

/** Scales from an input, as numbers or as quotients of sizes. */
function scalesOf(context: NodeContext, scales: Value): readonly Scale[] {
  if (context.constantOf(scales)) return context.numbers(scales, 'the scales');
  return context.ratios(scales, 'the scales').map((ratio) => {
    const { numerator, denominator } = fractionOf(ratio);
    const isNumber = typeof numerator === 'number' && typeof denominator === 'number';
    return isNumber ? numerator / denominator : { to: numerator, from: denominator };
  });
}

const policies = ['stretch', 'not_larger', 'not_smaller'] as const;

/** The sizes asked for, or those nearest to them that keep the proportions. */
function targetsOf(context: NodeContext, from: readonly Dim[], sizes: readonly Dim[]): readonly Target[] {
  context.requireCount('the number of sizes', sizes.length, from.length);
  const policy = context.oneOf('keep_aspect_ratio_policy', policies, 'stretch');
  const stretched = from.map((each, at) => ({ to: sizes[at]!, scale: { to: sizes[at]!, from: each } }));
  if (policy === 'stretch') return stretched;
  if ([...from, ...sizes].some((size) => typeof size !== 'number')) {
    return context.unsupported(
      `keep_aspect_ratio_policy '${policy}' of sizes that only a call tells; fix them with dims`,
    );
  }
  const known = from as readonly number[];
  const scales = known.map((each, at) => (sizes[at] as number) / each);
  const scale = policy === 'not_larger' ? Math.min(...scales) : Math.max(...scales);
  return known.map((each) => ({ to: Math.floor(scale * each + 0.5), scale }));
}

function regionOf(context: NodeContext, list: Value | undefined, at: number, count: number): ResizedAxis['region'] {
  if (!list || equal(list.shape[0] ?? 0, 0)) return context.unsupported('tf_crop_and_resize needs a region');
  return { list, start: at, end: at + count };
}

/** An optional list that is left out, or has no elements. */
const isAbsent = (list: Value | undefined): list is undefined => list?.shape[0] === undefined || list.shape[0] === 0;

const resizeByInputs: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const [, roi, scales, sizes] = inputs;
  const options = interpolationOf(context);
  const axes = context.ints('axes')?.map((axis) => context.axis(axis, x.shape.length)) ?? [...x.shape.keys()];
  const from = axes.map((axis) => x.shape[axis]!);
  const targets = isAbsent(scales)
    ? targetsOf(context, from, context.sizes(context.input(inputs, 3), 'the sizes'))
    : scalesOf(context, scales).map((scale, at) => scaled(context, from[at] ?? 0, scale));
  context.requireCount('the numbers of scales or sizes', targets.length, axes.length);
  if (!isAbsent(scales) && !isAbsent(sizes)) return context.unsupported('both scales and sizes are given');
  const isCropped = options.coordinates === 'tf_crop_and_resize';
  const known = isCropped ? context.constantOf(roi)?.data : undefined;
  const resized = axes.flatMap((axis, at): ResizedAxis[] => {
    const target = targets[at]!;
    const isWhole = known?.[at] === 0 && known[at + axes.length] === 1 && equal(target.to, from[at]!);
    if (isWhole) return [];
    const region = isCropped ? regionOf(context, roi, at, axes.length) : undefined;
    return [{ axis, from: from[at]!, ...target, region }];
  });
  return resize(context.build, x, resized, options);
};

/** Every axis by its scale, without a choice of coordinates. */
function resizeByScales(context: NodeContext, x: Value, scales: readonly Scale[]): Value {
  const mode = context.oneOf('mode', ['nearest', 'linear', 'bilinear'], 'nearest');
  const axes = x.shape.map((from, axis): ResizedAxis => {
    return { axis, from, ...scaled(context, from, scales[axis]!), region: undefined };
  });
  return resize(context.build, x, axes, simple(mode === 'nearest' ? 'nearest' : 'linear'));
}

const byScales: Expand = (context, inputs) =>
  resizeByScales(context, context.input(inputs, 0), scalesOf(context, context.input(inputs, 1)));

/** Operators that change the resolution of maps. */
export const resizing: Operators = {
  Resize: { 10: byScales, 11: resizeByInputs },
  Upsample: {
    1: (context, inputs) => {
      const scales = [1, 1, context.float('height_scale'), context.float('width_scale')];
      return resizeByScales(context, context.input(inputs, 0), scales);
    },
    7: (context, inputs) => resizeByScales(context, context.input(inputs, 0), context.floats('scales') ?? []),
    9: byScales,
  },
};
