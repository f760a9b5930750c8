import { fillConstant } from './random';

/*
 * Initial values without random numbers.
 */

/** Fills the matrix [rows, columns] with `gain` on the main diagonal and 0 elsewhere. */
export function fillIdentity(target: usize, rows: u32, columns: u32, gain: f32): void {
  memory.fill(target, 0, (<usize>rows * columns) << 2);
  const step = (<usize>columns + 1) << 2;
  for (let rest = min<u32>(rows, columns); rest != 0; rest--) {
    store<f32>(target, gain);
    target += step;
  }
}

/**
 * Fills a convolution kernel of `count` elements, `inputs` channels of one group by `outputs` filters, so that it copies
 * the first channels of each group: 1 at the central tap, `centre` elements from the start, of filter d of a group and
 * its channel d, else 0. Filters are `strideOutput` elements apart, channels `strideInput`.
 */
export function fillDirac(
  target: usize,
  count: usize,
  centre: u32,
  inputs: u32,
  outputs: u32,
  groups: u32,
  strideInput: u32,
  strideOutput: u32,
): void {
  memory.fill(target, 0, count << 2);
  const filters = outputs / groups;
  const copied = min<u32>(filters, inputs);
  for (let g: u32 = 0; g < groups; g++) {
    for (let d: u32 = 0; d < copied; d++) {
      const element = <usize>centre + <usize>d * strideInput + <usize>(g * filters + d) * strideOutput;
      store<f32>(target + (element << 2), 1);
    }
  }
}

/**
 * Fills a convolution kernel of `count` elements, whose taps of [height, width] are `strideTap` elements apart, with the
 * weights of bilinear interpolation (mxnet/initializer.py, Bilinear).
 */
export function fillBilinear(target: usize, count: usize, height: u32, width: u32, strideTap: u32): void {
  const f = ceil<f64>(<f64>width / 2);
  const odd: f64 = (<u32>f) & 1;
  const centre = (2 * f - 1 - odd) / (2 * f);
  let y: u32 = 0;
  let x: u32 = 0;
  while (count != 0) {
    const length = min<usize>(strideTap, count);
    const value = <f32>((1 - abs<f64>(<f64>x / f - centre)) * (1 - abs<f64>(<f64>y / f - centre)));
    fillConstant(target, length, value);
    target += length << 2;
    count -= length;
    if (++x == width) {
      x = 0;
      if (++y == height) y = 0;
    }
  }
}

/** Fills the bias of `count` elements, four gates, with 0 and its second quarter with `forget`. */
export function fillLstmBias(target: usize, count: usize, forget: f32): void {
  const quarter = count >> 2;
  memory.fill(target, 0, count << 2);
  fillConstant(target + (quarter << 2), quarter, forget);
}
