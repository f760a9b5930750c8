import { add, floorDiv, mul, product, sub, type Dim } from '../dim.js';
import type { KernelLayout, Padding, Pair } from '../ir.js';
import { zerosOf, type Tensor } from '../tensor.js';
import { floats, type Checks, type EvaluateContext, type Rule } from './rule.js';

/** Output size of a sliding window along one axis; requires that the window fits. */
function windowOutput(
  size: Dim,
  [before, after]: readonly [Dim, Dim],
  kernel: Dim,
  stride: number,
  dilation: number,
  checks: Checks,
): Dim {
  const padded = add(add(size, before), after);
  const effective = add(
    typeof kernel === 'number' ? (kernel - 1) * dilation : checks.fail('a kernel needs known sizes'),
    1,
  );
  checks.require('atLeast', padded, effective, 'kernel {expected} is longer than its input ({got})');
  return add(floorDiv(sub(padded, effective), stride), 1);
}

interface Window {
  readonly strides: Pair;
  readonly dilation: Pair;
  readonly padding: Padding;
}

const outputMap = (op: Window, x: readonly Dim[], w: readonly Dim[], checks: Checks): Dim[] =>
  [0, 1].map((axis) =>
    windowOutput(x[1 + axis]!, op.padding[axis]!, w[axis]!, op.strides[axis]!, op.dilation[axis]!, checks),
  );

/** Calls `visit` with the index of every in-bounds input pixel under the window at an output pixel, and its tap. */
function forEachTap(
  op: Window,
  [height, width]: Pair,
  [kernelHeight, kernelWidth]: Pair,
  [row, column]: Pair,
  { size }: EvaluateContext,
  visit: (pixel: number, tap: number) => void,
): void {
  for (let ky = 0; ky < kernelHeight; ky++) {
    const y = row * op.strides[0] + ky * op.dilation[0] - size(op.padding[0]![0]);
    if (y < 0 || y >= height) continue;
    for (let kx = 0; kx < kernelWidth; kx++) {
      const x = column * op.strides[1] + kx * op.dilation[1] - size(op.padding[1]![0]);
      if (x >= 0 && x < width) visit(y * width + x, ky * kernelWidth + kx);
    }
  }
}

function requireMaps(what: string, x: readonly Dim[], w: readonly Dim[], checks: Checks): void {
  if (x.length !== 4 || w.length !== 4)
    checks.fail(`${what} takes (batch, height, width, channels) and a rank-4 kernel`);
}

/** The axes of a kernel as [kh, kw, in, out], whatever order they are stored in. */
const outputsLast = <D>(shape: readonly D[], layout: KernelLayout = 'hwio'): readonly [D, D, D, D] =>
  (layout === 'hwio' ? shape : [2, 3, 1, 0].map((axis) => shape[axis]!)) as unknown as readonly [D, D, D, D];

export const convolution: Rule<'convolution'> = {
  infer(op, [x, w], checks) {
    requireMaps('convolution', x!.shape, w!.shape, checks);
    const [batch, , , channels] = x!.shape as [Dim, Dim, Dim, Dim];
    const kernel = outputsLast(w!.shape, op.kernelLayout);
    const [, , perGroup, filters] = kernel;
    checks.require('equal', channels, mul(perGroup, op.groups), 'expects {expected} channels, got {got}');
    return [{ dtype: 'float32', shape: [batch, ...outputMap(op, x!.shape, kernel, checks), filters] }];
  },
  multiplyAdds: ({ kernelLayout }, [, w], output) =>
    mul(product(output.shape), product(outputsLast(w!.shape, kernelLayout).slice(0, 3))),
  evaluate(op, [x, w], shape, context) {
    const result = zerosOf(shape);
    const [batch, outHeight, outWidth, filters] = shape as [number, number, number, number];
    const [, height, width, channels] = x!.shape as [number, number, number, number];
    const [kernelHeight, kernelWidth, perGroup] = outputsLast(w!.shape, op.kernelLayout);
    const taps = kernelHeight * kernelWidth;
    const weightAt = (tap: number, i: number, filter: number): number =>
      op.kernelLayout === 'oihw' ? (filter * perGroup + i) * taps + tap : (tap * perGroup + i) * filters + filter;
    const input = floats(x!);
    const weight = floats(w!);
    for (let n = 0; n < batch; n++) {
      for (let row = 0; row < outHeight; row++) {
        for (let column = 0; column < outWidth; column++) {
          const sums = new Float64Array(filters);
          const kernel: Pair = [kernelHeight, kernelWidth];
          forEachTap(op, [height, width], kernel, [row, column], context, (pixel, tap) => {
            for (let filter = 0; filter < filters; filter++) {
              const first = Math.floor(filter / (filters / op.groups)) * perGroup;
              for (let i = 0; i < perGroup; i++) {
                const value = input[(n * height * width + pixel) * channels + first + i]!;
                sums[filter]! += value * weight[weightAt(tap, i, filter)]!;
              }
            }
          });
          result.data.set(sums, ((n * outHeight + row) * outWidth + column) * filters);
        }
      }
    }
    return result;
  },
};

export const depthwise: Rule<'depthwise'> = {
  infer(op, [x, w], checks) {
    requireMaps('depthwise convolution', x!.shape, w!.shape, checks);
    const [batch, , , channels] = x!.shape as [Dim, Dim, Dim, Dim];
    const kernel = outputsLast(w!.shape, op.kernelLayout);
    const [, , inner, last] = kernel;
    if (op.kernelLayout === 'oihw') {
      checks.require('equal', inner, 1, 'expects {expected} channel a group, got {got}');
      const rest = sub(last, mul(channels, floorDiv(last, channels)));
      checks.require('equal', rest, 0, 'its filters do not divide into groups of its channels');
    } else {
      checks.require('equal', channels, inner, 'expects {expected} channels, got {got}');
    }
    const filters = op.kernelLayout === 'oihw' ? last : mul(channels, last);
    return [{ dtype: 'float32', shape: [batch, ...outputMap(op, x!.shape, kernel, checks), filters] }];
  },
  multiplyAdds: ({ kernelLayout }, [, w], output) =>
    mul(product(output.shape), product(outputsLast(w!.shape, kernelLayout).slice(0, 2))),
  evaluate(op, [x, w], shape, context) {
    const result = zerosOf(shape);
    const [batch, outHeight, outWidth, filters] = shape as [number, number, number, number];
    const [, height, width, channels] = x!.shape as [number, number, number, number];
    const [kernelHeight, kernelWidth] = outputsLast(w!.shape, op.kernelLayout);
    const multiplier = filters / channels;
    const [strideTap, strideFilter] = op.kernelLayout === 'oihw' ? [1, kernelHeight * kernelWidth] : [filters, 1];
    const input = floats(x!);
    const weight = floats(w!);
    for (let n = 0; n < batch; n++) {
      for (let row = 0; row < outHeight; row++) {
        for (let column = 0; column < outWidth; column++) {
          const sums = new Float64Array(filters);
          const kernel: Pair = [kernelHeight, kernelWidth];
          forEachTap(op, [height, width], kernel, [row, column], context, (pixel, tap) => {
            for (let filter = 0; filter < filters; filter++) {
              const channel = Math.floor(filter / multiplier);
              const value = input[(n * height * width + pixel) * channels + channel]!;
              sums[filter]! += value * weight[tap * strideTap + filter * strideFilter]!;
            }
          });
          result.data.set(sums, ((n * outHeight + row) * outWidth + column) * filters);
        }
      }
    }
    return result;
  },
};

export const pool: Rule<'pool'> = {
  infer(op, [x], checks) {
    if (x!.shape.length !== 4) checks.fail('pooling takes (batch, height, width, channels)');
    const [batch, , , channels] = x!.shape as [Dim, Dim, Dim, Dim];
    const window = { ...op, dilation: [1, 1] as const };
    return [{ dtype: 'float32', shape: [batch, ...outputMap(window, x!.shape, op.size, checks), channels] }];
  },
  evaluate(op, [x], shape, context): Tensor<'float32'> {
    const result = zerosOf(shape);
    const [batch, outHeight, outWidth, channels] = shape as [number, number, number, number];
    const [, height, width] = x!.shape as [number, number, number];
    const input = floats(x!);
    const window = { ...op, dilation: [1, 1] as const };
    for (let n = 0; n < batch; n++) {
      for (let row = 0; row < outHeight; row++) {
        for (let column = 0; column < outWidth; column++) {
          const pooled = new Float64Array(channels).fill(op.fn === 'maximum' ? -Infinity : 0);
          let count = 0;
          forEachTap(window, [height, width], op.size, [row, column], context, (pixel) => {
            count++;
            for (let channel = 0; channel < channels; channel++) {
              const value = input[(n * height * width + pixel) * channels + channel]!;
              pooled[channel] = op.fn === 'maximum' ? Math.max(pooled[channel]!, value) : pooled[channel]! + value;
            }
          });
          const values = op.fn === 'maximum' ? pooled : pooled.map((sum) => sum / count);
          result.data.set(values, ((n * outHeight + row) * outWidth + column) * channels);
        }
      }
    }
    return result;
  },
};
