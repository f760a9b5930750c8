import { philox } from './philox';
import { below, normalBlock } from './random';

/*
 * The words that custom initializers draw, as docs/random.md numbers them: every element has a stream of its own. One
 * initializer runs at a time.
 */

/** Words that one element may take. */
const ELEMENT_LIMIT: u64 = 1 << 20;

/** Words that any element can have: the block's number has 32 bits. */
const STREAM_LIMIT: u64 = (<u64>1) << 34;

const STREAM: u32 = 1;

let key: u64 = 0;
let element: u64 = 0;
let taken: u64 = 0;
let limit: u64 = ELEMENT_LIMIT;
let low: u64 = 0;
let high: u64 = 0;

/** Begins with element 0 of the parameter with this key. */
export function beginCustom(parameter: u64): void {
  key = parameter;
  beginElement(0);
}

/** Begins element `index`, which may take 2²⁰ words. */
export function beginElement(index: u64): void {
  element = index;
  taken = 0;
  limit = ELEMENT_LIMIT;
}

/** Begins an initializer that draws a tensor of `count` elements from the words of element 0, 2²⁰ for each of them. */
export function beginFill(parameter: u64, count: u64): void {
  beginCustom(parameter);
  limit = min<u64>(count, STREAM_LIMIT >> 20) << 20;
}

/** The next word of the element. Traps where it has taken its number of words. */
export function customBits(): u32 {
  if (taken == limit) unreachable();
  if ((taken & 3) == 0) {
    const block = philox(<u32>element, <u32>(element >> 32), <u32>(taken >> 2), STREAM, <u32>key, <u32>(key >> 32));
    low = i64x2.extract_lane(block, 0);
    high = i64x2.extract_lane(block, 1);
  }
  const pair = (taken & 2) == 0 ? low : high;
  const word = <u32>((taken & 1) == 0 ? pair : pair >> 32);
  taken++;
  return word;
}

/** A number of the uniform distribution on [start, end), of the next word. `start` where the two are equal. */
export function customUniform(start: f32, end: f32): f32 {
  const u = <f32>(customBits() >> 8) * 5.9604644775390625e-8;
  return min<f32>(start + u * (end - start), start < end ? below(end) : start);
}

/** A number of the normal distribution with this mean and standard deviation, of the next two words. */
export function customNormal(mean: f32, std: f32): f32 {
  const radius = customBits();
  const block = i64x2.splat(((<u64>customBits()) << 32) | radius);
  return f32x4.extract_lane(normalBlock(block, f32x4.splat(mean), f32x4.splat(std)), 0);
}
