import { larger } from '../bounds.js';
import type { Build } from '../build.js';
import { ceilDiv, equal, mul, type Dim } from '../dim.js';
import * as f from '../formula.js';
import type { Formula } from '../formula.js';
import type { Value } from '../ir.js';
import { axesOf, picked } from './indexing.js';

export const coordinateModes = [
  'half_pixel',
  'half_pixel_symmetric',
  'pytorch_half_pixel',
  'align_corners',
  'asymmetric',
  'tf_half_pixel_for_nn',
  'tf_crop_and_resize',
] as const;
export const nearestModes = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'] as const;

/** A factor that is given, or a quotient of sizes. */
export type Scale = number | { readonly to: Dim; readonly from: Dim };

/** One axis that is resized. */
export interface ResizedAxis {
  readonly axis: number;
  readonly from: Dim;
  readonly to: Dim;
  /** What `from` is multiplied by, before it is rounded to `to`. */
  readonly scale: Scale;
  /** Where in a list (float32) the ends of the region stand that tf_crop_and_resize takes, as parts of the axis. */
  readonly region: { readonly list: Value; readonly start: number; readonly end: number } | undefined;
}

export interface Interpolation {
  readonly mode: 'nearest' | 'linear' | 'cubic';
  readonly coordinates: (typeof coordinateModes)[number];
  readonly nearest: (typeof nearestModes)[number];
  /** Stretches the kernel where the result is smaller. */
  readonly antialias: boolean;
  readonly excludeOutside: boolean;
  readonly cubicCoefficient: number;
  readonly extrapolationValue: number;
}

const real = (dim: Dim): Formula => (typeof dim === 'number' ? f.f64(dim) : f.convert('f64', f.size(dim)));
const factorOf = (scale: Scale): Formula =>
  typeof scale === 'number' ? f.f64(scale) : f.div(real(scale.to), real(scale.from));

const one: Formula = f.f64(1);
const half: Formula = f.f64(0.5);

/** Where in the source the element of the result at an index lies. */
function coordinateOf({ from, to, scale, region }: ResizedAxis, mode: Interpolation['coordinates']): Formula {
  const at = f.convert('f64', f.axis(0));
  const [factor, last] = [factorOf(scale), f.sub(real(from), one)];
  const isOwn = typeof scale !== 'number' && equal(scale.to, to) && equal(scale.from, from);
  const extent = isOwn ? real(to) : f.mul(factor, real(from));
  const centred = f.sub(f.div(f.add(at, half), factor), half);
  const unlessOne = (many: Formula, lone: Formula): Formula => f.select(f.equal(extent, one), lone, many);
  const spread = (length: Formula): Formula => f.div(f.mul(at, length), f.sub(extent, one));
  switch (mode) {
    case 'half_pixel':
      return centred;
    case 'half_pixel_symmetric': {
      const rounding = f.sub(one, f.div(real(to), extent));
      return f.add(f.mul(f.mul(real(from), half), rounding), centred);
    }
    case 'pytorch_half_pixel':
      return unlessOne(centred, f.f64(0));
    case 'align_corners':
      return unlessOne(spread(last), f.f64(0));
    case 'asymmetric':
      return f.div(at, factor);
    case 'tf_half_pixel_for_nn':
      return f.div(f.add(at, half), factor);
    case 'tf_crop_and_resize': {
      const bound = (index: number): Formula => f.convert('f64', f.load(0, [f.i32(index)]));
      const [start, end] = [bound(region!.start), bound(region!.end)];
      const length = f.mul(f.sub(end, start), last);
      return f.add(unlessOne(spread(length), f.mul(length, half)), f.mul(start, last));
    }
  }
}

function nearestOf(x: Formula, mode: Interpolation['nearest']): Formula {
  switch (mode) {
    case 'round_prefer_floor':
      return f.unary('ceil', f.sub(x, half));
    case 'round_prefer_ceil':
      return f.unary('floor', f.add(x, half));
    case 'floor':
    case 'ceil':
      return f.unary(mode, x);
  }
}

const polynomial = (x: Formula, coefficients: readonly number[]): Formula =>
  coefficients.map<Formula>((coefficient) => f.f64(coefficient)).reduce((sum, next) => f.add(f.mul(sum, x), next));

/** The weight at a distance: a triangle, or Keys' cubic with coefficient `a`. */
function kernelOf(mode: 'linear' | 'cubic', distance: Formula, a: number): Formula {
  return f.bind(f.unary('absolute', distance), 'f64', (x) => {
    if (mode === 'linear') return f.max(f.sub(one, x), f.f64(0));
    const near = polynomial(x, [a + 2, -(a + 3), 0, 1]);
    const far = polynomial(x, [a, -5 * a, 8 * a, -4 * a]);
    return f.select(f.compare('lessOrEqual', x, one), near, f.select(f.less(x, f.f64(2)), far, f.f64(0)));
  });
}

/** Half the taps: how far the kernel reaches. */
function reachOf(build: Build, scale: Scale, support: number, antialias: boolean): Dim {
  if (!antialias) return support;
  if (typeof scale === 'number') return Math.max(support, Math.ceil(support / scale));
  return larger(ceilDiv(mul(scale.from, support), scale.to), support, build.limits);
}

/** The sum of rows [count, taps] of weights, made 1. */
function normalized(build: Build, weights: Value): Value {
  const sums = build.op({ kind: 'reduce', fn: 'sum', axes: [1] }, [weights]);
  return build.binary('divide', weights, build.reshape(sums, [weights.shape[0]!, 1]));
}

/** An axis whose elements are weighted sums of their neighbours. */
function weighted(build: Build, x: Value, resized: ResizedAxis, options: Interpolation): Value {
  const mode = options.mode === 'cubic' ? 'cubic' : 'linear';
  const reach = reachOf(build, resized.scale, mode === 'cubic' ? 2 : 1, options.antialias);
  const shape = [resized.to, mul(reach, 2)];
  const coordinate = coordinateOf(resized, options.coordinates);
  const lists = resized.region ? [resized.region.list] : [];
  const first = f.add(f.sub(f.i32(1), f.size(reach)), f.axis(1));
  const indexOf = (at: Formula): Formula => f.add(f.convert('i32', f.unary('floor', at)), first);
  const last = f.sub(f.size(resized.from), f.i32(1));
  const index = f.clamp(indexOf(coordinate), f.i32(0), last);
  const stretch = options.antialias ? f.min(factorOf(resized.scale), one) : one;
  const weight = f.bind(coordinate, 'f64', (at) =>
    f.bind(indexOf(at), 'i32', (tap) => {
      const distance = f.mul(f.sub(at, f.convert('f64', tap)), stretch);
      const value = kernelOf(mode, distance, options.cubicCoefficient);
      return options.excludeOutside ? f.select(f.inside(tap, f.size(resized.from)), value, f.f64(0)) : value;
    }),
  );
  const indices = build.compute('int32', shape, index, ...lists);
  const weights = build.compute('float32', shape, f.convert('f32', weight), ...lists);
  const sound = options.antialias || options.excludeOutside ? normalized(build, weights) : weights;
  return build.op({ kind: 'resample', axis: resized.axis }, [x, indices, sound]);
}

/** An axis whose elements are each one of the source. */
function nearest(build: Build, x: Value, resized: ResizedAxis, options: Interpolation): Value {
  const coordinate = coordinateOf(resized, options.coordinates);
  const last = f.sub(f.size(resized.from), f.i32(1));
  const index = f.clamp(f.convert('i32', nearestOf(coordinate, options.nearest)), f.i32(0), last);
  return picked(build, x, resized.axis, resized.to, index, resized.region ? [resized.region.list] : []);
}

/** The extrapolation value where the coordinate of any axis is outside the source. */
function extrapolated(
  build: Build,
  x: Value,
  axes: readonly ResizedAxis[],
  { coordinates, extrapolationValue }: Interpolation,
): Value {
  const within = axes.map((resized) => {
    const isWithin = f.bind(coordinateOf(resized, coordinates), 'f64', (at) =>
      f.and(f.compare('greaterOrEqual', at, f.f64(0)), f.compare('lessOrEqual', at, f.sub(real(resized.from), one))),
    );
    return build.compute('bool', [resized.to], isWithin, resized.region!.list);
  });
  const all = axes
    .map<Formula>(({ axis }, at) => f.load(at + 1, [f.axis(axis)]))
    .reduce((left, right) => f.and(left, right));
  const type = f.scalarOf(x.dtype);
  const outside = type.startsWith('f') ? extrapolationValue : Math.trunc(extrapolationValue);
  const formula = f.select(all, f.load(0, axesOf(x.shape.length)), f.number(type, outside));
  return build.compute(x.dtype, x.shape, formula, x, ...within);
}

const isSame = ({ from, to, scale, region }: ResizedAxis): boolean =>
  region === undefined &&
  equal(from, to) &&
  (scale === 1 || (typeof scale !== 'number' && equal(scale.to, scale.from)));

/**
 * Interpolates one axis after the other. The last axis, which no vector goes along, is taken when there is least of the
 * others: first where they grow.
 */
export function resize(build: Build, x: Value, axes: readonly ResizedAxis[], options: Interpolation): Value {
  const changed = axes.filter((resized) => !isSame(resized)).toSorted((a, b) => a.axis - b.axis);
  if (changed.length === 0) return x;
  const shrinks = ({ from, to }: ResizedAxis): boolean =>
    typeof from === 'number' && typeof to === 'number' && to < from;
  const ordered = changed.every(shrinks) ? changed : changed.toReversed();
  const isReal = x.dtype === 'float32' || options.mode === 'nearest';
  const type = f.scalarOf(x.dtype);
  const element = f.load(0, axesOf(x.shape.length));
  const source = isReal ? x : build.compute('float32', x.shape, f.convert('f32', element), x);
  const along = options.mode === 'nearest' ? nearest : weighted;
  const resized = ordered.reduce((current, each) => along(build, current, each, options), source);
  const result = isReal ? resized : build.compute(x.dtype, resized.shape, f.convert(type, element), resized);
  return options.coordinates === 'tf_crop_and_resize' ? extrapolated(build, result, changed, options) : result;
}

/** An axis and its new size. */
export interface NewSize {
  readonly axis: number;
  readonly to: Dim;
}

/** Interpolates axes linearly between the centres of elements; the margins continue the first and the last. */
export const resizeLinear = (build: Build, x: Value, sizes: readonly NewSize[]): Value =>
  resize(
    build,
    x,
    sizes.map(({ axis, to }) => {
      const from = x.shape[axis]!;
      return { axis, from, to, scale: { to, from }, region: undefined };
    }),
    {
      mode: 'linear',
      coordinates: 'half_pixel',
      nearest: 'floor',
      antialias: false,
      excludeOutside: false,
      cubicCoefficient: -0.75,
      extrapolationValue: 0,
    },
  );

/** Takes the elements that the centres of the new ones fall into, where these fall between two the later. */
export function resizeNearest(build: Build, x: Value, sizes: readonly NewSize[]): Value {
  return sizes.reduce((current, { axis, to }) => {
    const from = current.shape[axis]!;
    if (equal(from, to)) return current;
    // A quotient of integers this small is never rounded up to the next one.
    const doubled = f.add(f.mul(f.convert('f64', f.axis(0)), f.f64(2)), one);
    const at = f.div(f.mul(doubled, real(from)), f.mul(real(to), f.f64(2)));
    return picked(build, current, axis, to, f.convert('i32', f.unary('floor', at)));
  }, x);
}
