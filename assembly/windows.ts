/** Where windows that slide along an axis of a map meet the map; the first begins `pad` before it. */

/** How many taps of a window that begins at `position` − `pad` lie before the map. */
// @ts-ignore: decorator
@inline
export function tapsBefore(position: u32, pad: u32, dilation: u32, taps: u32): u32 {
  return position < pad ? min<u32>((pad - position + dilation - 1) / dilation, taps) : 0;
}

/** How many taps of a window that begins at `position` − `pad` do not lie past the end of the map. */
// @ts-ignore: decorator
@inline
export function tapsWithin(position: u32, pad: u32, dilation: u32, taps: u32, size: u32): u32 {
  return position < size + pad ? min<u32>((size + pad - position + dilation - 1) / dilation, taps) : 0;
}

/** How many of `out` windows begin before the map. */
// @ts-ignore: decorator
@inline
export function windowsBefore(pad: u32, stride: u32, out: u32): u32 {
  return min<u32>((pad + stride - 1) / stride, out);
}

/** How many of `out` windows, `extent` long, do not end past the map. */
// @ts-ignore: decorator
@inline
export function windowsWithin(pad: u32, stride: u32, out: u32, extent: u32, size: u32): u32 {
  return size + pad >= extent ? min<u32>((size + pad - extent) / stride + 1, out) : 0;
}
