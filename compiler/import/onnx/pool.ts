import { add, floorDiv, max, mul, product, sub, type Dim } from '../../dim.js';
import * as f from '../../formula.js';
import type { Formula } from '../../formula.js';
import type { Padding, Value } from '../../ir.js';
import type { DType } from '../../tensor.js';
import type { NodeContext } from './context.js';
import type { FoldingBuild } from '../../expand/fold.js';
import { poolMap } from '../../expand/pool-map.js';
import { channelsFirst, channelsLast, extentOf, padAxes } from '../../expand/axes.js';
import { kernelShape, spatialOf, windowOf, type Window } from './window.js';

/** The window of a pooling operator, and how often it is laid on each axis. */
export interface PoolWindow extends Window {
  readonly spatial: readonly Dim[];
  readonly outputs: readonly Dim[];
  /** Sizes before each axis and after it, such that the last window ends where they do. */
  readonly reach: Padding;
}

/** Windows along an axis. With `ceil` the last may reach over the padding, but does not start after the map. */
function outputsOf(
  { build }: NodeContext,
  size: Dim,
  [before, after]: readonly [Dim, Dim],
  [extent, stride]: readonly [number, number],
  ceil: boolean,
): Dim {
  const padded = add(add(size, before), after);
  if (!ceil) {
    build.require('atLeast', padded, extent, 'window {expected} is longer than its input ({got})');
    return add(floorDiv(sub(padded, extent), stride), 1);
  }
  // ⌈(padded − extent) / stride⌉ + 1 windows reach the end, ⌈(size + before) / stride⌉ start before it.
  const isLongAfter = typeof after === 'number' && extent - after <= stride;
  const last = isLongAfter ? sub(add(size, before), stride) : sub(padded, extent);
  return add(floorDiv(add(last, stride - 1), stride), 1);
}

/** The window that a pooling operator's attributes describe. */
export function poolWindow(context: NodeContext, x: Value): PoolWindow {
  const spatial = spatialOf(context, x);
  const window = windowOf(context, spatial, kernelShape(context, spatial.length));
  const isSame = context.string('auto_pad', 'NOTSET').startsWith('SAME');
  const ceil = context.flag('ceil_mode') && !isSame;
  const extents = window.kernel.map((kernel, axis) => extentOf(kernel, window.dilation[axis]!));
  const outputs = spatial.map((size, axis) =>
    outputsOf(context, size, window.padding[axis]!, [extents[axis]!, window.strides[axis]!], ceil),
  );
  const reach = window.padding.map(([before, after], axis): readonly [Dim, Dim] => {
    if (!ceil) return [before, after];
    const end = add(mul(sub(outputs[axis]!, 1), window.strides[axis]!), extents[axis]!);
    return [before, sub(sub(end, spatial[axis]!), before)];
  });
  return { ...window, spatial, outputs, reach };
}

/** Whether a float32 op computes a window. */
const isPlain = ({ dilation }: Window, dtype: DType): boolean =>
  dtype === 'float32' && dilation.every((step) => step === 1);

/** Padding of the spatial axes as a pad op has it, channels last. */
const padded = (build: FoldingBuild, map: Value, padding: Padding): Value =>
  padAxes(build, map, [[0, 0], ...padding, [0, 0]]);

/** Whether there is nothing around the axes. */
const isBare = (padding: Padding): boolean => padding.every((sides) => sides.every((side) => side === 0));

/** Where a tap of the window at an element of the output is, along a spatial axis. */
function positionOf({ strides, dilation, padding }: Window, axis: number, tap: Formula): Formula {
  const start = f.mul(f.axis(axis + 2), f.i32(strides[axis]!));
  return f.sub(f.add(start, f.mul(tap, f.i32(dilation[axis]!))), f.size(padding[axis]![0]));
}

/** Folds the elements under the window at an element of the output [batch, channels, ...spatial]. */
function overWindow(
  window: PoolWindow,
  type: f.ScalarType,
  initial: Formula,
  next: (state: Formula, x: Formula) => Formula,
): Formula {
  const counts = window.kernel.map((size) => f.i32(size));
  return f.accumulate(initial, type, counts, (state, taps) => {
    const positions = taps.map((tap, axis) => positionOf(window, axis, tap));
    const isInside = positions.map((at, axis) => f.inside(at, f.size(window.spatial[axis]!))).reduce(f.and);
    return f.select(isInside, next(state, f.load(0, [f.axis(0), f.axis(1), ...positions])), state);
  });
}

/** The least number of a dtype. */
const least: Readonly<Record<DType, number>> = {
  float32: -Infinity,
  int32: -(2 ** 31),
  int64: Number.MIN_SAFE_INTEGER,
  uint8: 0,
  int8: -128,
  bool: 0,
};

/** The largest element of each window of x [batch, channels, ...spatial]. */
export function maximumOf({ build }: NodeContext, x: Value, window: PoolWindow): Value {
  if (isPlain(window, x.dtype)) return channelsFirst(build, poolMap(build, 'maximum', channelsLast(build, x), window));
  const type = f.scalarOf(x.dtype);
  const formula = overWindow(window, type, f.number(type, least[x.dtype]), f.max);
  return build.compute(x.dtype, [...x.shape.slice(0, 2), ...window.outputs], formula, x);
}

/**
 * Where the largest element of each window is in x, int64: the first in row-major order.
 * @param columnMajor counts positions in an image along its first axis first
 */
export function positionOfMaximum({ build }: NodeContext, x: Value, window: PoolWindow, columnMajor: boolean): Value {
  const type = f.scalarOf(x.dtype);
  const rank = window.kernel.length;
  const taps = window.kernel.reduce((count, size) => count * size, 1);
  const sizes = window.spatial.map((size) => f.size(size));
  const order = Array.from({ length: rank }, (_, axis) => (columnMajor ? rank - 1 - axis : axis));
  const result = f.fold(
    f.i32(taps),
    [
      { type, initial: f.number(type, least[x.dtype]) },
      { type: 'i32', initial: f.i32(-1) },
    ],
    (tap, [best, index]) => {
      let inner = 1;
      const each = window.kernel.map(() => f.i32(0) as Formula);
      for (let axis = rank - 1; axis >= 0; axis--) {
        const size = window.kernel[axis]!;
        each[axis] = f.binary('remainder', f.div(tap, f.i32(inner)), f.i32(size));
        inner *= size;
      }
      const positions = each.map((own, axis) => positionOf(window, axis, own));
      const isInside = positions.map((at, axis) => f.inside(at, sizes[axis]!)).reduce(f.and);
      const element = f.load(0, [f.axis(0), f.axis(1), ...positions]);
      const isBetter = f.or(f.less(index!, f.i32(0)), f.less(best!, element));
      const flat = order.reduce<Formula>((at, axis) => f.add(f.mul(at, sizes[axis]!), positions[axis]!), f.i32(0));
      return [
        f.select(isInside, f.select(isBetter, element, best!), best!),
        f.select(isInside, f.select(isBetter, flat, index!), index!),
      ];
    },
    ([, index]) => index!,
  );
  const image = f.add(f.mul(f.axis(0), f.size(x.shape[1]!)), f.axis(1));
  const position = f.add(f.mul(image, f.size(product(window.spatial))), result);
  return build.compute('int64', [...x.shape.slice(0, 2), ...window.outputs], f.convert('i64', position), x);
}

/** How many taps of the windows at an element of the output are in the map, or also in the padding. */
function countUnder(window: PoolWindow, withPadding: boolean): Formula {
  const alongAxis = window.kernel.map((kernel, axis) =>
    f.sum('i32', [f.i32(kernel)], ([tap]) => {
      const position = positionOf(window, axis, tap!);
      const [, after] = window.padding[axis]!;
      const size = window.spatial[axis]!;
      return withPadding ? f.less(position, f.size(add(size, after))) : f.inside(position, f.size(size));
    }),
  );
  return alongAxis.reduce(f.mul);
}

/** The average of each window of float32 x [batch, channels, ...spatial], which may count padding as zeros. */
export function averageOf({ build }: NodeContext, x: Value, window: PoolWindow, withPadding: boolean): Value {
  if (!isPlain(window, x.dtype)) {
    const sum = overWindow(window, 'f64', f.f64(0), (state, element) => f.add(state, f.convert('f64', element)));
    const mean = f.div(sum, f.convert('f64', countUnder(window, withPadding)));
    return build.compute('float32', [...x.shape.slice(0, 2), ...window.outputs], f.convert('f32', mean), x);
  }
  const map = channelsLast(build, x);
  if (!withPadding || isBare(window.padding)) return channelsFirst(build, poolMap(build, 'average', map, window));
  const reach = window.reach.map(([, end], axis): readonly [Dim, Dim] => [0, sub(end, window.padding[axis]![1])]);
  return channelsFirst(build, poolMap(build, 'average', padded(build, map, window.padding), { ...window, reach }));
}

/** The sum of each window of float32 x [batch, channels, ...spatial]. */
export function sumOf({ build }: NodeContext, x: Value, window: PoolWindow): Value {
  if (!isPlain(window, x.dtype)) {
    const sum = overWindow(window, 'f64', f.f64(0), (state, element) => f.add(state, f.convert('f64', element)));
    return build.compute('float32', [...x.shape.slice(0, 2), ...window.outputs], f.convert('f32', sum), x);
  }
  const around = window.padding.map(([before, after], axis): readonly [Dim, Dim] => [
    before,
    max(after, window.reach[axis]![1]),
  ]);
  const reach = window.reach.map(([, end], axis): readonly [Dim, Dim] => [0, sub(end, around[axis]![1])]);
  const mean = poolMap(build, 'average', padded(build, channelsLast(build, x), around), { ...window, reach });
  const taps = window.kernel.reduce((count, size) => count * size, 1);
  const total = build.elementwise(
    { kind: 'binary', fn: 'multiply', left: { kind: 'input', index: 0 }, right: { kind: 'constant', value: taps } },
    mean,
  );
  return channelsFirst(build, total);
}
