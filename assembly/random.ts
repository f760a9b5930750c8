import {
  COSINE,
  LN2_HIGH,
  LN2_LOW,
  LOGARITHM,
  MANTISSA,
  MINUS_HALF,
  ONE,
  SINE,
  splat,
  SQRT_HALF_BITS,
} from './constants';
import { elementBlock, fillBits, lanesFrom } from './philox';
import { storeLanes } from './simd';

/*
 * The distributions of docs/random.md, bit for bit: every operation rounds separately on every target, so nothing here
 * may use multiplyAdd. A chunk at a time is filled with words and transformed in place while it is in the first cache.
 */

/** Elements filled with words before they are transformed; a multiple of 32. */
const CHUNK: usize = 4096;

const UNIT = memory.data<f32>([5.9604644775390625e-8]); // 2⁻²⁴
const QUARTER_TURNS = memory.data<f32>([2.384185791015625e-7]); // 2⁻²²
const HALF_PI = memory.data<u32>([0x3fc90fdb]);
const ROUND = memory.data<f32>([12582912]); // 1.5 · 2²³
const MINUS_TWO = memory.data<f32>([-2]);

/** The number of elements in the chunk that starts at `first`; later ones start at a block. */
export function chunkLength(count: usize, first: u64): usize {
  return min<usize>(count, CHUNK - ((<usize>first) & 3));
}

/** The float next below `x`. */
export function below(x: f32): f32 {
  if (x == 0) return reinterpret<f32>(0x80000001);
  const bits = reinterpret<i32>(x);
  return reinterpret<f32>(bits < 0 ? bits + 1 : bits - 1);
}

/** The upper 24 bits of every word as an f32. */
// @ts-ignore: decorator
@inline
function upperBits(words: v128): v128 {
  return f32x4.convert_i32x4_s(i32x4.shr_u(words, 8));
}

// @ts-ignore: decorator
@inline
function uniform(words: v128, low: v128, range: v128, limit: v128): v128 {
  return f32x4.pmin(f32x4.add(low, f32x4.mul(f32x4.mul(upperBits(words), splat(UNIT)), range)), limit);
}

/**
 * Writes elements `first` to `first + count − 1` of the uniform distribution on [low, high). `low` everywhere where the
 * two are equal.
 */
export function fillUniform(target: usize, count: usize, first: u64, key: u64, low: f32, high: f32): void {
  const lows = f32x4.splat(low);
  const range = f32x4.splat(high - low);
  const limit = f32x4.splat(low < high ? below(high) : low);
  while (count != 0) {
    const length = chunkLength(count, first);
    fillBits(target, length, first, key, 0, 0);
    count -= length;
    first += length;
    let rest = length;
    for (; rest >= 4; rest -= 4) {
      v128.store(target, uniform(v128.load(target), lows, range, limit));
      target += 16;
    }
    for (; rest != 0; rest--) {
      v128.store32_lane(target, uniform(splat(target), lows, range, limit), 0);
      target += 4;
    }
  }
}

/** √(−2 ln u) for the u in (0, 1] of every word. */
// @ts-ignore: decorator
@inline
function radius(words: v128): v128 {
  const u = f32x4.mul(f32x4.add(upperBits(words), splat(ONE)), splat(UNIT));
  const bits = i32x4.sub(u, splat(SQRT_HALF_BITS));
  const e = f32x4.convert_i32x4_s(i32x4.shr_s(bits, 23));
  const f = f32x4.sub(i32x4.add(v128.and(bits, splat(MANTISSA)), splat(SQRT_HALF_BITS)), splat(ONE));
  const square = f32x4.mul(f, f);
  const sixth = f32x4.add(f32x4.mul(splat(LOGARITHM), f), splat(LOGARITHM + 4));
  const fourth = f32x4.add(f32x4.mul(splat(LOGARITHM + 8), f), splat(LOGARITHM + 12));
  const second = f32x4.add(f32x4.mul(splat(LOGARITHM + 16), f), splat(LOGARITHM + 20));
  const zeroth = f32x4.add(f32x4.mul(splat(LOGARITHM + 24), f), splat(LOGARITHM + 28));
  const high = f32x4.mul(f32x4.add(f32x4.mul(sixth, square), fourth), f32x4.mul(square, square));
  const p = f32x4.add(high, f32x4.add(f32x4.mul(second, square), zeroth));
  const cubic = f32x4.mul(p, f32x4.mul(square, f));
  const small = f32x4.add(f32x4.mul(square, splat(MINUS_HALF)), f32x4.add(f32x4.mul(e, splat(LN2_LOW)), cubic));
  const logarithm = f32x4.add(f32x4.mul(e, splat(LN2_HIGH)), f32x4.add(f, small));
  return f32x4.sqrt(f32x4.mul(splat(MINUS_TWO), logarithm));
}

/** 4u + 1.5 · 2²³ for the u in [0, 1) of every word: its low bits are the nearest quarter turn. */
// @ts-ignore: decorator
@inline
function quarterTurns(words: v128): v128 {
  return f32x4.add(f32x4.mul(upperBits(words), splat(QUARTER_TURNS)), splat(ROUND));
}

/** The angle 2πu less its nearest quarter turns. */
// @ts-ignore: decorator
@inline
function residualAngle(words: v128, quarters: v128): v128 {
  const turns = f32x4.mul(upperBits(words), splat(QUARTER_TURNS));
  return f32x4.mul(f32x4.sub(turns, f32x4.sub(quarters, splat(ROUND))), splat(HALF_PI));
}

// @ts-ignore: decorator
@inline
function reducedSine(x: v128): v128 {
  const z = f32x4.mul(x, x);
  const p = f32x4.add(f32x4.mul(f32x4.add(f32x4.mul(splat(SINE), z), splat(SINE + 4)), z), splat(SINE + 8));
  return f32x4.add(f32x4.mul(p, f32x4.mul(z, x)), x);
}

// @ts-ignore: decorator
@inline
function reducedCosine(x: v128): v128 {
  const z = f32x4.mul(x, x);
  const p = f32x4.add(f32x4.mul(f32x4.add(f32x4.mul(splat(COSINE), z), splat(COSINE + 4)), z), splat(COSINE + 8));
  return f32x4.add(f32x4.mul(p, f32x4.mul(z, z)), f32x4.add(f32x4.mul(z, splat(MINUS_HALF)), splat(ONE)));
}

/** The sine of the residual angle and `quarters` quarter turns, from the residual angle's sine and cosine. */
// @ts-ignore: decorator
@inline
function rotated(sine: v128, cosine: v128, quarters: v128): v128 {
  const odd = i32x4.shr_s(i32x4.shl(quarters, 31), 31);
  return v128.xor(v128.bitselect(cosine, sine, odd), i32x4.shl(i32x4.shr_u(quarters, 1), 31));
}

// @ts-ignore: decorator
@inline
function scaled(r: v128, direction: v128, mean: v128, std: v128): v128 {
  return f32x4.add(mean, f32x4.mul(std, f32x4.mul(r, direction)));
}

/** The four normal elements whose words are `block`. */
export function normalBlock(block: v128, mean: v128, std: v128): v128 {
  const odd = v128.shuffle<i32>(block, block, 1, 1, 3, 3);
  const quarters = i32x4.add(quarterTurns(odd), i32x4(1, 0, 1, 0));
  const x = residualAngle(odd, quarterTurns(odd));
  const r = radius(v128.shuffle<i32>(block, block, 0, 0, 2, 2));
  return scaled(r, rotated(reducedSine(x), reducedCosine(x), quarters), mean, std);
}

/** Turns the eight words at `target` into normal elements. */
// @ts-ignore: decorator
@inline
function transformNormal8(target: usize, mean: v128, std: v128): void {
  const a = v128.load(target);
  const b = v128.load(target, 16);
  const odd = v128.shuffle<i32>(a, b, 1, 3, 5, 7);
  const quarters = quarterTurns(odd);
  const x = residualAngle(odd, quarters);
  const sine = reducedSine(x);
  const cosine = reducedCosine(x);
  const r = radius(v128.shuffle<i32>(a, b, 0, 2, 4, 6));
  const even = scaled(r, rotated(sine, cosine, i32x4.add(quarters, i32x4.splat(1))), mean, std);
  const second = scaled(r, rotated(sine, cosine, quarters), mean, std);
  v128.store(target, v128.shuffle<i32>(even, second, 0, 4, 1, 5));
  v128.store(target, v128.shuffle<i32>(even, second, 2, 6, 3, 7), 16);
}

/** Writes elements `first` to `first + count − 1` of the normal distribution with this mean and standard deviation. */
export function fillNormal(target: usize, count: usize, first: u64, key: u64, mean: f32, std: f32): void {
  const means = f32x4.splat(mean);
  const stds = f32x4.splat(std);
  while (count != 0) {
    const offset = (<usize>first) & 3;
    if (offset != 0 || count < 8) {
      const length = min<usize>(4 - offset, count);
      const block = normalBlock(elementBlock(first, key, 0, 0), means, stds);
      storeLanes(target, lanesFrom(block, offset), <u32>length);
      target += length << 2;
      count -= length;
      first += length;
      continue;
    }
    const length = min<usize>(count, CHUNK) & ~7;
    fillBits(target, length, first, key, 0, 0);
    count -= length;
    first += length;
    for (let rest = length; rest != 0; rest -= 8) {
      transformNormal8(target, means, stds);
      target += 32;
    }
  }
}

/** Writes `value` `count` times. */
export function fillConstant(target: usize, count: usize, value: f32): void {
  const values = f32x4.splat(value);
  for (; count >= 4; count -= 4) {
    v128.store(target, values);
    target += 16;
  }
  if (count != 0) storeLanes(target, values, <u32>count);
}

/**
 * The bound (uniform) or standard deviation (normal) of variance scaling, computed in f64 and rounded once.
 * `distribution`: 0 uniform, 1 truncated normal, 2 untruncated normal.
 */
export function varianceScale(scale: f64, fan: f64, distribution: i32): f32 {
  const n = max<f64>(1, fan);
  if (distribution == 0) return <f32>sqrt<f64>((3 * scale) / n);
  const std = sqrt<f64>(scale / n);
  return <f32>(distribution == 1 ? std / 0.87962566103423978 : std);
}
