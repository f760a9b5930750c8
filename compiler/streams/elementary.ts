import { exponential, logarithm, roundHalfEven } from '../random.js';
import { cosine, lessQuarters, sine } from './doubles.js';

/*
 * The functions of custom initializers that docs/random.md defines, for f32 arguments: the same bits as the kernels in
 * assembly/elementary.ts.
 */

const { abs, fround } = Math;

/** 32 zeros, then the first 224 bits of 2/π. */
const TWO_OVER_PI = 0xa2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abn;

/** ln x; −∞ at ±0, NaN below. */
export function customLog(x: number): number {
  if (x > 0 && x < Infinity) return fround(logarithm(x));
  if (x === 0) return -Infinity;
  return x > 0 ? x : NaN;
}

/** eˣ. */
export function customExp(x: number): number {
  return Number.isNaN(x) ? NaN : fround(exponential(x));
}

const view = new DataView(new ArrayBuffer(4));

/** The quarter turns of a finite a ≥ 2²⁰ modulo 4, and what is left of it. */
function reduceLarge(a: number): readonly [quarters: number, rest: number] {
  view.setFloat32(0, a);
  const word = view.getUint32(0);
  const offset = BigInt((word >>> 23) - 120);
  const significand = BigInt((word & 0x7fffff) | 0x800000);
  const high = BigInt.asUintN(64, TWO_OVER_PI >> (192n - offset));
  const low = BigInt.asUintN(32, TWO_OVER_PI >> (160n - offset));
  const turns = significand * high + ((significand * low) >> 32n);
  const quarters = BigInt.asUintN(64, turns + (1n << 61n)) >> 62n;
  return [Number(quarters), Number(BigInt.asIntN(64, turns - (quarters << 62n))) * (Math.PI / 2 / 2 ** 62)];
}

function reduceSmall(a: number): readonly [quarters: number, rest: number] {
  const quarters = roundHalfEven(a * (2 / Math.PI));
  return [quarters, lessQuarters(a, quarters)];
}

/** sin(|x| + quarters·π/2); NaN at ±∞. */
function shiftedSine(x: number, quarters: number): number {
  const a = abs(x);
  if (!(a < Infinity)) return NaN;
  const [turned, rest] = a < 2 ** 20 ? reduceSmall(a) : reduceLarge(a);
  const n = turned + quarters;
  const value = fround(n % 2 === 0 ? sine(rest) : cosine(rest));
  return n & 2 ? -value : value;
}

/** sin x; NaN at ±∞. */
export function customSin(x: number): number {
  const value = shiftedSine(x, 0);
  return x < 0 || Object.is(x, -0) ? -value : value;
}

/** cos x; NaN at ±∞. */
export function customCos(x: number): number {
  return shiftedSine(x, 1);
}

/** xʸ, its special values those of C's powf. */
export function customPow(x: number, y: number): number {
  if (y === 0 || x === 1) return 1;
  if (Number.isNaN(x) || Number.isNaN(y)) return NaN;
  const a = abs(x);
  if (x < 0 && a < Infinity && abs(y) < Infinity && !Number.isInteger(y)) return NaN;
  let value = 1;
  if (a === 0) value = y < 0 ? Infinity : 0;
  else if (a === Infinity) value = y < 0 ? 0 : Infinity;
  else if (a !== 1) value = fround(exponential(y * logarithm(a)));
  const odd = abs(y % 2) === 1;
  return odd && (x < 0 || Object.is(x, -0)) ? -value : value;
}
