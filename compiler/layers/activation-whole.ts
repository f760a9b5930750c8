import { axis as anyAxis, optional, type ResolvedOfAll } from '../attributes.js';
import { binary, element, scalar, unary, type Build } from '../build.js';
import { ceilDiv, mul, sub, type Dim } from '../dim.js';
import { sliceAxis } from '../expand/axes.js';
import * as f from '../formula.js';
import type { Value } from '../ir.js';
import { axisOf } from './axis.js';

const alongAxis = { axis: optional(anyAxis(), -1) };

const softmaxOver = (log: boolean) => ({
  options: alongAxis,
  apply: (build: Build, x: Value, { axis }: ResolvedOfAll<typeof alongAxis>): Value =>
    build.op({ kind: 'softmax', axis: axisOf(build, axis, x), log }, [x]),
});

/** Half of an even axis. */
function halfOf(build: Build, size: Dim, axis: number): Dim {
  const half = ceilDiv(size, 2);
  build.require('equal', sub(mul(half, 2), size), 0, `axis ${axis} does not divide into two halves`);
  return half;
}

/** The first half of an axis, times the sigmoid of the second. */
function gatedLinear(build: Build, x: Value, axis: number): Value {
  const half = halfOf(build, x.shape[axis]!, axis);
  const gated = binary('multiply', element(0), unary('sigmoid', element(1)));
  return build.elementwise(gated, sliceAxis(build, x, axis, 0, half), sliceAxis(build, x, axis, half, half));
}

/**
 * The nearest distribution along an axis (Martins and Astudillo, 2016): max(x − τ, 0), where τ makes the sum 1. With the
 * elements sorted, z₁ the largest, τ = (z₁ + … + z_k − 1) / k for the largest k with 1 + k · z_k > z₁ + … + z_k.
 */
function nearestDistribution(build: Build, x: Value, axis: number): Value {
  const size = x.shape[axis]!;
  const [sorted] = build.outputsOf({ kind: 'topK', axis, k: size, largest: true, sorted: true }, [x]);
  const own = x.shape.map((_, other) => f.axis(other));
  const zero = { type: 'f32', initial: f.f32(0) } as const;
  const threshold = f.fold(
    f.size(size),
    [zero, zero, zero],
    (index, [count, sum, tau]) => {
      const z = f.load(0, own.with(axis, index));
      const [more, total] = [f.add(count!, f.f32(1)), f.add(sum!, z)];
      const belongs = f.less(total, f.add(f.f32(1), f.mul(more, z)));
      return [more, total, f.select(belongs, f.div(f.sub(total, f.f32(1)), more), tau!)];
    },
    ([, , tau]) => tau!,
  );
  const tau = build.compute('float32', x.shape.with(axis, 1), threshold, sorted!);
  const above = binary('maximum', binary('subtract', element(0), element(1)), scalar(0));
  return build.elementwise(above, x, tau);
}

/** Activations of a whole tensor. */
export const tensorActivations = {
  softmax: softmaxOver(false),
  logSoftmax: softmaxOver(true),
  /** The nearest distribution, which softmax is a smooth form of. */
  sparsemax: {
    options: alongAxis,
    apply: (build: Build, x: Value, { axis }: ResolvedOfAll<typeof alongAxis>): Value =>
      nearestDistribution(build, x, axisOf(build, axis, x)),
  },
  /** The first half of an axis times the sigmoid of the second; the output has half as many elements. */
  glu: {
    options: alongAxis,
    apply: (build: Build, x: Value, { axis }: ResolvedOfAll<typeof alongAxis>): Value =>
      gatedLinear(build, x, axisOf(build, axis, x)),
  },
} as const;
