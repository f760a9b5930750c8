/**
 * y[o, j, i] = Σ_t weights[j, t] · x[o, indices[j, t], i]: [outer, length, inner] to [outer, count, inner], where every
 * index is below `length` and there is at least one tap.
 */
export function resample(
  x: usize,
  indices: usize,
  weights: usize,
  y: usize,
  outer: u32,
  length: u32,
  count: u32,
  taps: u32,
  inner: u32,
): void {
  const step = (<usize>length * inner) << 2;
  if (inner === 1) {
    resampleRows(x, indices, weights, y, outer, step, count, taps);
    return;
  }
  const run = (<usize>inner) << 2;
  for (let o: u32 = 0; o < outer; o++) {
    let index = indices;
    let weight = weights;
    for (let j: u32 = 0; j < count; j++) {
      if (taps === 2) {
        const first = x + <usize>load<u32>(index) * run;
        const second = x + <usize>load<u32>(index, 4) * run;
        blendRuns(first, second, load<f32>(weight), load<f32>(weight, 4), y, inner);
      } else {
        sumRuns(x, index, weight, y, taps, run, inner);
      }
      index += (<usize>taps) << 2;
      weight += (<usize>taps) << 2;
      y += run;
    }
    x += step;
  }
}

/** y = a · p + b · q for runs p and q of `inner` floats. */
function blendRuns(p: usize, q: usize, a: f32, b: f32, y: usize, inner: u32): void {
  const left = f32x4.splat(a);
  const right = f32x4.splat(b);
  const end = y + ((<usize>(inner & ~3)) << 2);
  const last = y + ((<usize>inner) << 2);
  while (y < end) {
    v128.store(y, f32x4.add(f32x4.mul(left, v128.load(p)), f32x4.mul(right, v128.load(q))));
    p += 16;
    q += 16;
    y += 16;
  }
  while (y < last) {
    store<f32>(y, a * load<f32>(p) + b * load<f32>(q));
    p += 4;
    q += 4;
    y += 4;
  }
}

/** y = Σ_t weights[t] · x[indices[t]] for runs of `inner` floats. */
function sumRuns(x: usize, indices: usize, weights: usize, y: usize, taps: u32, run: usize, inner: u32): void {
  const vectors = (<usize>(inner & ~3)) << 2;
  let i: usize = 0;
  for (; i < vectors; i += 16) {
    let sum = f32x4.splat(0);
    for (let t: usize = 0; t < (<usize>taps) << 2; t += 4) {
      const value = v128.load(x + <usize>load<u32>(indices + t) * run + i);
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(weights + t), value));
    }
    v128.store(y + i, sum);
  }
  for (; i < run; i += 4) {
    let sum: f32 = 0;
    for (let t: usize = 0; t < (<usize>taps) << 2; t += 4) {
      sum += load<f32>(weights + t) * load<f32>(x + <usize>load<u32>(indices + t) * run + i);
    }
    store<f32>(y + i, sum);
  }
}

/** Rows of `step` bytes to rows of `count` floats; four rows at a time share what is loaded of the tables. */
function resampleRows(
  x: usize,
  indices: usize,
  weights: usize,
  y: usize,
  rows: u32,
  step: usize,
  count: u32,
  taps: u32,
): void {
  const run = (<usize>count) << 2;
  const span = (<usize>taps) << 2;
  let row: u32 = 0;
  for (; row + 4 <= rows; row += 4) {
    let index = indices;
    let weight = weights;
    for (let target = y; target < y + run; target += 4) {
      let a: f32 = 0;
      let b: f32 = 0;
      let c: f32 = 0;
      let d: f32 = 0;
      for (const end = index + span; index < end; index += 4) {
        const source = x + ((<usize>load<u32>(index)) << 2);
        const by = load<f32>(weight);
        a += by * load<f32>(source);
        b += by * load<f32>(source + step);
        c += by * load<f32>(source + 2 * step);
        d += by * load<f32>(source + 3 * step);
        weight += 4;
      }
      store<f32>(target, a);
      store<f32>(target + run, b);
      store<f32>(target + 2 * run, c);
      store<f32>(target + 3 * run, d);
    }
    x += 4 * step;
    y += 4 * run;
  }
  for (; row < rows; row++) {
    let index = indices;
    let weight = weights;
    for (let j: u32 = 0; j < count; j++) {
      let sum: f32 = 0;
      for (const end = index + span; index < end; index += 4) {
        sum += load<f32>(weight) * load<f32>(x + ((<usize>load<u32>(index)) << 2));
        weight += 4;
      }
      store<f32>(y, sum);
      y += 4;
    }
    x += step;
  }
}
