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
  for (let image: u32 = 0; image < batch; image++) {
    y = fill(y, above, value);
    for (let line: u32 = 0; line < height; line++) {
      y = fill(y, line == 0 ? edge : between, value);
      memory.copy(y, x, row);
      x += row;
      y += row;
    }
    if (height) y = fill(y, between - edge, value);
    y = fill(y, below, value);
  }
}

/** Fills `bytes` bytes, a multiple of 4, with `value`; returns the address past them. */
function fill(address: usize, bytes: usize, value: f32): usize {
  const end = address + bytes;
  const lanes = f32x4.splat(value);
  const last = address + (bytes & ~15);
  for (; address != last; address += 16) v128.store(address, lanes);
  for (; address != end; address += 4) store<f32>(address, value);
  return end;
}
