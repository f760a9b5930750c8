import { splat } from './constants';
import { storeLanes } from './simd';

/*
 * Threefry2x32-20 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011) and the words of
 * jax.random with jax_threefry_partitionable: element i has the exclusive or of the two words of counter
 * (⌊i / 2³²⌋, i mod 2³²).
 */

const PARITY = memory.data<u32>([0x1bd11bda]);
const LANES = memory.data<u32>([0, 1, 2, 3]);

/** y turned left, exclusive or x. */
// @ts-ignore: decorator
@inline
function mix(x: v128, y: v128, rotation: i32): v128 {
  return v128.xor(x, v128.or(i32x4.shl(y, rotation), i32x4.shr_u(y, 32 - rotation)));
}

/** The words of the elements `index` to `index` + 3. */
// @ts-ignore: decorator
@inline
function words4(index: u64, key0: v128, key1: v128): v128 {
  const key2 = v128.xor(v128.xor(key0, key1), splat(PARITY));
  const first = i32x4.splat(<i32>index);
  const low = i32x4.add(first, v128.load(LANES));
  let x = i32x4.add(i32x4.sub(i32x4.splat(<i32>(index >> 32)), i32x4.lt_u(low, first)), key0);
  let y = i32x4.add(low, key1);
  x = i32x4.add(x, y);
  y = mix(x, y, 13);
  x = i32x4.add(x, y);
  y = mix(x, y, 15);
  x = i32x4.add(x, y);
  y = mix(x, y, 26);
  x = i32x4.add(x, y);
  y = mix(x, y, 6);
  x = i32x4.add(x, key1);
  y = i32x4.add(y, i32x4.add(key2, i32x4.splat(1)));
  x = i32x4.add(x, y);
  y = mix(x, y, 17);
  x = i32x4.add(x, y);
  y = mix(x, y, 29);
  x = i32x4.add(x, y);
  y = mix(x, y, 16);
  x = i32x4.add(x, y);
  y = mix(x, y, 24);
  x = i32x4.add(x, key2);
  y = i32x4.add(y, i32x4.add(key0, i32x4.splat(2)));
  x = i32x4.add(x, y);
  y = mix(x, y, 13);
  x = i32x4.add(x, y);
  y = mix(x, y, 15);
  x = i32x4.add(x, y);
  y = mix(x, y, 26);
  x = i32x4.add(x, y);
  y = mix(x, y, 6);
  x = i32x4.add(x, key0);
  y = i32x4.add(y, i32x4.add(key1, i32x4.splat(3)));
  x = i32x4.add(x, y);
  y = mix(x, y, 17);
  x = i32x4.add(x, y);
  y = mix(x, y, 29);
  x = i32x4.add(x, y);
  y = mix(x, y, 16);
  x = i32x4.add(x, y);
  y = mix(x, y, 24);
  x = i32x4.add(x, key1);
  y = i32x4.add(y, i32x4.add(key2, i32x4.splat(4)));
  x = i32x4.add(x, y);
  y = mix(x, y, 13);
  x = i32x4.add(x, y);
  y = mix(x, y, 15);
  x = i32x4.add(x, y);
  y = mix(x, y, 26);
  x = i32x4.add(x, y);
  y = mix(x, y, 6);
  x = i32x4.add(x, key2);
  y = i32x4.add(y, i32x4.add(key0, i32x4.splat(5)));
  return v128.xor(x, y);
}

/**
 * Writes the words of elements `first` to `first + count − 1` as u32: jax.random.bits(jax.random.key(seed), …), where
 * jax_enable_x64 makes the whole of a seed above 2³² count.
 */
export function fillJaxBits(target: usize, count: usize, first: u64, seed: u64): void {
  const key0 = i32x4.splat(<i32>(seed >> 32));
  const key1 = i32x4.splat(<i32>seed);
  for (; count >= 8; count -= 8) {
    v128.store(target, words4(first, key0, key1));
    v128.store(target, words4(first + 4, key0, key1), 16);
    target += 32;
    first += 8;
  }
  if (count >= 4) {
    v128.store(target, words4(first, key0, key1));
    target += 16;
    first += 4;
    count -= 4;
  }
  if (count != 0) storeLanes(target, words4(first, key0, key1), <u32>count);
}
