import { splat } from './constants';
import { storeLanes } from './simd';

/*
 * Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011) and the words that
 * docs/random.md assigns to the elements of a parameter. The output of every function here is frozen by that document.
 */

const MULTIPLIER_0: u32 = 0xd2511f53;
const MULTIPLIER_1: u32 = 0xcd9e8d57;
const WEYL_0: u32 = 0x9e3779b9;
const WEYL_1: u32 = 0xbb67ae85;
const ROUNDS: i32 = 10;
const DERIVATION: u32 = 0x6e637231;

const MULTIPLIERS = memory.data<u32>([0xd2511f53, 0xcd9e8d57]);
const WEYL = memory.data<u32>([0x9e3779b9, 0xbb67ae85]);
const LANES = memory.data<u32>([0, 1, 2, 3]);

/** The four words of one counter, in lane order. */
export function philox(counter0: u32, counter1: u32, counter2: u32, counter3: u32, key0: u32, key1: u32): v128 {
  for (let round = 0; round < ROUNDS; round++) {
    const product0 = <u64>counter0 * MULTIPLIER_0;
    const product1 = <u64>counter2 * MULTIPLIER_1;
    counter0 = (<u32>(product1 >> 32)) ^ counter1 ^ key0;
    counter1 = <u32>product1;
    counter2 = (<u32>(product0 >> 32)) ^ counter3 ^ key1;
    counter3 = <u32>product0;
    key0 += WEYL_0;
    key1 += WEYL_1;
  }
  const low = i64x2.splat(((<u64>counter1) << 32) | counter0);
  return i64x2.replace_lane(low, 1, ((<u64>counter3) << 32) | counter2);
}

/** The key of the parameter whose path hashes to (hashLow, hashHigh), first word low. */
export function deriveKey(seedLow: u32, seedHigh: u32, hashLow: u32, hashHigh: u32): u64 {
  return i64x2.extract_lane(philox(hashLow, hashHigh, 0, DERIVATION, seedLow, seedHigh), 0);
}

/** The four words that hold element `index`. */
export function elementBlock(index: u64, key: u64, draw: u32, stream: u32): v128 {
  return philox(<u32>(index >> 2), <u32>(index >> 34), draw, stream, <u32>key, <u32>(key >> 32));
}

/** Lane `offset` (0 to 3) of `block` in lane 0, the lanes after it behind. */
export function lanesFrom(block: v128, offset: usize): v128 {
  const bytes = i32x4.add(i32x4(0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c), i32x4.splat(0x04040404 * <i32>offset));
  return i8x16.swizzle(block, bytes);
}

/** Writes the words of elements `first` to `first + count − 1` as u32. */
export function fillBits(target: usize, count: usize, first: u64, key: u64, draw: u32, stream: u32): void {
  const offset = (<usize>first) & 3;
  if (offset != 0 && count != 0) {
    const head = min<usize>(4 - offset, count);
    storeLanes(target, lanesFrom(elementBlock(first, key, draw, stream), offset), <u32>head);
    target += head << 2;
    count -= head;
    first += head;
  }
  for (; count >= 32; count -= 32) {
    fill32(target, first >> 2, key, draw, stream);
    target += 128;
    first += 32;
  }
  for (; count >= 4; count -= 4) {
    v128.store(target, elementBlock(first, key, draw, stream));
    target += 16;
    first += 4;
  }
  if (count != 0) storeLanes(target, elementBlock(first, key, draw, stream), <u32>count);
}

/** Four counters' words in element order. */
// @ts-ignore: decorator
@inline
function storeTransposed(target: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  v128.store(target, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(target, v128.shuffle<i64>(ab, cd, 1, 3), 16);
  const abHigh = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cdHigh = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(target, v128.shuffle<i64>(abHigh, cdHigh, 0, 2), 32);
  v128.store(target, v128.shuffle<i64>(abHigh, cdHigh, 1, 3), 48);
}

/** The words of eight counters from `block` on, in element order. */
// @ts-ignore: decorator
@inline
function fill32(target: usize, block: u64, key: u64, draw: u32, stream: u32): void {
  const blockLow = i32x4.splat(<i32>block);
  const blockHigh = i32x4.splat(<i32>(block >> 32));
  let a0 = i32x4.add(blockLow, v128.load(LANES));
  let b0 = i32x4.add(a0, i32x4.splat(4));
  let a1 = i32x4.sub(blockHigh, i32x4.lt_u(a0, blockLow));
  let b1 = i32x4.sub(blockHigh, i32x4.lt_u(b0, blockLow));
  let a2 = i32x4.splat(draw);
  let b2 = a2;
  let a3 = i32x4.splat(stream);
  let b3 = a3;
  let key0 = i32x4.splat(<i32>key);
  let key1 = i32x4.splat(<i32>(key >> 32));
  let round = ROUNDS;
  do {
    const multiplier0 = splat(MULTIPLIERS);
    const multiplier1 = splat(MULTIPLIERS + 4);
    const aLow0 = i64x2.extmul_low_i32x4_u(a0, multiplier0);
    const aHigh0 = i64x2.extmul_high_i32x4_u(a0, multiplier0);
    const aLow1 = i64x2.extmul_low_i32x4_u(a2, multiplier1);
    const aHigh1 = i64x2.extmul_high_i32x4_u(a2, multiplier1);
    a0 = v128.xor(v128.xor(v128.shuffle<i32>(aLow1, aHigh1, 1, 3, 5, 7), a1), key0);
    a1 = v128.shuffle<i32>(aLow1, aHigh1, 0, 2, 4, 6);
    a2 = v128.xor(v128.xor(v128.shuffle<i32>(aLow0, aHigh0, 1, 3, 5, 7), a3), key1);
    a3 = v128.shuffle<i32>(aLow0, aHigh0, 0, 2, 4, 6);
    const bLow0 = i64x2.extmul_low_i32x4_u(b0, multiplier0);
    const bHigh0 = i64x2.extmul_high_i32x4_u(b0, multiplier0);
    const bLow1 = i64x2.extmul_low_i32x4_u(b2, multiplier1);
    const bHigh1 = i64x2.extmul_high_i32x4_u(b2, multiplier1);
    b0 = v128.xor(v128.xor(v128.shuffle<i32>(bLow1, bHigh1, 1, 3, 5, 7), b1), key0);
    b1 = v128.shuffle<i32>(bLow1, bHigh1, 0, 2, 4, 6);
    b2 = v128.xor(v128.xor(v128.shuffle<i32>(bLow0, bHigh0, 1, 3, 5, 7), b3), key1);
    b3 = v128.shuffle<i32>(bLow0, bHigh0, 0, 2, 4, 6);
    key0 = i32x4.add(key0, splat(WEYL));
    key1 = i32x4.add(key1, splat(WEYL + 4));
  } while (--round);
  storeTransposed(target, a0, a1, a2, a3);
  storeTransposed(target + 64, b0, b1, b2, b3);
}
