import { exponential, logarithm } from './doubles';
import { fillBits } from './philox';
import { chunkLength } from './random';

/*
 * The truncated normal distribution of docs/random.md, by inversion in f64, bit for bit on every target.
 */

const INVERSE_ROOT_TWO_PI: f64 = 0.3989422804014327;
const SMALLEST_NORMAL: f64 = 2.2250738585072014e-308;
const CENTRE: f64 = 0.48;

/** Φ⁻¹(½ + q)/q in q² for |q| ≤ 0.48: numerator from the sixth power down, denominator from the fifth less its 1. */
const CENTRAL = memory.data<f64>([
  -15.077475686068862, -114.8553212498864, 409.91628470950934, -402.6218568925466, 171.72036082792528,
  -33.733457588000626, 2.5066282734830208, -128.6993779426894, 277.0274229490434, -218.7051624883158, 81.39311807944917,
  -14.50490025755257,
]);

/** The standard normal distribution function Φ. */
export function cumulative(x: f64): f64 {
  const t = abs<f64>(x);
  const density = exponential(-0.5 * t * t) * INVERSE_ROOT_TWO_PI;
  let tail: f64 = 0;
  if (t < 3) {
    let term = t;
    let sum = t;
    for (let k: f64 = 3; k < 120; k += 2) {
      term = (term * t * t) / k;
      sum += term;
    }
    tail = 0.5 - density * sum;
  } else if (density > 0) {
    let fraction = t;
    for (let k: f64 = 100; k > 0; k--) fraction = t + k / fraction;
    tail = density / fraction;
  }
  return x < 0 ? tail : 1 - tail;
}

/** Φ⁻¹(p) for p outside [0.02, 0.98]. */
function tailQuantile(p: f64): f64 {
  const lower = p < 0.5;
  const r = sqrt<f64>(-logarithm(lower ? max<f64>(p, SMALLEST_NORMAL) : 1 - p));
  let numerator: f64 = 0.004392027622702328;
  numerator = numerator * r + 0.2586890390242672;
  numerator = numerator * r + 3.3822096955314014;
  numerator = numerator * r + 11.552088893545468;
  numerator = numerator * r + 4.793220021614177;
  numerator = numerator * r - 10.307074465992077;
  numerator = numerator * r - 3.1374204463410718;
  let denominator: f64 = 0.003105603704428137;
  denominator = denominator * r + 0.18293217990348118;
  denominator = denominator * r + 2.401400289111325;
  denominator = denominator * r + 8.581958938144135;
  denominator = denominator * r + 7.22769758593072;
  denominator = denominator * r + 1;
  const z = numerator / denominator;
  return lower ? -z : z;
}

// @ts-ignore: decorator
@inline
function step(sum: v128, x: v128, coefficient: usize): v128 {
  return f64x2.add(f64x2.mul(sum, x), v128.load64_splat(coefficient));
}

/** Φ⁻¹(p) in two lanes; `q` is p − ½, which may have digits that p has lost. */
// @ts-ignore: decorator
@inline
export function quantile(p: v128, q: v128): v128 {
  const t = f64x2.mul(q, q);
  let numerator = step(v128.load64_splat(CENTRAL), t, CENTRAL + 8);
  numerator = step(numerator, t, CENTRAL + 16);
  numerator = step(numerator, t, CENTRAL + 24);
  numerator = step(numerator, t, CENTRAL + 32);
  numerator = step(numerator, t, CENTRAL + 40);
  numerator = step(numerator, t, CENTRAL + 48);
  let denominator = step(v128.load64_splat(CENTRAL + 56), t, CENTRAL + 64);
  denominator = step(denominator, t, CENTRAL + 72);
  denominator = step(denominator, t, CENTRAL + 80);
  denominator = step(denominator, t, CENTRAL + 88);
  denominator = f64x2.add(f64x2.mul(denominator, t), f64x2.splat(1));
  let z = f64x2.div(f64x2.mul(q, numerator), denominator);
  const outside = i64x2.bitmask(f64x2.gt(f64x2.abs(q), f64x2.splat(CENTRE)));
  if (outside & 1) z = f64x2.replace_lane(z, 0, tailQuantile(f64x2.extract_lane(p, 0)));
  if (outside & 2) z = f64x2.replace_lane(z, 1, tailQuantile(f64x2.extract_lane(p, 1)));
  return z;
}

/** Two elements, in the low lanes, from the two low words. */
// @ts-ignore: decorator
@inline
function transform2(words: v128, start: v128, range: v128, mean: v128, std: v128): v128 {
  const u = f64x2.mul(
    f64x2.add(f64x2.convert_low_i32x4_u(words), f64x2.splat(0.5)),
    f64x2.splat(2.3283064365386963e-10),
  );
  const p = f64x2.add(start, f64x2.mul(u, range));
  const z = quantile(p, f64x2.sub(p, f64x2.splat(0.5)));
  return f32x4.demote_f64x2_zero(f64x2.add(mean, f64x2.mul(std, z)));
}

/**
 * Writes elements `first` to `first + count − 1` of the normal distribution with this mean and standard deviation,
 * truncated to [low, high].
 */
export function fillTruncatedNormal(
  target: usize,
  count: usize,
  first: u64,
  key: u64,
  mean: f32,
  std: f32,
  low: f32,
  high: f32,
): void {
  const below = (<f64>low - mean) / std;
  const above = (<f64>high - mean) / std;
  const reflected = below > 0;
  const lower = cumulative(reflected ? -above : below);
  const start = f64x2.splat(lower);
  const range = f64x2.splat(cumulative(reflected ? -below : above) - lower);
  const means = f64x2.splat(mean);
  const stds = f64x2.splat(reflected ? -std : std);
  const lows = f32x4.splat(low);
  const highs = f32x4.splat(high);
  while (count != 0) {
    const length = chunkLength(count, first);
    fillBits(target, length, first, key, 0, 0);
    count -= length;
    first += length;
    let rest = length;
    for (; rest >= 4; rest -= 4) {
      const words = v128.load(target);
      const a = transform2(words, start, range, means, stds);
      const b = transform2(v128.shuffle<i64>(words, words, 1, 1), start, range, means, stds);
      v128.store(target, f32x4.pmin(f32x4.pmax(v128.shuffle<i64>(a, b, 0, 2), lows), highs));
      target += 16;
    }
    for (; rest != 0; rest--) {
      const element = transform2(v128.load32_splat(target), start, range, means, stds);
      v128.store32_lane(target, f32x4.pmin(f32x4.pmax(element, lows), highs), 0);
      target += 4;
    }
  }
}
