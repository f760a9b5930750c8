import test from 'ava';
import { Harness, close, combinations, random, takesRelaxed } from './harness.js';

const epilogue = `(f32x4.add (f32x4.add (local.get $value) (v128.load align=4 (local.get $bias)))
  (v128.load align=4 (local.get $residual)))`;
const harness = new Harness(epilogue);

interface Window {
  kernel: [number, number];
  stride: [number, number];
  dilation: [number, number];
}

const span = ({ kernel, dilation }: Window, axis: 0 | 1) => (kernel[axis] - 1) * dilation[axis] + 1;

/** The size of a map that `out` windows cover, and `extra` pixels more. */
const mapSize = (window: Window, axis: 0 | 1, out: number, extra: number) =>
  Math.max(0, out - 1) * window.stride[axis] + span(window, axis) + extra;

const plain: Window = { kernel: [3, 3], stride: [1, 1], dilation: [1, 1] };
const windows: Window[] = [
  plain,
  { ...plain, kernel: [1, 1] },
  { ...plain, kernel: [1, 1], stride: [2, 3] },
  { ...plain, kernel: [2, 5] },
  { ...plain, kernel: [1, 4], stride: [1, 2] },
  { ...plain, stride: [2, 2] },
  { ...plain, stride: [1, 3] },
  { ...plain, dilation: [2, 1] },
  { ...plain, dilation: [1, 2], stride: [2, 1] },
  { ...plain, kernel: [3, 2], stride: [3, 2], dilation: [2, 3] },
];
const name = ({ kernel, stride, dilation }: Window) =>
  `${kernel.join('×')} / ${stride.join('×')} · ${dilation.join('×')}`;

interface Convolution {
  window: Window;
  batch: number;
  out: [number, number];
  channels: number;
  filters: number;
  groups: number;
  extra?: number;
  /** Floats between the taps of a depthwise kernel that are none of it. */
  gap?: number;
  /** The size of the map if not just what the windows cover, and where it lies under the first window. */
  map?: [number, number];
  pad?: [number, number];
}

/** Runs `kernel` against the sum over its window, channels and taps; `w` is [taps][channels / groups][filters]. */
function convolution(kernel: 'conv2d' | 'depthwise2d', shape: Convolution) {
  const { window, batch, out, channels, filters, groups, extra = 0, gap = 0, pad = [0, 0] } = shape;
  const [height, width] = shape.map ?? [mapSize(window, 0, out[0], extra), mapSize(window, 1, out[1], extra)];
  const [inputs, outputs, taps] = [channels / groups, filters / groups, window.kernel[0] * window.kernel[1]];
  const x = random(batch * height * width * channels, 1);
  const w = random(taps * inputs * filters, 2);
  const bias = random(filters, 3);
  const residual = random(batch * out[0] * out[1] * filters, 4);
  const expected = Float64Array.from(residual, (value, index) => {
    const f = index % filters;
    const pixel = (index - f) / filters;
    const ox = pixel % out[1];
    const oy = Math.floor(pixel / out[1]) % out[0];
    const image = Math.floor(pixel / (out[0] * out[1]));
    const group = Math.floor(f / outputs);
    let sum = value + bias[f]!;
    for (let tap = 0; tap < taps; tap++) {
      const iy = oy * window.stride[0] + Math.floor(tap / window.kernel[1]) * window.dilation[0] - pad[0];
      const ix = ox * window.stride[1] + (tap % window.kernel[1]) * window.dilation[1] - pad[1];
      if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
      for (let c = 0; c < inputs; c++) {
        const at = ((image * height + iy) * width + ix) * channels + group * inputs + c;
        sum += x[at]! * w[(tap * inputs + c) * filters + f]!;
      }
    }
    return sum;
  });
  const panels = Math.ceil(outputs / 8);
  const packed = new Float32Array(groups * panels * taps * inputs * 8);
  for (let f = 0; f < filters; f++) {
    const n = f % outputs;
    for (let k = 0; k < taps * inputs; k++) {
      const panel = Math.floor(f / outputs) * panels + (n >> 3);
      packed[(panel * taps * inputs + k) * 8 + (n & 7)] = w[k * filters + f]!;
    }
  }
  const weightStride = filters + gap;
  const spread = new Float32Array(taps ? (taps - 1) * weightStride + filters : 0);
  for (let tap = 0; tap < taps; tap++) spread.set(w.subarray(tap * filters, (tap + 1) * filters), tap * weightStride);
  const sizes =
    kernel === 'conv2d'
      ? [
          batch,
          height,
          width,
          channels,
          ...out,
          filters,
          ...window.kernel,
          ...window.stride,
          ...window.dilation,
          groups,
        ]
      : [
          ...[batch, height, width, channels, outputs, ...out],
          ...[...window.kernel, ...window.stride, ...window.dilation, ...pad, weightStride],
        ];
  const call = {
    kernel,
    inputs: [x, kernel === 'conv2d' ? packed : spread, bias, residual],
    outputs: [residual.length],
    slack: [2, 3],
    args: ([px, pw, pBias, pResidual]: number[], [y]: number[]) => [px!, pw!, y!, pBias!, pResidual!, ...sizes],
  };
  const place = shape.map ? ` of ${shape.map.join('×')} at ${pad.join()}` : '';
  const label = `${kernel} ${name(window)}: ${batch} × ${out.join('×')}${place}, ${channels} → ${filters} in ${groups}`;
  return { call, expected, label };
}

test('conv2d', (t) => {
  const shapes: Convolution[] = [];
  for (const window of windows) {
    for (const [channels, filters, groups] of [
      [1, 1, 1],
      [3, 8, 1],
      [5, 13, 1],
      [4, 6, 2],
      [6, 30, 3],
    ] as const) {
      shapes.push({ window, batch: 2, out: [3, 7], channels, filters, groups, extra: 1 });
      shapes.push({ window, batch: 1, out: [5, 2], channels, filters, groups });
    }
  }
  for (const [batch, height, width] of combinations([0, 1, 3], [0, 1, 2, 7], [0, 1, 2, 3, 5, 9]) as [
    number,
    number,
    number,
  ][]) {
    shapes.push({ window: plain, batch, out: [height, width], channels: 2, filters: 9, groups: 1 });
  }
  shapes.push({ window: plain, batch: 1, out: [9, 13], channels: 3, filters: 11, groups: 1 });
  shapes.push({ window: plain, batch: 1, out: [2, 3], channels: 4, filters: 0, groups: 1 });
  for (const shape of shapes) {
    const { call, expected, label } = convolution('conv2d', shape);
    close(t, harness.run(t, call).outputs[0]!, expected, label, 4e-6);
  }
});

/** As `window` on a map padded by `pad` before and `after` behind; null where no window fits. */
function padded(window: Window, map: [number, number], pad: [number, number], after: [number, number]) {
  const [height, width] = ([0, 1] as const).map(
    (axis) => Math.floor((map[axis] + pad[axis] + after[axis] - span(window, axis)) / window.stride[axis]) + 1,
  ) as [number, number];
  return height > 0 && width > 0 ? { window, map, pad, out: [height, width] as [number, number] } : null;
}

for (const library of ['kernels.wasm', 'kernels.relaxed.wasm']) {
  const run = library === 'kernels.wasm' || takesRelaxed ? test : test.skip;
  run(`depthwise2d of ${library}`, (t) => {
    const kernels = new Harness(epilogue, { library });
    const shapes: Convolution[] = [];
    for (const window of windows) {
      for (const [channels, multiplier] of combinations([1, 4, 7, 12], [1, 2, 3, 4]) as [number, number][]) {
        const filters = channels * multiplier;
        shapes.push({ window, batch: 2, out: [2, 6], channels, filters, groups: channels, extra: 1 });
      }
    }
    for (const [width, kernel, stride] of combinations([...Array(16).keys()], [3, 5], [1, 2]) as [
      number,
      number,
      1 | 2,
    ][]) {
      const window: Window = { ...plain, kernel: [kernel, kernel], stride: [stride, stride] };
      shapes.push({ window, batch: 1, out: [3, width], channels: 9, filters: 9, groups: 9, gap: 7 });
    }
    for (const [channels, multiplier] of [
      [5, 1],
      [8, 1],
      [3, 2],
    ] as const) {
      const planes = { batch: 2, channels, filters: channels * multiplier, groups: channels };
      for (const [kernel, stride, before, after] of combinations(
        [1, 2, 3, 5],
        [1, 2, 3],
        [0, 1, 2, 7],
        [0, 1, 2, 5],
      ) as [number, number, number, number][]) {
        for (const [height, width] of [
          [1, 1],
          [2, 9],
          [7, 4],
          [6, 14],
        ] as [number, number][]) {
          const window: Window = { ...plain, kernel: [kernel, kernel], stride: [stride, stride] };
          const shape = padded(window, [height, width], [before, before], [after, after]);
          if (shape) shapes.push({ ...shape, ...planes });
        }
      }
      for (const window of windows) {
        const shape = padded(window, [5, 6], [2, 1], [1, 3]);
        if (shape) shapes.push({ ...shape, ...planes });
      }
    }
    for (const shape of shapes) {
      const { call, expected, label } = convolution('depthwise2d', shape);
      close(t, kernels.run(t, call).outputs[0]!, expected, label, 4e-6);
    }
  });
}

test('taps outside of the map are left out, the others summed as on a padded map, bit for bit', (t) => {
  for (const [kernel, stride, size, channels] of combinations([3, 5], [1, 2], [4, 5, 7, 12], [4, 6]) as [
    number,
    number,
    number,
    number,
  ][]) {
    const window: Window = { ...plain, kernel: [kernel, kernel], stride: [stride, stride] };
    const pad = kernel >> 1;
    const shape = padded(window, [size, size], [pad, pad], [pad, pad])!;
    const planes = { batch: 1, channels, filters: channels, groups: channels };
    const { call, label } = convolution('depthwise2d', { ...shape, ...planes });
    const edge = size + 2 * pad;
    const surrounded = new Float32Array(edge * edge * channels);
    for (let row = 0; row < size; row++) {
      const line = call.inputs[0]!.subarray(row * size * channels, (row + 1) * size * channels);
      surrounded.set(line, ((row + pad) * edge + pad) * channels);
    }
    const whole = convolution('depthwise2d', { ...shape, ...planes, map: [edge, edge], pad: [0, 0] }).call;
    const [x, ...rest] = [surrounded, ...call.inputs.slice(1)];
    const outputs = [call, { ...whole, inputs: [x, ...rest] }].map((each) => harness.run(t, each).outputs[0]!);
    t.deepEqual(outputs[0], outputs[1], label);
  }
});

interface Pool {
  pool: [number, number];
  stride: [number, number];
  pad: [number, number];
  map: [number, number];
}

const pools: Pool[] = [
  { pool: [2, 2], stride: [2, 2], pad: [0, 0], map: [4, 6] },
  { pool: [3, 3], stride: [2, 2], pad: [1, 1], map: [5, 7] },
  { pool: [3, 2], stride: [1, 1], pad: [1, 0], map: [3, 3] },
  { pool: [1, 4], stride: [3, 1], pad: [0, 2], map: [4, 3] },
  { pool: [5, 5], stride: [1, 2], pad: [2, 2], map: [2, 2] },
];

test('maxPool2d and averagePool2d', (t) => {
  for (const { pool, stride, pad, map } of pools) {
    for (const [channels, batch] of combinations([1, 2, 3, 4, 5, 8, 16, 19, 36], [1, 2]) as [number, number][]) {
      const out = [0, 1].map((axis) => Math.floor((map[axis]! + 2 * pad[axis]! - pool[axis]!) / stride[axis]!) + 1);
      const x = random(batch * map[0] * map[1] * channels, channels);
      x[3 % x.length] = NaN;
      const expected = (reduce: (values: number[]) => number) =>
        Float32Array.from({ length: batch * out[0]! * out[1]! * channels }, (_, index) => {
          const c = index % channels;
          const pixel = (index - c) / channels;
          const left = (pixel % out[1]!) * stride[1] - pad[1];
          const top = (Math.floor(pixel / out[1]!) % out[0]!) * stride[0] - pad[0];
          const image = Math.floor(pixel / (out[0]! * out[1]!));
          const values: number[] = [];
          for (let iy = Math.max(0, top); iy < Math.min(map[0], top + pool[0]); iy++) {
            for (let ix = Math.max(0, left); ix < Math.min(map[1], left + pool[1]); ix++) {
              values.push(x[((image * map[0] + iy) * map[1] + ix) * channels + c]!);
            }
          }
          return reduce(values);
        });
      const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
      const largest = (values: number[]) => Math.max(...values);
      for (const [kernel, want] of [
        ['maxPool2d', expected(largest)],
        ['averagePool2d', expected(mean)],
      ] as const) {
        const { outputs } = harness.run(t, {
          kernel,
          inputs: [x],
          outputs: [want.length],
          args: ([px], [py]) => [px!, py!, batch, ...map, channels, out[0]!, out[1]!, ...pool, ...stride, ...pad],
        });
        close(t, outputs[0]!, want, `${kernel} ${pool.join('×')} of ${batch} × ${map.join('×')} × ${channels}`);
      }
    }
  }
});

test('pad2d', (t) => {
  const pads = [
    [0, 0, 0, 0],
    [1, 1, 1, 1],
    [2, 0, 0, 3],
    [0, 1, 4, 0],
  ] as const;
  const sizes = combinations([0, 1, 2], [0, 1, 3], [0, 1, 4], [1, 3, 5]) as [number, number, number, number][];
  for (const [batch, height, width, channels] of sizes) {
    for (const [top, bottom, left, right] of pads) {
      const x = random(batch * height * width * channels);
      const [rows, columns] = [top + height + bottom, left + width + right];
      const value = top ? -Infinity : 0.5;
      const expected = Float32Array.from({ length: batch * rows * columns * channels }, (_, index) => {
        const c = index % channels;
        const pixel = (index - c) / channels;
        const ix = (pixel % columns) - left;
        const iy = (Math.floor(pixel / columns) % rows) - top;
        const image = Math.floor(pixel / (columns * rows));
        if (ix < 0 || ix >= width || iy < 0 || iy >= height) return value;
        return x[((image * height + iy) * width + ix) * channels + c]!;
      });
      const { outputs } = harness.run(t, {
        kernel: 'pad2d',
        inputs: [x],
        outputs: [expected.length],
        args: ([px], [py]) => [px!, py!, batch, height, width, channels, top, bottom, left, right, value],
      });
      t.deepEqual(
        outputs[0],
        expected,
        `${[batch, height, width, channels].join('×')} by ${[top, bottom, left, right].join()}`,
      );
    }
  }
});
