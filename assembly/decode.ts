/*
 * Decoding of stored values to f32, in the very place of the decoded ones: what is stored stands at the end of it, so
 * that no element is written before it was read. The results are those of `decode` in compiler/stored.ts, bit for bit.
 */

/** Quiet NaN in the place of every NaN. */
// @ts-ignore: decorator
@inline
function plainNaN(x: v128): v128 {
  return v128.bitselect(x, i32x4.splat(0x7fc00000), f32x4.eq(x, x));
}

/** Four bfloat16 in the low halves of i32 lanes. */
// @ts-ignore: decorator
@inline
function fromBfloat16(bits: v128): v128 {
  return plainNaN(i32x4.shl(bits, 16));
}

/** Four float16 in the low halves of i32 lanes: exponents are moved by a product, which makes subnormals normal. */
// @ts-ignore: decorator
@inline
function fromFloat16(bits: v128): v128 {
  const magnitude = i32x4.shl(v128.and(bits, i32x4.splat(0x7fff)), 13);
  const scaled = f32x4.mul(magnitude, i32x4.splat(0x77800000));
  const special = i32x4.ge_u(magnitude, i32x4.splat(0x0f800000));
  const value = v128.or(scaled, v128.and(special, i32x4.splat(0x7f800000)));
  const signed = v128.or(value, i32x4.shl(v128.and(bits, i32x4.splat(0x8000)), 16));
  return plainNaN(signed);
}

/** The first lane of f32x4 at `to`. */
// @ts-ignore: decorator
@inline
function storeFirst(to: usize, x: v128): void {
  v128.store_lane<f32>(to, x, 0);
}

/** `count` float16 at `target + 2 · count` to f32 at `target`. */
export function decodeFloat16(target: usize, count: u32): void {
  const end = target + ((<usize>count) << 2);
  let from = target + ((<usize>count) << 1);
  let to = target;
  for (; to + 16 <= end; to += 16, from += 8) {
    v128.store(to, fromFloat16(v128.load_ext<u16>(from)));
  }
  for (; to < end; to += 4, from += 2) storeFirst(to, fromFloat16(i32x4.splat(load<u16>(from))));
}

/** `count` bfloat16 at `target + 2 · count` to f32 at `target`. */
export function decodeBfloat16(target: usize, count: u32): void {
  const end = target + ((<usize>count) << 2);
  let from = target + ((<usize>count) << 1);
  let to = target;
  for (; to + 16 <= end; to += 16, from += 8) {
    v128.store(to, fromBfloat16(v128.load_ext<u16>(from)));
  }
  for (; to < end; to += 4, from += 2) storeFirst(to, fromBfloat16(i32x4.splat(load<u16>(from))));
}

/** An integer of one of the types 0 (u8), 1 (i8) and 2 (u16). */
// @ts-ignore: decorator
@inline
function integerAt(from: usize, type: u32): i32 {
  if (type == 0) return <i32>load<u8>(from);
  if (type == 1) return <i32>load<i8>(from);
  return <i32>load<u16>(from);
}

/** Four integers of one of the types as f32. */
// @ts-ignore: decorator
@inline
function integersAt(from: usize, type: u32): v128 {
  if (type == 2) return f32x4.convert_i32x4_u(v128.load_ext<u16>(from));
  const bytes = v128.load_zero<i32>(from);
  if (type == 0) {
    return f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes)));
  }
  return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(bytes)));
}

/**
 * `count` integers at the end of `target` by scales in f32 and no offsets: their product has at most 40 bits, so that f64
 * would round it no differently. The first element is number `phase` of those that share scale `channel`.
 */
function scaleNarrow(
  target: usize,
  count: u32,
  type: u32,
  scales: usize,
  channel: u32,
  channels: u32,
  phase: u32,
  inner: u32,
): void {
  const width: usize = type == 2 ? 2 : 1;
  const zero = f32x4.splat(0);
  const end = target + ((<usize>count) << 2);
  let from = end - <usize>count * width;
  let to = target;
  while (to < end) {
    const rest = <u32>((end - to) >> 2);
    if (inner == 1) {
      const run = min(channels - channel, rest);
      const stop = to + ((<usize>run) << 2);
      let scale = scales + ((<usize>channel) << 2);
      for (; to + 16 <= stop; to += 16, from += 4 * width, scale += 16) {
        v128.store(to, f32x4.add(f32x4.mul(integersAt(from, type), v128.load(scale)), zero));
      }
      for (; to < stop; to += 4, from += width, scale += 4) {
        store<f32>(to, <f32>integerAt(from, type) * load<f32>(scale) + 0);
      }
      channel = 0;
    } else {
      const run = min(inner - phase, rest);
      const stop = to + ((<usize>run) << 2);
      const scale = load<f32>(scales + ((<usize>channel) << 2));
      const splat = f32x4.splat(scale);
      for (; to + 16 <= stop; to += 16, from += 4 * width) {
        v128.store(to, f32x4.add(f32x4.mul(integersAt(from, type), splat), zero));
      }
      for (; to < stop; to += 4, from += width) store<f32>(to, <f32>integerAt(from, type) * scale + 0);
      phase = 0;
      channel = channel + 1 == channels ? 0 : channel + 1;
    }
  }
}

/** The same by scales in f64, and offsets in f64 after all scales. */
function scaleWide(
  target: usize,
  count: u32,
  type: u32,
  scales: usize,
  channel: u32,
  channels: u32,
  phase: u32,
  inner: u32,
): void {
  const width: usize = type == 2 ? 2 : 1;
  const end = target + ((<usize>count) << 2);
  let from = end - <usize>count * width;
  for (let to = target; to < end; to += 4, from += width) {
    const scale = scales + ((<usize>channel) << 3);
    const offset = load<f64>(scale + ((<usize>channels) << 3));
    store<f32>(to, <f32>(<f64>integerAt(from, type) * load<f64>(scale) + offset));
    if (++phase == inner) {
      phase = 0;
      channel = channel + 1 == channels ? 0 : channel + 1;
    }
  }
}

/**
 * `count` integers at the end of the place of `count` f32 at `target` to f32 there: those of a tensor from element `first`
 * on, of which `inner` neighbours share a scale and `channels` scales follow one another.
 *
 * @param type 0 u8, 1 i8, 2 u16
 * @param wide 1: scales and offsets in f64, else scales in f32
 */
export function decodeQuantized(
  target: usize,
  count: u32,
  type: u32,
  wide: u32,
  scales: usize,
  channels: u32,
  inner: u32,
  first: u32,
): void {
  const phase = first % inner;
  const channel = (first / inner) % channels;
  if (wide) {
    scaleWide(target, count, type, scales, channel, channels, phase, inner);
    return;
  }
  if (type == 0) scaleNarrow(target, count, 0, scales, channel, channels, phase, inner);
  else if (type == 1) scaleNarrow(target, count, 1, scales, channel, channels, phase, inner);
  else scaleNarrow(target, count, 2, scales, channel, channels, phase, inner);
}
