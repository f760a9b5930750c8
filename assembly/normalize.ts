import { loadLanes, multiplyAdd, storeLanes, sumLanes } from './simd';

/**
 * (x − mean) / √(variance + epsilon) of each of `rows` rows of `length` floats, the variance over the deviations from
 * the mean and divided by `length`. `y` may be `x`.
 */
export function normalizeRows(x: usize, y: usize, rows: u32, length: u32, epsilon: f32): void {
  const zero = f32x4.splat(0);
  const count = f32x4.splat(<f32>length);
  const size = (<usize>length) << 2;
  const lanes = length & 3;
  const body = size & ~15;
  for (let r: u32 = 0; r < rows; r++) {
    const whole = x + body;
    const pairs = x + (body & ~31);
    let sum = zero;
    let other = zero;
    let p = x;
    for (; p != pairs; p += 32) {
      sum = f32x4.add(sum, v128.load(p));
      other = f32x4.add(other, v128.load(p, 16));
    }
    if (p != whole) {
      other = f32x4.add(other, v128.load(p));
      p += 16;
    }
    if (lanes) sum = f32x4.add(sum, loadLanes(p, lanes, zero));
    const mean = f32x4.div(sumLanes(f32x4.add(sum, other)), count);
    sum = zero;
    other = zero;
    for (p = x; p != pairs; p += 32) {
      const d = f32x4.sub(v128.load(p), mean);
      const e = f32x4.sub(v128.load(p, 16), mean);
      sum = multiplyAdd(d, d, sum);
      other = multiplyAdd(e, e, other);
    }
    if (p != whole) {
      const d = f32x4.sub(v128.load(p), mean);
      other = multiplyAdd(d, d, other);
      p += 16;
    }
    if (lanes) {
      const d = f32x4.sub(loadLanes(p, lanes, mean), mean);
      sum = multiplyAdd(d, d, sum);
    }
    const variance = f32x4.div(sumLanes(f32x4.add(sum, other)), count);
    const scale = f32x4.div(f32x4.splat(1), f32x4.sqrt(f32x4.add(variance, f32x4.splat(epsilon))));
    let q = y;
    for (p = x; p != whole; p += 16) {
      v128.store(q, f32x4.mul(f32x4.sub(v128.load(p), mean), scale));
      q += 16;
    }
    if (lanes) storeLanes(q, f32x4.mul(f32x4.sub(loadLanes(p, lanes, mean), mean), scale), lanes);
    x += size;
    y += size;
  }
}
