import { logarithm, normalCumulative, quantile, roundHalfEven } from '../random.js';
import { cosine, lessQuarters, sine } from './doubles.js';

/*
 * The streams of torch's CPU generator that docs/random.md defines: the same bits as the kernels in assembly/torch.ts.
 */

const { fround, PI } = Math;
const SIZE = 624;

// Polynomials are listed from the highest power to the lowest.
const LOGARITHM = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
].map(fround);
const SINE = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1].map(fround);
const COSINE = [0.000024433157, -0.0013887316, 0.041666646].map(fround);
const EIGHTHS = [0.78515625, 0.00024187565, 3.774895e-8].map(fround);
const SQRT_HALF = fround(Math.SQRT1_2);

function fused(a: number, b: number, c: number): number {
  return fround(a * b + c);
}

function fusedHorner(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => fused(sum, x, coefficient));
}

/** √(−2 ln u) in f32 for a multiple u of 2⁻²⁴ in (0, 1]. */
function radius(u: number): number {
  let e = 0;
  let m = u;
  for (; m < SQRT_HALF; m *= 2) e--;
  const x = m - 1;
  const z = fround(x * x);
  const cubic = fused(fround(fusedHorner(LOGARITHM, x) * x), z, fround(e * fround(-2.1219444e-4)));
  const log = fused(e, 0.693359375, fround(x + fused(z, -0.5, cubic)));
  return fround(Math.sqrt(-2 * log));
}

/** [cosine, sine] of `quarters` quarter turns and the angle whose own are these. */
function turned(ownCosine: number, ownSine: number, quarters: number): [number, number] {
  const [c, s] = quarters % 2 === 0 ? [ownCosine, ownSine] : [ownSine, ownCosine];
  return [(quarters + 1) & 2 ? -c : c, quarters & 2 ? -s : s];
}

/** [cosine, sine] in f32 of 2πu for a multiple u of 2⁻²⁴ in [0, 1). */
function direction(u: number): [number, number] {
  const angle = fround(fround(2 * PI) * u);
  const quarters = (Math.trunc(fround(angle * fround(4 / PI))) + 1) >> 1;
  const x = EIGHTHS.reduce((rest, eighth) => fused(2 * quarters, -eighth, rest), angle);
  const z = fround(x * x);
  const ownCosine = fround(fused(fround(fusedHorner(COSINE, z) * z), z, z * -0.5) + 1);
  return turned(ownCosine, fused(fround(fusedHorner(SINE, z) * z), x, x), quarters);
}

/** [cosine, sine] in f64 of an angle in [0, 2π]. */
function accurateDirection(angle: number): [number, number] {
  const quarters = roundHalfEven(angle * (2 / PI));
  const x = lessQuarters(angle, quarters);
  return turned(cosine(x), sine(x), quarters);
}

/** torch's CPU generator after torch.manual_seed(seed); float32 tensors are drawn whole, in the order of the calls. */
export class TorchGenerator {
  readonly #words = new Uint32Array(SIZE);
  #index = SIZE;
  #kept: number | undefined;

  /** Only the low 32 bits of the seed count. */
  constructor(seed: bigint) {
    let word = Number(seed & 0xffffffffn);
    for (let i = 0; i < SIZE; i++) {
      if (i > 0) word = (Math.imul(1812433253, word ^ (word >>> 30)) + i) >>> 0;
      this.#words[i] = word;
    }
  }

  /** The next word of MT19937 (Matsumoto and Nishimura, 1998). */
  bits(): number {
    if (this.#index === SIZE) this.#advance();
    let y = this.#words[this.#index++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** tensor.uniform_(low, high) of `count` elements, for f32 bounds. */
  uniform(count: number, low: number, high: number): Float32Array {
    const range = fround(high - low);
    return Float32Array.from({ length: count }, () => fused(this.#unit(), range, low));
  }

  /** tensor.normal_(mean, std) of a contiguous tensor of `count` elements. */
  normal(count: number, mean: number, std: number): Float32Array {
    if (count < 16) return Float32Array.from({ length: count }, () => this.#normal() * std + mean);
    const values = Float32Array.from({ length: count }, () => this.#unit());
    for (let i = 0; i + 16 <= count; i += 16) transformBlock(values.subarray(i, i + 16), fround(mean), fround(std));
    if (count % 16 !== 0) {
      const last = values.subarray(count - 16);
      for (let i = 0; i < 16; i++) last[i] = this.#unit();
      transformBlock(last, fround(mean), fround(std));
    }
    return values;
  }

  /** torch.nn.init.trunc_normal_(tensor, mean, std, low, high) of `count` elements, but for the last bits of its erf⁻¹. */
  truncatedNormal(count: number, mean: number, std: number, low: number, high: number): Float32Array {
    const bound = (x: number): number => fround(2 * normalCumulative((x - mean) / std) - 1);
    const scale = fround(std * Math.SQRT2);
    return this.uniform(count, bound(low), bound(high)).map((x) => {
      const z = Math.abs(x) === 1 ? x * Infinity : quantile(0.5 + x / 2, x / 2);
      const value = fround(fround(fround(z * Math.SQRT1_2) * scale) + fround(mean));
      return Math.min(Math.max(value, fround(low)), fround(high));
    });
  }

  /** Advances the stream as `uniform` or, where `isNormal`, `normal` of `count` elements does. */
  skip(count: number, isNormal: boolean): void {
    if (isNormal) this.normal(count, 0, 1);
    else for (let i = 0; i < count; i++) this.bits();
  }

  #advance(): void {
    const words = this.#words;
    for (let i = 0; i < SIZE; i++) {
      const y = (words[i]! & 0x80000000) | (words[(i + 1) % SIZE]! & 0x7fffffff);
      words[i] = words[(i + 397) % SIZE]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#index = 0;
  }

  #unit(): number {
    return (this.bits() & 0xffffff) * 2 ** -24;
  }

  #double(): number {
    const high = this.bits() & 0x1fffff;
    return (high * 2 ** 32 + this.bits()) * 2 ** -53;
  }

  #normal(): number {
    const kept = this.#kept;
    this.#kept = undefined;
    if (kept !== undefined) return kept;
    const [cosine, sine] = accurateDirection(2 * PI * this.#double());
    const r = Math.sqrt(-2 * logarithm(1 - this.#double()));
    this.#kept = r * sine;
    return r * cosine;
  }
}

/** The bound of torch.nn.init.kaiming_uniform_(tensor, a), in the f64 that uniform_ rounds to f32. */
export function torchKaimingBound(fanIn: number, a: number): number {
  const std = Math.sqrt(2 / (1 + a * a)) / Math.sqrt(fanIn);
  return Math.sqrt(3) * std;
}

/** Sixteen numbers of [0, 1) to normal ones, element j from the radius of j and the angle of j + 8. */
function transformBlock(values: Float32Array, mean: number, std: number): void {
  for (let j = 0; j < 8; j++) {
    const r = radius(1 - values[j]!);
    const [cosine, sine] = direction(values[j + 8]!);
    values[j] = fused(fround(r * cosine), std, mean);
    values[j + 8] = fused(fround(r * sine), std, mean);
  }
}
