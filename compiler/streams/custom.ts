import { nextBelow, normalOf, philox, type Words } from '../random.js';

/*
 * The words of custom initializers that docs/random.md defines: the same bits as the kernels in assembly/custom.ts.
 */

const { fround } = Math;

const ELEMENT_LIMIT = 2 ** 20;
const STREAM_LIMIT = 2 ** 34;

/** The words of the elements of one parameter, begun with element 0. Numbers that are drawn are f32. */
export class CustomStream {
  readonly #key: readonly [number, number];
  #element = 0;
  #taken = 0;
  #limit: number;
  #block: Words = [0, 0, 0, 0];

  /**
   * For the 64-bit key of a parameter. `count`: where one stream serves a whole tensor, its number of elements; 2²⁰ words
   * each may then be taken.
   */
  constructor(key: bigint, count = 1) {
    this.#key = [Number(key & 0xffffffffn), Number((key >> 32n) & 0xffffffffn)];
    this.#limit = Math.min(count * ELEMENT_LIMIT, STREAM_LIMIT);
  }

  /** Begins element `index`, a safe integer, which may take 2²⁰ words. */
  beginElement(index: number): void {
    this.#element = index;
    this.#taken = 0;
    this.#limit = ELEMENT_LIMIT;
  }

  /** The next word of the element. Throws a RangeError where it has taken its number of words. */
  bits(): number {
    if (this.#taken >= this.#limit)
      throw new RangeError(`element ${this.#element}: takes more than ${this.#limit} words`);
    if (this.#taken % 4 === 0) {
      const counter = [this.#element % 2 ** 32, Math.floor(this.#element / 2 ** 32), this.#taken / 4, 1] as const;
      this.#block = philox(counter, this.#key);
    }
    return this.#block[this.#taken++ % 4]!;
  }

  /** A number of the uniform distribution on [low, high), both f32, of the next word. `low` where the two are equal. */
  uniform(low: number, high: number): number {
    const u = (this.bits() >>> 8) * 2 ** -24;
    const value = fround(low + fround(u * fround(high - low)));
    return Math.min(value, low < high ? nextBelow(high) : low);
  }

  /** A number of the normal distribution with this mean and standard deviation, both f32, of the next two words. */
  normal(mean: number, std: number): number {
    const radius = this.bits();
    return normalOf(radius, this.bits(), 0, mean, std);
  }
}
