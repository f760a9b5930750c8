import type { Dim } from '../../dim.js';
import * as f from '../../formula.js';
import type { Formula } from '../../formula.js';
import type { Value } from '../../ir.js';
import type { NodeContext } from './context.js';
import { each } from '../../expand/integers.js';

/** Integers up to here are exact in float32, and so are all their sums up to here. */
const LIMIT = 2 ** 24;

/** Bytes without their zero point, as float32, and the most that one can be away from 0. */
export interface Shifted {
  readonly values: Value;
  readonly most: number;
}

/** How far from 0 a byte less its zero point can be. */
function mostOf(context: NodeContext, x: Value, zero: Value | undefined): number {
  const [low, high] = x.dtype === 'uint8' ? [0, 255] : [-128, 127];
  if (!zero) return Math.max(-low, high);
  const known = context.constantOf(zero);
  if (!known) return 255;
  const zeros = Array.from(known.data as ArrayLike<number | bigint>, Number);
  return Math.max(0, ...zeros.map((own) => Math.max(own - low, high - own)));
}

/**
 * uint8 or int8 elements less a zero point, which is one number or broadcast.
 */
export function shift(context: NodeContext, x: Value, zero: Value | undefined): Shifted {
  const values = each(context, 'float32', zero ? [x, zero] : [x], ([element, point]) =>
    f.convert('f32', point ? f.sub(element!, point) : element!),
  );
  return { values, most: mostOf(context, x, zero) };
}

/**
 * The exact int32 result of a product of shifted bytes, whose sums over `inner` elements are made in float32: in parts
 * over so few elements that each is exact.
 *
 * @param step inner elements are divided only between multiples of it
 * @param part the float32 product over the inner elements from `start`, `count` of them
 */
export function exactly(
  context: NodeContext,
  [left, right]: readonly [Shifted, Shifted],
  inner: Dim,
  step: number,
  part: (start: number, count: number) => Value,
): Value {
  if (typeof inner !== 'number')
    return context.unsupported('the inner size of the product must be known when compiling');
  const most = Math.floor(LIMIT / Math.max(1, left.most * right.most * step));
  if (most === 0) return context.unsupported(`a kernel of ${step} taps`);
  const parts: Value[] = [];
  const whole = inner / step;
  const count = Math.max(1, Math.ceil(whole / most));
  for (let at = 0; at < count; at++) {
    const [start, end] = [Math.floor((at * whole) / count), Math.floor(((at + 1) * whole) / count)];
    parts.push(part(start, end - start));
  }
  return each(context, 'int32', parts, (sums) => sums.map((sum): Formula => f.convert('i32', sum)).reduce(f.add));
}

/** int32 sums as they are stored in a type of 8 bits: round(sum · scale) + zero, halves to even, cut to the type's range. */
export function requantize(
  context: NodeContext,
  sums: Value,
  scales: readonly [x: Value, w: Value, y: Value],
  zero: Value | undefined,
  dtype: 'uint8' | 'int8',
): Value {
  const [low, high] = dtype === 'uint8' ? [0, 255] : [-128, 127];
  const values = zero ? [sums, ...scales, zero] : [sums, ...scales];
  return each(context, dtype, values, ([sum, x, w, y, point]) => {
    const scaled = f.mul(f.convert('f32', sum!), f.div(f.mul(x!, w!), y!));
    const rounded = f.unary('round', scaled);
    // The sum fits f32 far beyond the range, where it is cut.
    const moved = point ? f.add(rounded, f.convert('f32', point)) : rounded;
    return f.convert('i32', f.clamp(moved, f.f32(low), f.f32(high)));
  });
}
