import { cosine, exponential, lessQuarters, logarithm, sine } from './doubles';
import { turnsOfLarge } from './trigonometry';

/*
 * Functions for custom initializers: f32 in and out, computed in f64 and rounded once, the same bits on every host and
 * target. docs/random.md defines them.
 */

const REDUCED_IN_F64: f32 = 1048576;
const QUARTER: f64 = Math.PI / 2 / 4611686018427387904.0;

/** ln x; −∞ at ±0, NaN below. */
export function customLog(x: f32): f32 {
  if (x > 0 && x < Infinity) return <f32>logarithm(x);
  if (x == 0) return -Infinity;
  return x > 0 ? x : NaN;
}

/** eˣ. */
export function customExp(x: f32): f32 {
  return x == x ? <f32>exponential(x) : NaN;
}

/** sin(|x| + quarters·π/2); NaN at ±∞. */
function shiftedSine(x: f32, quarters: u32): f32 {
  const a = abs<f32>(x);
  if (!(a < Infinity)) return NaN;
  let rest: f64;
  if (a < REDUCED_IN_F64) {
    const n = nearest<f64>(<f64>a * (2 / Math.PI));
    rest = lessQuarters(a, n);
    quarters += <u32>n;
  } else {
    const turns = turnsOfLarge(a);
    const n = (turns + ((<u64>1) << 61)) >> 62;
    rest = <f64>(<i64>(turns - (n << 62))) * QUARTER;
    quarters += <u32>n;
  }
  const value = <f32>((quarters & 1) != 0 ? cosine(rest) : sine(rest));
  return (quarters & 2) != 0 ? -value : value;
}

/** sin x; NaN at ±∞. */
export function customSin(x: f32): f32 {
  const value = shiftedSine(x, 0);
  return reinterpret<i32>(x) < 0 ? -value : value;
}

/** cos x; NaN at ±∞. */
export function customCos(x: f32): f32 {
  return shiftedSine(x, 1);
}

/** xʸ, its special values those of C's powf. */
export function customPow(x: f32, y: f32): f32 {
  if (y == 0 || x == 1) return 1;
  if (x != x || y != y) return NaN;
  const whole = nearest<f32>(y) == y;
  const a = abs<f32>(x);
  if (x < 0 && a < Infinity && !whole) return NaN;
  // An f32 from 2²⁴ on is even.
  const odd = whole && abs<f32>(y) < 16777216 && ((<i32>y) & 1) != 0;
  let value: f32 = 1;
  if (a == 0) value = y < 0 ? Infinity : 0;
  else if (a == Infinity) value = y < 0 ? 0 : Infinity;
  else if (a != 1) value = <f32>exponential(<f64>y * logarithm(a));
  return odd && reinterpret<i32>(x) < 0 ? -value : value;
}
