import test, { type ExecutionContext } from 'ava';
import {
  scratchBytes,
  transformedBytes,
  winogradError,
  type TileSize,
} from '../../compiler/plan/convolution-algorithm.js';
import { Harness, close, random } from './harness.js';

/** C = A · B with B in panels, element by element. */
const product = `(local $m i32) (local $n i32) (local $k i32) (local $at i32) (local $sum f32)
  (loop $rows
    (if (i32.lt_u (local.get $m) (local.get $M)) (then
      (local.set $n (i32.const 0))
      (loop $columns
        (if (i32.lt_u (local.get $n) (local.get $N)) (then
          (local.set $k (i32.const 0))
          (local.set $sum (f32.const 0))
          (local.set $at (i32.add (local.get $b) (i32.add
            (i32.shl (i32.mul (i32.shr_u (local.get $n) (i32.const 3)) (local.get $K)) (i32.const 5))
            (i32.shl (i32.and (local.get $n) (i32.const 7)) (i32.const 2)))))
          (loop $inner
            (if (i32.lt_u (local.get $k) (local.get $K)) (then
              (local.set $sum (f32.add (local.get $sum) (f32.mul (f32.load (local.get $at))
                (f32.load (i32.add (local.get $a) (i32.shl
                  (i32.add (i32.mul (local.get $m) (local.get $lda)) (local.get $k)) (i32.const 2)))))))
              (local.set $at (i32.add (local.get $at) (i32.const 32)))
              (local.set $k (i32.add (local.get $k) (i32.const 1)))
              (br $inner))))
          (f32.store (i32.add (local.get $c) (i32.shl
            (i32.add (i32.mul (local.get $m) (local.get $ldc)) (local.get $n)) (i32.const 2))) (local.get $sum))
          (local.set $n (i32.add (local.get $n) (i32.const 1)))
          (br $columns))))
      (local.set $m (i32.add (local.get $m) (i32.const 1)))
      (br $rows))))`;

const harness = new Harness(
  `(f32x4.add (f32x4.add (local.get $value) (v128.load align=4 (local.get $bias)))
    (v128.load align=4 (local.get $residual)))`,
  { library: 'kernels.extended.wasm', product },
);

const sizes = [2, 4] as const;
const count = [1, 3, 4, 5, 8, 12, 16, 33] as const;
/** Rows above and below, columns on the left and on the right. */
const paddings = [
  [1, 1, 1, 1],
  [0, 0, 0, 0],
  [0, 1, 0, 1],
  [2, 1, 0, 3],
] as const;

interface Convolution {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly filters: number;
  readonly padding: (typeof paddings)[number];
}

const outOf = ({ height, width, padding }: Convolution): [number, number] => [
  Math.max(0, height + padding[0] + padding[1] - 2),
  Math.max(0, width + padding[2] + padding[3] - 2),
];

interface Values {
  readonly x: Float32Array;
  readonly w: Float32Array;
  readonly bias: Float32Array;
  readonly residual: Float32Array;
}

function valuesOf(shape: Convolution, draw = random): Values {
  const { batch, height, width, channels, filters } = shape;
  const [outHeight, outWidth] = outOf(shape);
  return {
    x: draw(batch * height * width * channels, 1),
    w: draw(9 * channels * filters, 2),
    bias: draw(filters, 3),
    residual: draw(batch * outHeight * outWidth * filters, 4),
  };
}

/** The sum over window and channels, bias and residual, in float64; `w` is [3, 3, channels, filters]. */
function reference(shape: Convolution, { x, w, bias, residual }: Values): Float64Array {
  const { height, width, channels, filters, padding } = shape;
  const [outHeight, outWidth] = outOf(shape);
  return Float64Array.from(residual, (value, index) => {
    const filter = index % filters;
    const pixel = (index - filter) / filters;
    const [row, column] = [Math.floor(pixel / outWidth) % outHeight, pixel % outWidth];
    const image = Math.floor(pixel / (outHeight * outWidth));
    let sum = value + bias[filter]!;
    for (let tap = 0; tap < 9; tap++) {
      const iy = row + Math.floor(tap / 3) - padding[0];
      const ix = column + (tap % 3) - padding[2];
      if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
      const at = ((image * height + iy) * width + ix) * channels;
      for (let c = 0; c < channels; c++) sum += x[at + c]! * w[(tap * channels + c) * filters + filter]!;
    }
    return sum;
  });
}

/** The weights for a tile, from [3, 3, channels, filters] or from [filters, channels, 3, 3]. */
function transformed(
  t: ExecutionContext,
  size: TileSize,
  { channels, filters }: Convolution,
  w: Float32Array,
  isOutputsFirst = false,
): Float32Array {
  const source = isOutputsFirst
    ? Float32Array.from(w, (_, index) => {
        const [filter, channel, tap] = [
          Math.floor(index / (9 * channels)),
          Math.floor(index / 9) % channels,
          index % 9,
        ];
        return w[(tap * channels + channel) * filters + filter]!;
      })
    : w;
  const strides = isOutputsFirst ? [9, 9 * channels, 1] : [filters, 1, channels * filters];
  return harness.run(t, {
    kernel: `winogradWeights${size}`,
    inputs: [source],
    outputs: [transformedBytes(size, channels, filters) / 4],
    args: ([from], [to]) => [from!, to!, channels, filters, ...strides],
  }).outputs[0]!;
}

function convolve(
  t: ExecutionContext,
  size: TileSize,
  shape: Convolution,
  { x, bias, residual }: Values,
  weights: Float32Array,
  tiles: number,
): Float32Array {
  const { batch, height, width, channels, filters, padding } = shape;
  const scratch = Math.ceil(scratchBytes(size, tiles, channels, filters) / 4);
  return harness.run(t, {
    kernel: `winograd${size}`,
    inputs: [x, weights, bias, residual],
    outputs: [residual.length, scratch],
    slack: [0, 2, 3],
    args: ([px, pu, pBias, pResidual], [y, space]) => [
      ...[px!, pu!, y!, pBias!, pResidual!, space!, batch, height, width, channels, padding[0], padding[2]],
      ...[...outOf(shape), filters, tiles],
    ],
  }).outputs[0]!;
}

const nameOf = ({ batch, height, width, channels, filters, padding }: Convolution): string =>
  `${batch} × ${height}×${width}, ${channels} → ${filters}, padded by ${padding.join()}`;

/** Every map from 1 × 1 to 9 × 9, and every pair of numbers of channels and filters. */
function shapes(): Convolution[] {
  const at = <T>(list: readonly T[], index: number): T => list[index % list.length]!;
  const maps = Array.from({ length: 81 }, (_, i) => ({
    ...{ batch: 1 + (i % 2), height: 1 + Math.floor(i / 9), width: 1 + (i % 9) },
    ...{ channels: at(count, i * 3), filters: at(count, i * 5 + 1), padding: at(paddings, Math.floor(i / 2) + i) },
  }));
  const pairs = count.flatMap((channels, i) =>
    count.map((filters, j) => ({
      ...{ batch: 1 + ((i + j) % 2), height: 5, width: 6, channels, filters, padding: at(paddings, i + j) },
    })),
  );
  const empty = { batch: 0, height: 3, width: 3, channels: 4, filters: 4, padding: paddings[0] };
  return [...maps, ...pairs, empty].filter((shape) => outOf(shape).every((out) => out > 0));
}

for (const size of sizes) {
  test(`winograd${size} in blocks of any number of tiles`, (t) => {
    shapes().forEach((shape, index) => {
      const values = valuesOf(shape);
      const weights = transformed(t, size, shape, values.w, index % 2 === 1);
      const tiles = [1, 2, 5, 24][index % 4]!;
      const got = convolve(t, size, shape, values, weights, tiles);
      close(t, got, reference(shape, values), `winograd${size} ${nameOf(shape)}`, 2e-5);
    });
  });

  test(`weights of winograd${size} are the same bits from both layouts`, (t) => {
    for (const [channels, filters] of [
      [3, 4],
      [5, 9],
      [1, 15],
    ] as const) {
      const shape = { batch: 1, height: 1, width: 1, channels, filters, padding: paddings[0] };
      const { w } = valuesOf(shape);
      const weights = transformed(t, size, shape, w);
      t.deepEqual(transformed(t, size, shape, w, true), weights, `${channels} → ${filters}`);
      const past = weights.subarray((filters >> 3) * channels * 8).subarray(0, channels * 8);
      const zeros = past.filter((_, i) => i % 8 >= filters % 8);
      t.true(filters % 8 === 0 || zeros.every((value) => value === 0), `${channels} → ${filters} past the last`);
    }
  });

  test(`an image gives the same bits in any batch and block of winograd${size}`, (t) => {
    const shape = { batch: 3, height: 7, width: 6, channels: 5, filters: 9, padding: paddings[0] };
    const values = valuesOf(shape);
    const weights = transformed(t, size, shape, values.w);
    const all = convolve(t, size, shape, values, weights, 24);
    const images = [0, 1, 2].map((image) => {
      const part = (whole: Float32Array): Float32Array =>
        whole.slice((image * whole.length) / 3, ((image + 1) * whole.length) / 3);
      const alone = { ...values, x: part(values.x), residual: part(values.residual) };
      return [...convolve(t, size, { ...shape, batch: 1 }, alone, weights, 1 + image)];
    });
    t.deepEqual([...all], images.flat());
  });

  test(`the error of winograd${size} for standard normal values is below what is claimed`, (t) => {
    for (const channels of [4, 16, 64, 256, 1024]) {
      const shape = { batch: 1, height: 14, width: 14, channels, filters: 4, padding: paddings[0] };
      const drawn = valuesOf(shape, normals);
      const values = { ...drawn, bias: new Float32Array(4), residual: new Float32Array(drawn.residual.length) };
      const got = convolve(t, size, shape, values, transformed(t, size, shape, values.w), 24);
      const expected = reference(shape, values);
      const error = Math.hypot(...got.map((value, i) => value - expected[i]!)) / Math.hypot(...expected);
      const claimed = winogradError(size, channels);
      t.true(error < claimed && error > claimed / 5, `${channels} channels: ${error}, claimed ${claimed}`);
    }
  });
}

/** Standard normal values, by Box and Muller. */
function normals(length: number, seed = 1): Float32Array {
  const uniform = random(2 * length, seed);
  return Float32Array.from({ length }, (_, i) => {
    const radius = Math.sqrt(-2 * Math.log((1 - uniform[2 * i]!) / 2));
    return radius * Math.cos(Math.PI * uniform[2 * i + 1]!);
  });
}
