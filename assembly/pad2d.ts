/**
 * Surrounds each image of `x` [batch, height, width, channels] by `value`: `y` is [batch, top + height + bottom,
 * left + width + right, channels].
 */
export function pad2d(
  x: usize,
  y: usize,
  batch: u32,
  height: u32,
  width: u32,
  channels: u32,
  top: u32,
  bottom: u32,
  left: u32,
  right: u32,
  value: f32,
): void {
  const pixel = (<usize>channels) << 2;
  const row = pixel * width;
  const edge = pixel * left;
  const between = edge + pixel * right;
  const above = (between + row) * top;
  const below = (between + row) * bottom;
  const lanes = f32x4.splat(value);
  for (let image: u32 = 0; image < batch; image++) {
    y = fill(y, height ? above + edge : above, lanes);
    for (let line = height; line; line--) {
      y = copy(x, y, row);
      x += row;
      y = fill(y, line == 1 ? between - edge : between, lanes);
    }
    y = fill(y, below, lanes);
  }
}

/** Bytes from which the engine's copy is faster than a loop, which costs no call. */
const LONG: usize = 1024;

/** Copies `bytes` bytes, a multiple of 4; returns the address past the copy. */
// @ts-ignore: decorator
@inline
function copy(from: usize, to: usize, bytes: usize): usize {
  const end = to + bytes;
  if (bytes >= LONG) {
    memory.copy(to, from, bytes);
  } else if (bytes >= 16) {
    const last = bytes - 16;
    for (let at: usize = 0; at < last; at += 16) v128.store(to + at, v128.load(from + at));
    v128.store(to + last, v128.load(from + last));
  } else {
    for (; to != end; to += 4, from += 4) store<u32>(to, load<u32>(from));
  }
  return end;
}

/** Fills `bytes` bytes, a multiple of 4, with `lanes`; returns the address past them. */
// @ts-ignore: decorator
@inline
function fill(address: usize, bytes: usize, lanes: v128): usize {
  const end = address + bytes;
  if (bytes >= 16) {
    for (; address + 16 < end; address += 16) v128.store(address, lanes);
    v128.store(end - 16, lanes);
  } else {
    for (; address != end; address += 4) v128.store32_lane(address, lanes, 0);
  }
  return end;
}
