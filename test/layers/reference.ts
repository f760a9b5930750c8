/** Layer mathematics in float64, written from the definitions and independent of the compiler. */

/** A row-major tensor. */
export interface Reference {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export type Axes2 = readonly [number, number];

export const count = (shape: readonly number[]): number => shape.reduce((all, size) => all * size, 1);

const strides = (shape: readonly number[]): number[] => shape.map((_, axis) => count(shape.slice(axis + 1)));

/** The tensor whose element at `index` is `value(index)`. */
export function generate(shape: readonly number[], value: (index: readonly number[]) => number): Reference {
  const data = new Float64Array(count(shape));
  const steps = strides(shape);
  for (let at = 0; at < data.length; at++) {
    data[at] = value(shape.map((size, axis) => Math.floor(at / steps[axis]!) % size));
  }
  return { shape, data };
}

/** The element at `index`; axes of size 1 are broadcast, and missing leading axes too. */
export function at({ shape, data }: Reference, index: readonly number[]): number {
  const skipped = index.length - shape.length;
  let offset = 0;
  for (let axis = 0; axis < shape.length; axis++) {
    offset = offset * shape[axis]! + (shape[axis] === 1 ? 0 : index[axis + skipped]!);
  }
  return data[offset]!;
}

export const map = (x: Reference, f: (value: number) => number): Reference => ({
  shape: x.shape,
  data: x.data.map((value) => f(value)),
});

export const withShape = (x: Reference, shape: readonly number[]): Reference => ({ shape, data: x.data });

/** Output axis i is input axis `permutation[i]`. */
export const permuted = (x: Reference, permutation: readonly number[]): Reference =>
  generate(
    permutation.map((axis) => x.shape[axis]!),
    (index) => {
      const from = new Array<number>(index.length);
      permutation.forEach((axis, i) => (from[axis] = index[i]!));
      return at(x, from);
    },
  );

/** NumPy broadcasting of any number of tensors. */
export function combine(inputs: readonly Reference[], f: (...values: number[]) => number): Reference {
  const rank = Math.max(...inputs.map((x) => x.shape.length));
  const shape = Array.from({ length: rank }, (_, axis) =>
    Math.max(...inputs.map((x) => x.shape[axis - rank + x.shape.length] ?? 1)),
  );
  return generate(shape, (index) => f(...inputs.map((x) => at(x, index))));
}

/** Padding that gives ceil(size / stride) windows; the odd element goes after, or before when `lower`. */
export function samePadding(size: number, kernel: number, stride: number, dilation = 1, lower = false): Axes2 {
  const windows = Math.ceil(size / stride);
  const total = Math.max(0, (windows - 1) * stride + (kernel - 1) * dilation + 1 - size);
  const small = Math.floor(total / 2);
  return lower ? [total - small, small] : [small, total - small];
}

export interface Convolution {
  readonly strides?: Axes2;
  readonly dilation?: Axes2;
  readonly groups?: number;
  /** Before and after, of the height and of the width. */
  readonly padding?: readonly [Axes2, Axes2];
}

const outputSize = (size: number, [before, after]: Axes2, kernel: number, stride: number, dilation: number): number =>
  Math.floor((size + before + after - ((kernel - 1) * dilation + 1)) / stride) + 1;

/** x (batch, height, width, in), w (kh, kw, in / groups, out). */
export function convolve(x: Reference, w: Reference, options: Convolution = {}): Reference {
  const { strides: [sh, sw] = [1, 1], dilation: [dh, dw] = [1, 1], groups = 1 } = options;
  const [top, left] = options.padding ?? [[0, 0] as const, [0, 0] as const];
  const [batch, height, width] = x.shape as [number, number, number];
  const [kh, kw, depth, filters] = w.shape as [number, number, number, number];
  const rows = outputSize(height, top, kh, sh, dh);
  const columns = outputSize(width, left, kw, sw, dw);
  return generate([batch, rows, columns, filters], ([n, row, column, filter]) => {
    const first = Math.floor((filter! * groups) / filters) * depth;
    let sum = 0;
    for (let i = 0; i < kh; i++) {
      for (let j = 0; j < kw; j++) {
        const y = row! * sh + i * dh - top[0];
        const z = column! * sw + j * dw - left[0];
        if (y < 0 || y >= height || z < 0 || z >= width) continue;
        for (let c = 0; c < depth; c++)
          sum += at(x, [n!, y, z, first + c]) * w.data[((i * kw + j) * depth + c) * filters + filter!]!;
      }
    }
    return sum;
  });
}

/** x (batch, height, width, in), w (kh, kw, in, multiplier): a grouped convolution with one group a channel. */
export function convolveDepthwise(x: Reference, w: Reference, options: Convolution = {}): Reference {
  const [kh, kw, channels, multiplier] = w.shape as [number, number, number, number];
  return convolve(x, withShape(w, [kh, kw, 1, channels * multiplier]), { ...options, groups: channels });
}

/** Windows over (batch, height, width, channels); `fold` is given the elements that are inside the map. */
export function pooled(
  x: Reference,
  [kh, kw]: Axes2,
  [sh, sw]: Axes2,
  [top, left]: readonly [Axes2, Axes2],
  fold: (values: number[]) => number,
): Reference {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const shape = [batch, outputSize(height, top, kh, sh, 1), outputSize(width, left, kw, sw, 1), channels];
  return generate(shape, ([n, row, column, channel]) => {
    const values: number[] = [];
    for (let y = row! * sh - top[0]; y < row! * sh - top[0] + kh; y++) {
      for (let z = column! * sw - left[0]; z < column! * sw - left[0] + kw; z++) {
        if (y >= 0 && y < height && z >= 0 && z < width) values.push(at(x, [n!, y, z, channel!]));
      }
    }
    return fold(values);
  });
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The elements along `axes` at every position of the others, replaced by `f` of them. */
export function alongAxes(
  x: Reference,
  axes: readonly number[],
  f: (values: readonly number[]) => number[],
): Reference {
  const chosen = axes.map((axis) => (axis < 0 ? axis + x.shape.length : axis));
  const others = x.shape.map((_, axis) => axis).filter((axis) => !chosen.includes(axis));
  const order = [...others, ...chosen];
  const moved = permuted(x, order);
  const length = count(chosen.map((axis) => x.shape[axis]!));
  const data = new Float64Array(moved.data.length);
  for (let start = 0; start < data.length; start += length) {
    data.set(f([...moved.data.subarray(start, start + length)]), start);
  }
  return permuted(
    { shape: moved.shape, data },
    x.shape.map((_, axis) => order.indexOf(axis)),
  );
}

export function softmaxed(values: readonly number[]): number[] {
  const peak = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - peak));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

export const logSoftmaxed = (values: readonly number[]): number[] => softmaxed(values).map(Math.log);

export function standardized(values: readonly number[], epsilon: number): number[] {
  const average = mean(values);
  const variance = mean(values.map((value) => (value - average) ** 2));
  return values.map((value) => (value - average) / Math.sqrt(variance + epsilon));
}

/** Zeros around a tensor. */
export function padded(x: Reference, sides: readonly Axes2[]): Reference {
  return generate(
    x.shape.map((size, axis) => sides[axis]![0] + size + sides[axis]![1]),
    (index) => {
      const inside = index.map((position, axis) => position - sides[axis]![0]);
      return inside.every((position, axis) => position >= 0 && position < x.shape[axis]!) ? at(x, inside) : 0;
    },
  );
}

export function concatenated(inputs: readonly Reference[], axis: number): Reference {
  const first = inputs[0]!;
  const along = axis < 0 ? axis + first.shape.length : axis;
  const total = inputs.reduce((sum, x) => sum + x.shape[along]!, 0);
  return generate(
    first.shape.map((size, other) => (other === along ? total : size)),
    (index) => {
      let position = index[along]!;
      const source = inputs.find((x) => position < x.shape[along]! || ((position -= x.shape[along]!), false))!;
      return at(
        source,
        index.map((value, other) => (other === along ? position : value)),
      );
    },
  );
}

/** The error function by its series and, beyond 3, by its continued fraction. */
export function errorFunction(x: number): number {
  const a = Math.abs(x);
  if (a > 3) {
    let tail = 0;
    for (let n = 80; n > 0; n--) tail = n / (2 * (a + tail));
    return Math.sign(x) * (1 - Math.exp(-a * a) / (Math.sqrt(Math.PI) * (a + tail)));
  }
  let term = x;
  let sum = x;
  for (let n = 1; n < 100; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
