import { splat } from './constants';

/*
 * MT19937 (Matsumoto and Nishimura, "Mersenne Twister", 1998), seeded as in the authors' version of 2002: the words that
 * torch's CPU generator gives. Its state is in memory that the caller owns: the index of the next word, whether a normal
 * sample is kept, the sample as f64, and at WORDS the 624 words.
 */

export const KEPT: usize = 4;
export const SAMPLE: usize = 8;
const WORDS: usize = 16;
const SIZE: u32 = 624;
const DISTANCE: u32 = 397;

const UPPER = memory.data<u32>([0x80000000]);
const LOWER = memory.data<u32>([0x7fffffff]);
const MATRIX = memory.data<u32>([0x9908b0df]);
const TEMPER_B = memory.data<u32>([0x9d2c5680]);
const TEMPER_C = memory.data<u32>([0xefc60000]);

/** Bytes of a generator's state, a multiple of 16. */
export function torchState(): usize {
  return WORDS + ((<usize>SIZE) << 2);
}

/** Makes the state at `state` that of torch.manual_seed(seed), which uses the low 32 bits. */
export function seedTorch(state: usize, seed: u64): void {
  let word = <u32>seed;
  store<u32>(state, SIZE);
  store<u32>(state, 0, KEPT);
  store<u32>(state, word, WORDS);
  for (let i: u32 = 1; i < SIZE; i++) {
    word = 1812433253 * (word ^ (word >> 30)) + i;
    store<u32>(state + ((<usize>i) << 2), word, WORDS);
  }
}

/** The next state of the words at `p`, from those at `next` after them and at `far`. */
// @ts-ignore: decorator
@inline
function twist(current: v128, next: v128, far: v128): v128 {
  const y = v128.or(v128.and(current, splat(UPPER)), v128.and(next, splat(LOWER)));
  const odd = i32x4.shr_s(i32x4.shl(next, 31), 31);
  return v128.xor(v128.xor(far, i32x4.shr_u(y, 1)), v128.and(odd, splat(MATRIX)));
}

/** Words `begin` to `end`, the words they are combined with `distance` bytes on. */
// @ts-ignore: decorator
@inline
function twistRange(words: usize, begin: u32, end: u32, distance: usize): void {
  let p = words + ((<usize>begin) << 2);
  let rest = end - begin;
  for (; rest >= 4; rest -= 4) {
    v128.store(p, twist(v128.load(p), v128.load(p, 4), v128.load(p + distance)));
    p += 16;
  }
  for (; rest != 0; rest--) {
    v128.store32_lane(p, twist(splat(p), splat(p + 4), splat(p + distance)), 0);
    p += 4;
  }
}

function advance(words: usize): void {
  const turn = SIZE - DISTANCE;
  const last = words + ((<usize>SIZE - 1) << 2);
  twistRange(words, 0, turn, (<usize>DISTANCE) << 2);
  twistRange(words, turn, SIZE - 1, -((<usize>turn) << 2));
  v128.store32_lane(last, twist(splat(last), splat(words), splat(last - ((<usize>turn) << 2))), 0);
}

// @ts-ignore: decorator
@inline
function tempered(y: v128): v128 {
  y = v128.xor(y, i32x4.shr_u(y, 11));
  y = v128.xor(y, v128.and(i32x4.shl(y, 7), splat(TEMPER_B)));
  y = v128.xor(y, v128.and(i32x4.shl(y, 15), splat(TEMPER_C)));
  return v128.xor(y, i32x4.shr_u(y, 18));
}

/** The index of the next word of the generator at `state`, the words advanced where they are used up. */
function nextIndex(state: usize): u32 {
  const index = load<u32>(state);
  if (index < SIZE) return index;
  advance(state + WORDS);
  return 0;
}

/** The next word of the generator at `state`. */
export function nextWord(state: usize): u32 {
  const index = nextIndex(state);
  store<u32>(state, index + 1);
  return i32x4.extract_lane(tempered(splat(state + WORDS + ((<usize>index) << 2))), 0);
}

/** Writes the next `count` words of the generator at `state` as u32. */
export function fillTorchBits(target: usize, count: usize, state: usize): void {
  while (count != 0) {
    const index = nextIndex(state);
    const length = min<usize>(count, SIZE - index);
    let source = state + WORDS + ((<usize>index) << 2);
    let rest = length;
    for (; rest >= 4; rest -= 4) {
      v128.store(target, tempered(v128.load(source)));
      source += 16;
      target += 16;
    }
    for (; rest != 0; rest--) {
      v128.store32_lane(target, tempered(splat(source)), 0);
      source += 4;
      target += 4;
    }
    store<u32>(state, index + <u32>length);
    count -= length;
  }
}

/** Passes over the next `count` words of the generator at `state`. */
export function skipWords(count: usize, state: usize): void {
  while (count != 0) {
    const index = nextIndex(state);
    const length = min<usize>(count, SIZE - index);
    store<u32>(state, index + <u32>length);
    count -= length;
  }
}
