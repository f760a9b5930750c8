import { cosine, lessQuarters, logarithm, sine } from './doubles';
import { fused, rounded, step } from './fused';
import { fillTorchBits, KEPT, nextWord, SAMPLE, skipWords } from './mersenne';
import { loadLanes, storeLanes } from './simd';
import { cumulative, quantile } from './truncated';

/*
 * The float32 distributions of torch's CPU generator (ATen/native/cpu/DistributionTemplates.h), their f32 operations
 * fused as its builds for processors with fused multiply-add have them: docs/random.md defines every bit.
 */

/** Elements filled with words before they are transformed. */
const CHUNK: usize = 4096;

/** Elements that one Box–Muller transform of whole vectors takes; a tensor of fewer draws in f64, one at a time. */
const BLOCK: usize = 16;

const TWO_PI: f64 = 6.2831854820251465;
const FOUR_OVER_PI: f64 = 1.2732395;
const SQRT_HALF_BITS: i64 = 0x3fe6a09e60000000;

/** ln(1 + x) in [√½ − 1, √2 − 1], less its first two terms, over x³ (Cephes' logf), highest power first. */
const LOGARITHM = memory.data<f32>([
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
]);
const LN2_HIGH: f64 = 0.693359375;
const LN2_LOW = memory.data<f32>([-2.1219444e-4]);

/** Cephes' sinf and cosf, highest power first; π/4 in three parts. */
const SINE = memory.data<f32>([-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1]);
const COSINE = memory.data<f32>([0.000024433157, -0.0013887316, 0.041666646]);
const EIGHTH = memory.data<f32>([-0.78515625, -0.00024187565, -3.774895e-8]);

// @ts-ignore: decorator
@inline
function promoted(address: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load32_splat(address));
}

/** The lower 24 bits of the two low words, times 2⁻²⁴. */
// @ts-ignore: decorator
@inline
function unit(words: v128): v128 {
  return f64x2.mul(f64x2.convert_low_i32x4_u(v128.and(words, i32x4.splat(0xffffff))), f64x2.splat(1.0 / 16777216.0));
}

// @ts-ignore: decorator
@inline
function uniform4(words: v128, low: v128, range: v128): v128 {
  const a = f64x2.add(f64x2.mul(unit(words), range), low);
  const b = f64x2.add(f64x2.mul(unit(v128.shuffle<i64>(words, words, 1, 1)), range), low);
  return v128.shuffle<f64>(f32x4.demote_f64x2_zero(a), f32x4.demote_f64x2_zero(b), 0, 2);
}

/**
 * Writes the next `count` elements of the generator at `state`: tensor.uniform_(low, high), whose bounds torch has in f64
 * and rounds to f32.
 */
export function fillTorchUniform(target: usize, count: usize, state: usize, low: f32, high: f32): void {
  const lows = f64x2.splat(low);
  const range = f64x2.splat(high - low);
  while (count != 0) {
    const length = min<usize>(count, CHUNK);
    fillTorchBits(target, length, state);
    count -= length;
    for (let rest = length; rest != 0;) {
      const lanes = <u32>min<usize>(rest, 4);
      storeLanes(target, uniform4(loadLanes(target, lanes, lows), lows, range), lanes);
      target += (<usize>lanes) << 2;
      rest -= lanes;
    }
  }
}

/** √(−2 ln u) for 0 < u ≤ 1. */
// @ts-ignore: decorator
@inline
function radius(u: v128): v128 {
  const bits = i64x2.sub(u, i64x2.splat(SQRT_HALF_BITS));
  const m = i64x2.add(v128.and(bits, i64x2.splat(0x000fffffffffffff)), i64x2.splat(SQRT_HALF_BITS));
  const e = f64x2.convert_low_i32x4_s(i32x4.shr_s(v128.shuffle<i32>(bits, bits, 1, 3, 1, 3), 20));
  const x = f64x2.sub(m, f64x2.splat(1));
  const z = rounded(f64x2.mul(x, x));
  let y = promoted(LOGARITHM);
  for (let i: usize = 4; i <= 32; i += 4) y = step(y, x, LOGARITHM + i);
  y = rounded(f64x2.mul(y, x));
  y = fused(y, z, rounded(f64x2.mul(e, promoted(LN2_LOW))));
  y = fused(z, f64x2.splat(-0.5), y);
  const logarithm = fused(e, f64x2.splat(LN2_HIGH), rounded(f64x2.add(x, y)));
  return rounded(f64x2.sqrt(f64x2.mul(f64x2.splat(-2), logarithm)));
}

/** Turns the words of two radii at `target` and of two angles 32 bytes on into four normal elements. */
// @ts-ignore: decorator
@inline
function transform2(target: usize, mean: v128, std: v128): void {
  const r = radius(f64x2.sub(f64x2.splat(1), unit(v128.load64_zero(target))));
  const angle = rounded(f64x2.mul(f64x2.splat(TWO_PI), unit(v128.load64_zero(target, 32))));
  const eighths = i32x4.trunc_sat_f64x2_s_zero(rounded(f64x2.mul(angle, f64x2.splat(FOUR_OVER_PI))));
  const even = v128.and(i32x4.add(eighths, i32x4.splat(1)), i32x4.splat(~1));
  const n = f64x2.convert_low_i32x4_s(even);
  let x = fused(n, promoted(EIGHTH), angle);
  x = fused(n, promoted(EIGHTH + 4), x);
  x = fused(n, promoted(EIGHTH + 8), x);
  const z = rounded(f64x2.mul(x, x));
  let c = step(step(promoted(COSINE), z, COSINE + 4), z, COSINE + 8);
  c = fused(rounded(f64x2.mul(c, z)), z, f64x2.mul(z, f64x2.splat(-0.5)));
  c = rounded(f64x2.add(c, f64x2.splat(1)));
  const s = rounded(f64x2.mul(step(step(promoted(SINE), z, SINE + 4), z, SINE + 8), z));
  const sines = fused(s, x, x);
  const quarter = i64x2.extend_low_i32x4_u(i32x4.shr_u(even, 1));
  const odd = i64x2.shr_s(i64x2.shl(quarter, 63), 63);
  const cosineSign = i64x2.shl(i64x2.shr_u(i64x2.add(quarter, i64x2.splat(1)), 1), 63);
  const cosines = v128.xor(v128.bitselect(sines, c, odd), cosineSign);
  const turned = v128.xor(v128.bitselect(c, sines, odd), i64x2.shl(i64x2.shr_u(quarter, 1), 63));
  const first = f64x2.add(f64x2.mul(rounded(f64x2.mul(r, cosines)), std), mean);
  const second = f64x2.add(f64x2.mul(rounded(f64x2.mul(r, turned)), std), mean);
  v128.store64_lane(target, f32x4.demote_f64x2_zero(first), 0);
  v128.store64_lane(target, f32x4.demote_f64x2_zero(second), 0, 32);
}

/** Turns the sixteen words at `target` into normal elements. */
function transformBlock(target: usize, mean: v128, std: v128): void {
  for (let i: usize = 0; i < 32; i += 8) transform2(target + i, mean, std);
}

/** The next double of the generator in [0, 1), a multiple of 2⁻⁵³. */
function nextDouble(state: usize): f64 {
  const high = <u64>nextWord(state);
  const bits = (high << 32) | nextWord(state);
  return <f64>(bits & 0x001fffffffffffff) * 1.1102230246251565e-16;
}

/** The next sample of the generator in f64: a pair takes two doubles, its second member is kept. */
function nextNormal(state: usize): f64 {
  if (load<u32>(state, KEPT) != 0) {
    store<u32>(state, 0, KEPT);
    return load<f64>(state, SAMPLE);
  }
  const angle = 2 * Math.PI * nextDouble(state);
  const r = sqrt<f64>(-2 * logarithm(1 - nextDouble(state)));
  const n = nearest<f64>(angle * (2 / Math.PI));
  const x = lessQuarters(angle, n);
  const quarter = <u32>n;
  const odd = (quarter & 1) != 0;
  const s = odd ? cosine(x) : sine(x);
  const c = odd ? sine(x) : cosine(x);
  store<u32>(state, 1, KEPT);
  store<f64>(state, r * (quarter & 2 ? -s : s), SAMPLE);
  return r * ((quarter + 1) & 2 ? -c : c);
}

/**
 * Writes the next `count` elements of the generator at `state`: tensor.normal_(mean, std) of a contiguous tensor of that
 * many. From 16 elements on, the last 16 are drawn anew where `count` is not a multiple of 16.
 */
export function fillTorchNormal(target: usize, count: usize, state: usize, mean: f64, std: f64): void {
  if (count < BLOCK) {
    for (; count != 0; count--) {
      store<f32>(target, <f32>(nextNormal(state) * std + mean));
      target += 4;
    }
    return;
  }
  const means = f64x2.splat(<f32>mean);
  const stds = f64x2.splat(<f32>std);
  const odd = count & (BLOCK - 1);
  for (let rest = count - odd; rest != 0;) {
    const length = min<usize>(rest, CHUNK);
    fillTorchBits(target, length, state);
    rest -= length;
    for (let left = length; left != 0; left -= BLOCK) {
      transformBlock(target, means, stds);
      target += BLOCK << 2;
    }
  }
  if (odd != 0) {
    fillTorchBits(target, odd, state);
    target -= (BLOCK - odd) << 2;
    fillTorchBits(target, BLOCK, state);
    transformBlock(target, means, stds);
  }
}

/** Advances the generator at `state` as fillTorchUniform or, where `isNormal`, fillTorchNormal of `count` elements does. */
export function skipTorch(count: usize, state: usize, isNormal: i32): void {
  if (!isNormal) {
    skipWords(count, state);
  } else if (count < BLOCK) {
    for (; count != 0; count--) nextNormal(state);
  } else {
    skipWords((count & (BLOCK - 1)) != 0 ? count + BLOCK : count, state);
  }
}

/** Two elements, in the low lanes, from the two low words: x uniform, then mean + scale · Φ⁻¹((1 + x) / 2) / √2. */
// @ts-ignore: decorator
@inline
function truncated2(words: v128, low: v128, range: v128, mean: v128, scale: v128): v128 {
  const one = f64x2.splat(1);
  const x = fused(unit(words), range, low);
  const half = f64x2.mul(x, f64x2.splat(0.5));
  const finite = quantile(f64x2.add(f64x2.splat(0.5), half), half);
  const z = v128.bitselect(f64x2.mul(x, f64x2.splat(Infinity)), finite, f64x2.eq(f64x2.abs(x), one));
  const inverse = rounded(f64x2.mul(z, f64x2.splat(Math.SQRT1_2)));
  return f32x4.demote_f64x2_zero(f64x2.add(rounded(f64x2.mul(inverse, scale)), mean));
}

/**
 * Writes the next `count` elements of the generator at `state`: torch.nn.init.trunc_normal_(tensor, mean, std, low, high)
 * with std > 0 and the bounds in the unit of the mean, but for the last bits of its erf⁻¹.
 */
export function fillTorchTruncatedNormal(
  target: usize,
  count: usize,
  state: usize,
  mean: f64,
  std: f64,
  low: f64,
  high: f64,
): void {
  const start = <f32>(2 * cumulative((low - mean) / std) - 1);
  const starts = f64x2.splat(start);
  const range = f64x2.splat(<f32>(2 * cumulative((high - mean) / std) - 1) - start);
  const means = f64x2.splat(<f32>mean);
  const scale = f64x2.splat(<f32>(std * Math.SQRT2));
  const lows = f32x4.splat(<f32>low);
  const highs = f32x4.splat(<f32>high);
  while (count != 0) {
    const length = min<usize>(count, CHUNK);
    fillTorchBits(target, length, state);
    count -= length;
    for (let rest = length; rest != 0;) {
      const lanes = <u32>min<usize>(rest, 4);
      const words = loadLanes(target, lanes, lows);
      const a = truncated2(words, starts, range, means, scale);
      const b = truncated2(v128.shuffle<i64>(words, words, 1, 1), starts, range, means, scale);
      storeLanes(target, f32x4.pmin(f32x4.pmax(v128.shuffle<f64>(a, b, 0, 2), lows), highs), lanes);
      target += (<usize>lanes) << 2;
      rest -= lanes;
    }
  }
}
