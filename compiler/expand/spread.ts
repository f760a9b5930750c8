import { isAtLeast } from '../bounds.js';
import { add, equal, mul, sub, type Dim } from '../dim.js';
import * as f from '../formula.js';
import type { Padding, Value } from '../ir.js';
import type { ExpandContext } from './context.js';
import { axesOf, picked } from './indexing.js';
import { loadBroadcast } from './integers.js';
import { sliced } from './slicing.js';

const sameShape = (a: readonly Dim[], b: readonly Dim[]): boolean =>
  a.length === b.length && a.every((size, axis) => equal(size, b[axis]!));

/** A value repeated along axes of size 1 up to a shape that it broadcasts to. */
export function spreadTo(context: ExpandContext, x: Value, shape: readonly Dim[]): Value {
  if (sameShape(x.shape, shape)) return x;
  const whole = shape.filter((size) => size !== 1);
  const own = x.shape.filter((size) => size !== 1);
  if (sameShape(whole, own)) return context.build.reshape(x, shape);
  const [element] = loadBroadcast([x], shape.length);
  return context.build.compute(x.dtype, shape, element!, x);
}

/** Repeats along every axis: each gets one before it, along which it is repeated. */
export function tile(context: ExpandContext, x: Value, repeats: readonly Dim[]): Value {
  if (repeats.length !== x.shape.length) {
    return context.build.fail(`needs as many repeats as axes, ${x.shape.length}, got ${repeats.length}`);
  }
  const apart = context.build.reshape(
    x,
    x.shape.flatMap((size) => [1, size]),
  );
  const spread = spreadTo(
    context,
    apart,
    x.shape.flatMap((size, axis) => [repeats[axis]!, size]),
  );
  return context.build.reshape(
    spread,
    x.shape.map((size, axis) => mul(size, repeats[axis]!)),
  );
}

/** What is added: a number, the axis in reverse without or with its last element, that element, the axis again. */
export const padModes = ['constant', 'reflect', 'symmetric', 'edge', 'wrap'] as const;
export type PadMode = (typeof padModes)[number];

/** The index in an axis of `length` elements that an index before, inside or after it stands for. */
function sourceOf(mode: Exclude<PadMode, 'constant'>, index: f.Formula, length: Dim): f.Formula {
  const last = f.sub(f.size(length), f.i32(1));
  if (mode === 'edge') return f.clamp(index, f.i32(0), last);
  const modulo = (period: f.Formula): f.Formula =>
    f.binary('remainder', f.add(f.binary('remainder', index, period), period), period);
  if (mode === 'wrap') return modulo(f.size(length));
  if (mode === 'symmetric') {
    const period = f.mul(f.i32(2), f.size(length));
    return f.bind(modulo(period), 'i32', (at) => f.min(at, f.sub(f.sub(period, f.i32(1)), at)));
  }
  // An axis of one element has nothing to reflect in.
  const period = f.max(f.mul(f.i32(2), last), f.i32(1));
  return f.bind(modulo(period), 'i32', (at) => f.min(at, f.sub(period, at)));
}

const isNegative = (size: Dim): boolean => typeof size === 'number' && size < 0;

/** Negative padding takes elements away. */
function cropped(context: ExpandContext, x: Value, padding: Padding): Value {
  const cut = padding.map((sides) => sides.map((size) => (isNegative(size) ? mul(size, -1) : 0)) as [Dim, Dim]);
  return sliced(
    context,
    x,
    x.shape.map((size, axis) => {
      const [before, after] = cut[axis]!;
      return { start: before, step: 1, size: sub(size, add(before, after)) };
    }),
  );
}

/** With a number that only a call tells. */
function padWith(context: ExpandContext, x: Value, padding: Padding, value: Value): Value {
  const shape = x.shape.map((size, axis) => padding[axis]!.reduce(add, size));
  const indices = axesOf(x.shape.length).map((index, axis) => f.sub(index, f.size(padding[axis]![0])));
  const isInside = indices.reduce<f.Formula>((all, index, axis) => {
    return padding[axis]!.every((size) => size === 0) ? all : f.and(all, f.inside(index, f.size(x.shape[axis]!)));
  }, f.i32(1));
  const scalar = context.build.reshape(value, []);
  return context.build.compute(x.dtype, shape, f.select(isInside, f.load(0, indices), f.load(1, [])), x, scalar);
}

/** Elements added before and after each axis, or taken away where a number is negative. */
export function padded(
  context: ExpandContext,
  whole: Value,
  padding: Padding,
  mode: PadMode,
  value: Value | number = 0,
): Value {
  for (const size of padding.flat()) {
    if (typeof size === 'number' || isAtLeast(size, 0, context.build.limits)) continue;
    context.build.require('atLeast', size, 0, 'padding must be at least {expected}, got {got}');
  }
  const x = cropped(context, whole, padding);
  const added = padding.map((sides) => sides.map((size) => (isNegative(size) ? 0 : size)) as [Dim, Dim]);
  if (added.flat().every((size) => size === 0)) return x;
  if (mode === 'constant') {
    const number = typeof value === 'number' ? value : knownNumber(context, value);
    if (number === undefined) return padWith(context, x, added, value as Value);
    return context.build.op({ kind: 'pad', padding: added, value: number }, [x]);
  }
  return added.reduce((current, [before, after], axis) => {
    if (before === 0 && after === 0) return current;
    const length = x.shape[axis]!;
    const count = add(add(length, before), after);
    return picked(context.build, current, axis, count, sourceOf(mode, f.sub(f.axis(0), f.size(before)), length));
  }, x);
}

function knownNumber(context: ExpandContext, value: Value): number | undefined {
  const [number] = context.constantOf(value)?.data ?? [];
  return number === undefined || !(typeof number === 'number' || Number.isSafeInteger(Number(number)))
    ? undefined
    : Number(number);
}
