/*
 * The random numbers of docs/random.md, one element at a time: the same bits as the kernels in assembly/, each f32
 * operation rounded by Math.fround. Words are unsigned 32-bit numbers, keys unsigned 64-bit bigints, indices safe
 * integers.
 */

export type Words = readonly [number, number, number, number];

const { fround } = Math;

function multiplyHigh(a: number, b: number): number {
  const low = (a & 0xffff) * (b & 0xffff);
  const middle = (a >>> 16) * (b & 0xffff) + (low >>> 16);
  const cross = (a & 0xffff) * (b >>> 16) + (middle % 65536);
  return ((a >>> 16) * (b >>> 16) + Math.floor(middle / 65536) + Math.floor(cross / 65536)) >>> 0;
}

/** The four words of Philox4x32-10 (Salmon et al., 2011) for one counter. */
export function philox(counter: Words, key: readonly [number, number]): Words {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const next0 = multiplyHigh(0xcd9e8d57, c2) ^ c1 ^ k0;
    const next2 = multiplyHigh(0xd2511f53, c0) ^ c3 ^ k1;
    c1 = Math.imul(0xcd9e8d57, c2) >>> 0;
    c3 = Math.imul(0xd2511f53, c0) >>> 0;
    c0 = next0 >>> 0;
    c2 = next2 >>> 0;
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [c0, c1, c2, c3];
}

function lowWord(value: bigint): number {
  return Number(value & 0xffffffffn);
}

function highWord(value: bigint): number {
  return Number((value >> 32n) & 0xffffffffn);
}

/** The 64-bit FNV-1a hash of bytes. */
export function fnv1a64Bytes(bytes: Uint8Array): bigint {
  let low = 0x84222325;
  let high = 0xcbf29ce4;
  for (const byte of bytes) {
    low = (low ^ byte) >>> 0;
    const product = low * 0x1b3;
    high = (Math.imul(high, 0x1b3) + Math.floor(product / 2 ** 32) + (low << 8)) >>> 0;
    low = product >>> 0;
  }
  return (BigInt(high) << 32n) | BigInt(low);
}

/** The 64-bit FNV-1a hash of the text's UTF-8 bytes. */
export const fnv1a64 = (text: string): bigint => fnv1a64Bytes(new TextEncoder().encode(text));

/** The key of the parameter whose path has this hash, under a 64-bit seed. */
export function deriveKey(seed: bigint, hash: bigint): bigint {
  const words = philox([lowWord(hash), highWord(hash), 0, 0x6e637231], [lowWord(seed), highWord(seed)]);
  return (BigInt(words[1]) << 32n) | BigInt(words[0]);
}

function elementBlock(key: bigint, index: number, draw: number, stream: number): Words {
  const block = Math.floor(index / 4);
  return philox([block % 2 ** 32, Math.floor(block / 2 ** 32), draw, stream], [lowWord(key), highWord(key)]);
}

/** The word of element `index`. */
export function bits(key: bigint, index: number, draw = 0, stream = 0): number {
  return elementBlock(key, index, draw, stream)[index % 4]!;
}

const view = new DataView(new ArrayBuffer(8));

function floatBits(x: number): number {
  view.setFloat32(0, x);
  return view.getInt32(0);
}

function bitsToFloat(word: number): number {
  view.setInt32(0, word);
  return view.getFloat32(0);
}

/** The f32 next below `x`. */
export function nextBelow(x: number): number {
  if (x === 0) return -(2 ** -149);
  const word = floatBits(x);
  return bitsToFloat(word < 0 ? word + 1 : word - 1);
}

/** Element `index` of the uniform distribution on [low, high), both f32. `low` where the two are equal. */
export function uniform(key: bigint, index: number, low: number, high: number): number {
  const u = (bits(key, index) >>> 8) * 2 ** -24;
  const value = fround(low + fround(u * fround(high - low)));
  return Math.min(value, low < high ? nextBelow(high) : low);
}

// Polynomials are listed from the highest power to the lowest.
const LOGARITHM = [-0.0763443, 0.1276155, -0.13160194, 0.14201762, -0.16623357, 0.20001227, -0.25000823, 0.3333333].map(
  fround,
);
const SINE = [-0.00019517298, 0.008332178, -0.16666655].map(fround);
const COSINE = [2.443845e-5, -0.0013887368, 0.041666646].map(fround);
const HALF_PI = fround(Math.PI / 2);
const SQRT_HALF_BITS = 0x3f3504f3;
const SQRT_HALF_BITS_F64 = 0x3fe6a09e667f3bcdn;

function multiplyAdd(a: number, b: number, c: number): number {
  return fround(fround(a * b) + c);
}

function logarithmF32(u: number): number {
  const word = floatBits(u) - SQRT_HALF_BITS;
  const e = word >> 23;
  const f = fround(bitsToFloat((word & 0x7fffff) + SQRT_HALF_BITS) - 1);
  const square = fround(f * f);
  const pair = (i: number): number => multiplyAdd(LOGARITHM[i]!, f, LOGARITHM[i + 1]!);
  const high = fround(multiplyAdd(pair(0), square, pair(2)) * fround(square * square));
  const cubic = fround(fround(high + multiplyAdd(pair(4), square, pair(6))) * fround(square * f));
  const small = fround(fround(square * -0.5) + multiplyAdd(e, fround(-2.1219444e-4), cubic));
  return multiplyAdd(e, 0.693359375, fround(f + small));
}

function quadratic(coefficients: readonly number[], z: number): number {
  return multiplyAdd(multiplyAdd(coefficients[0]!, z, coefficients[1]!), z, coefficients[2]!);
}

function reducedSine(x: number): number {
  const z = fround(x * x);
  return multiplyAdd(quadratic(SINE, z), fround(z * x), x);
}

function reducedCosine(x: number): number {
  const z = fround(x * x);
  return multiplyAdd(quadratic(COSINE, z), fround(z * z), multiplyAdd(z, -0.5, 1));
}

/** x rounded to an integer, ties to even, for 0 ≤ x < 2⁵². */
export function roundHalfEven(x: number): number {
  return x + 2 ** 52 - 2 ** 52;
}

/** Element `index` of the normal distribution with this mean and standard deviation, both f32. */
export function normal(key: bigint, index: number, mean: number, std: number): number {
  const words = elementBlock(key, index, 0, 0);
  const pair = index % 4 < 2 ? 0 : 2;
  return normalOf(words[pair], words[pair + 1]!, index % 2, mean, std);
}

/** What Box–Muller makes of the words of a radius and an angle: the cosine for `member` 0, the sine for 1. */
export function normalOf(radius: number, angle: number, member: number, mean: number, std: number): number {
  const u = ((radius >>> 8) + 1) * 2 ** -24;
  const r = fround(Math.sqrt(-2 * logarithmF32(u)));
  const turns = (angle >>> 8) * 2 ** -22;
  const quarters = roundHalfEven(turns);
  const x = fround((turns - quarters) * HALF_PI);
  const n = quarters + (member === 0 ? 1 : 0);
  const magnitude = n % 2 === 0 ? reducedSine(x) : reducedCosine(x);
  const direction = n % 4 < 2 ? magnitude : -magnitude;
  return fround(mean + fround(std * fround(r * direction)));
}

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** eˣ in f64; 0 below 2⁻¹⁰²², ∞ from about 2¹⁰²⁴ on, for every x but NaN. */
export function exponential(x: number): number {
  const n = Math.floor(x * 1.4426950408889634 + 0.5);
  if (n < -1022) return 0;
  if (n > 1023) return Infinity;
  const r = x - n * LN2_HIGH - n * LN2_LOW;
  let sum = 1;
  for (let k = 14; k > 0; k--) sum = 1 + (sum * r) / k;
  return sum * 2 ** n;
}

/** ln x in f64 for a normal x > 0. */
export function logarithm(x: number): number {
  view.setFloat64(0, x);
  const difference = view.getBigInt64(0) - SQRT_HALF_BITS_F64;
  view.setBigInt64(0, (difference & 0xfffffffffffffn) + SQRT_HALF_BITS_F64);
  const m = view.getFloat64(0);
  const s = (m - 1) / (m + 1);
  const square = s * s;
  let sum = 0;
  for (let k = 21; k > 0; k -= 2) sum = sum * square + 1 / k;
  const e = Number(difference >> 52n);
  return e * LN2_HIGH + (e * LN2_LOW + 2 * s * sum);
}

/** The standard normal distribution function Φ in f64. */
export function normalCumulative(x: number): number {
  const t = Math.abs(x);
  const density = exponential(-0.5 * t * t) * 0.3989422804014327;
  let tail = 0;
  if (t < 3) {
    let term = t;
    let sum = t;
    for (let k = 3; k < 120; k += 2) {
      term = (term * t * t) / k;
      sum += term;
    }
    tail = 0.5 - density * sum;
  } else if (density > 0) {
    let fraction = t;
    for (let k = 100; k > 0; k--) fraction = t + k / fraction;
    tail = density / fraction;
  }
  return x < 0 ? tail : 1 - tail;
}

const CENTRAL_NUMERATOR = [
  -15.077475686068862, -114.8553212498864, 409.91628470950934, -402.6218568925466, 171.72036082792528,
  -33.733457588000626, 2.5066282734830208,
];
const CENTRAL_DENOMINATOR = [
  -128.6993779426894, 277.0274229490434, -218.7051624883158, 81.39311807944917, -14.50490025755257, 1,
];
const TAIL_NUMERATOR = [
  0.004392027622702328, 0.2586890390242672, 3.3822096955314014, 11.552088893545468, 4.793220021614177,
  -10.307074465992077, -3.1374204463410718,
];
const TAIL_DENOMINATOR = [
  0.003105603704428137, 0.18293217990348118, 2.401400289111325, 8.581958938144135, 7.22769758593072, 1,
];

function horner(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient);
}

/** The inverse of Φ for 0 ≤ p < 1 in f64, relative error below 10⁻⁹; −37.5 for p below 2⁻¹⁰²². */
export const normalQuantile = (p: number): number => quantile(p, p - 0.5);

/** The same where `q` is p − ½, with digits that p may have lost. */
export function quantile(p: number, q: number): number {
  if (Math.abs(q) <= 0.48) return (q * horner(CENTRAL_NUMERATOR, q * q)) / horner(CENTRAL_DENOMINATOR, q * q);
  const r = Math.sqrt(-logarithm(q < 0 ? Math.max(p, 2 ** -1022) : 1 - p));
  const z = horner(TAIL_NUMERATOR, r) / horner(TAIL_DENOMINATOR, r);
  return q < 0 ? -z : z;
}

/**
 * Element `index` of the normal distribution with this mean and standard deviation, truncated to [low, high]; all f32,
 * the bounds in the unit of the mean and possibly infinite.
 */
export function truncatedNormal(
  key: bigint,
  index: number,
  mean: number,
  std: number,
  low: number,
  high: number,
): number {
  const a = (low - mean) / std;
  const b = (high - mean) / std;
  const reflected = a > 0;
  const start = normalCumulative(reflected ? -b : a);
  const range = normalCumulative(reflected ? -a : b) - start;
  const u = (bits(key, index) + 0.5) * 2 ** -32;
  const z = normalQuantile(start + u * range);
  return Math.min(Math.max(fround(mean + (reflected ? -std : std) * z), low), high);
}

export type VarianceScalingDistribution = 'uniform' | 'truncatedNormal' | 'untruncatedNormal';

/**
 * The bound (uniform) or standard deviation (normal) of variance scaling as an f32, from a positive scale and a fan.
 * Source: keras/src/initializers/random_initializers.py, VarianceScaling.
 */
export function varianceScale(scale: number, fan: number, distribution: VarianceScalingDistribution): number {
  const n = Math.max(1, fan);
  if (distribution === 'uniform') return fround(Math.sqrt((3 * scale) / n));
  const std = Math.sqrt(scale / n);
  return fround(distribution === 'truncatedNormal' ? std / 0.87962566103423978 : std);
}
