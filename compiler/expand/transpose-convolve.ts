import type { Build } from '../build.js';
import { add, equal, floorDiv, max, mul, sub, type Dim } from '../dim.js';
import * as f from '../formula.js';
import type { Padding, Value } from '../ir.js';
import { sliceAxes } from './axes.js';
import { convolveMap } from './convolve-map.js';

/** How a transposed convolution spreads each element of a map over its output. */
export interface Spread {
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  /** Elements cut off before each axis of what all elements spread to. */
  readonly before: readonly Dim[];
  /** The sizes of the output's spatial axes. */
  readonly outputs: readonly Dim[];
  readonly groups: number;
  /**
   * The order of the kernel's axes: [channels, filters / groups, ...kernel] for 'iohw', [...kernel, filters / groups,
   * channels] for 'hwoi'; 'iohw' when left out.
   */
  readonly kernelLayout?: 'iohw' | 'hwoi';
  /**
   * A function of each element and its filter, which is applied where a product can take it: to values [..., copies ·
   * filters], in which the filters occur `copies` times one after the other.
   */
  readonly finish?: (y: Value, copies: number) => Value;
}

/**
 * The outputs at one remainder of their position modulo the stride, along one axis: a convolution of stride 1 with every
 * `step`-th tap from `first` on, in reverse.
 */
interface Phase {
  readonly taps: number;
  readonly first: number;
  readonly step: number;
  readonly dilation: number;
  readonly padding: readonly [before: Dim, after: Dim];
}

const itself = (y: Value): Value => y;

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));

/** The positions whose quotients by the stride run from `low` to `high`. */
function phasesOf(
  [stride, dilation, kernel]: readonly [number, number, number],
  size: Dim,
  [low, high]: readonly [Dim, Dim],
): Phase[] {
  const divisor = greatestDivisor(stride, dilation);
  const step = stride / divisor;
  return Array.from({ length: stride }, (_, remainder): Phase => {
    const candidates = Array.from({ length: Math.min(step, kernel) }, (_, tap) => tap);
    const first = candidates.find((tap) => (tap * dilation) % stride === remainder % stride);
    const spacing = dilation / divisor;
    if (first === undefined) return { taps: 0, first: 0, step, dilation: spacing, padding: [0, 0] };
    const taps = Math.ceil((kernel - first) / step);
    const shift = (first * dilation - remainder) / stride;
    const before = sub((taps - 1) * spacing + shift, low);
    const after = sub(sub(high, shift), sub(size, 1));
    return { taps, first, step, dilation: spacing, padding: [before, after] };
  });
}

/** All choices of one from each list, the last list fastest. */
const combinations = <T>(lists: readonly (readonly T[])[]): T[][] =>
  lists.reduce<T[][]>((all, list) => all.flatMap((chosen) => list.map((next) => [...chosen, next])), [[]]);

/** One phase along each axis. */
type Phases = readonly Phase[];

const isSame = (left: Phases, right: Phases): boolean =>
  left.every((phase, axis) => {
    const other = right[axis]!;
    const isAlike = phase.taps === other.taps && phase.dilation === other.dilation;
    return isAlike && phase.padding.every((side, at) => equal(side, other.padding[at]!));
  });

/** A kernel as [groups, filters / groups, channels / groups, ...kernel]. */
function byGroups(build: Build, w: Value, { groups, kernelLayout = 'iohw' }: Spread): Value {
  const rank = w.shape.length - 2;
  const isOutputsFirst = kernelLayout === 'hwoi';
  const [perGroup, channels] = (isOutputsFirst ? w.shape.slice(-2) : [w.shape[1], w.shape[0]]) as [Dim, Dim];
  const kernel = isOutputsFirst ? w.shape.slice(0, rank) : w.shape.slice(2);
  const inner = floorDiv(channels, groups);
  const axes = kernel.map((_, axis) => axis);
  const [shape, permutation] = isOutputsFirst
    ? [
        [...kernel, perGroup, groups, inner],
        [rank + 1, rank, rank + 2, ...axes],
      ]
    : [
        [groups, inner, perGroup, ...kernel],
        [0, 2, 1, ...axes.map((axis) => axis + 3)],
      ];
  return build.op({ kind: 'transpose', permutation }, [build.reshape(w, shape)]);
}

/**
 * The transposed convolution of a map: x [batch, ...spatial, channels] → [batch, ...outputs, filters]. Outputs at the
 * same remainder modulo the strides are a convolution of stride 1 with part of the kernel, and all of them are
 * interleaved; parts that read alike are one convolution with as many more filters.
 */
export function transposeConvolve(build: Build, x: Value, w: Value, spread: Spread): Value {
  const { strides, dilation, before, outputs, groups, finish = itself } = spread;
  const grouped = byGroups(build, w, spread);
  const [, perGroup, , ...kernel] = grouped.shape as [number, number, Dim, ...number[]];
  const low = before.map((start, axis) => floorDiv(start, strides[axis]!));
  const high = before.map((start, axis) => floorDiv(sub(add(start, outputs[axis]!), 1), strides[axis]!));
  const phases: readonly Phases[] = combinations(
    strides.map((stride, axis) =>
      phasesOf([stride, dilation[axis]!, kernel[axis]!], x.shape[axis + 1]!, [low[axis]!, high[axis]!]),
    ),
  );
  const kernelOf = (phase: Phases): Value =>
    sliceAxes(
      build,
      grouped,
      3,
      phase.map(({ first, step, taps }) => ({ start: first + (taps - 1) * step, size: taps, step: -step })),
    );
  const convolved = (weight: Value, phase: Phases, copies: number): Value => {
    const { map, padding } = crop(build, x, phase);
    const [, filters, ...rest] = weight.shape as [number, number, ...Dim[]];
    const slide = { strides: strides.map(() => 1), dilation: phase.map((axis) => axis.dilation), padding, groups };
    return convolveMap(build, map, build.reshape(weight, [groups * filters, ...rest]), {
      ...slide,
      finish: (y) => finish(y, copies),
    });
  };
  const counts = low.map((from, axis) => add(sub(high[axis]!, from), 1));
  const shape = [x.shape[0]!, ...counts];
  const rest = before.map((start, axis) => sub(start, mul(low[axis]!, strides[axis]!)));
  const [first] = phases as readonly [Phases, ...Phases[]];
  const rank = strides.length;
  const filters = groups * perGroup;
  if (phases.length === 1) return convolved(kernelOf(first), first, 1);
  // Filters of groups do not repeat one after the other.
  const isJoined = groups === 1 || spread.finish === undefined;
  if (isJoined && phases.every((phase) => isSame(phase, first))) {
    const y = convolved(build.op({ kind: 'concat', axis: 1 }, phases.map(kernelOf)), first, phases.length);
    const parts = build.reshape(y, [...shape, groups, ...strides, perGroup]);
    const order = strides.flatMap((_, axis) => [axis + 1, axis + rank + 2]);
    const ordered = build.op({ kind: 'transpose', permutation: [0, ...order, rank + 1, 2 * rank + 2] }, [parts]);
    return interleaved(build, ordered, filters, rest, outputs);
  }
  const parts = phases.map((phase) =>
    phase.some(({ taps }) => taps === 0)
      ? finish(build.compute('float32', [...shape, filters], f.f32(0)), 1)
      : convolved(kernelOf(phase), phase, 1),
  );
  const joined = build.op({ kind: 'concat', axis: rank + 1 }, parts);
  const order = strides.flatMap((_, axis) => [axis + 1, axis + rank + 1]);
  const ordered = build.op({ kind: 'transpose', permutation: [0, ...order, 2 * rank + 1] }, [
    build.reshape(joined, [...shape, ...strides, filters]),
  ]);
  return interleaved(build, ordered, filters, rest, outputs);
}

/** [batch, count, stride, …, filters] as a map, of which a part is the output. */
function interleaved(build: Build, x: Value, filters: number, starts: readonly Dim[], sizes: readonly Dim[]): Value {
  const [batch] = x.shape as [Dim];
  const whole = sizes.map((_, axis) => mul(x.shape[2 * axis + 1]!, x.shape[2 * axis + 2]!));
  const map = build.reshape(x, [batch, ...whole, filters]);
  return sliceAxes(
    build,
    map,
    1,
    starts.map((start, axis) => ({ start, size: sizes[axis]! })),
  );
}

/** Cuts from a map what padding below zero takes, and leaves the rest of the padding. */
function crop(build: Build, x: Value, phase: Phases): { map: Value; padding: Padding } {
  const padding = phase.map(({ padding: [before, after] }): readonly [Dim, Dim] => [max(0, before), max(0, after)]);
  const parts = phase.map(({ padding: [before, after] }, axis) => {
    const [start, end] = [sub(padding[axis]![0], before), sub(padding[axis]![1], after)];
    return { start, size: sub(sub(x.shape[axis + 1]!, start), end) };
  });
  return { map: sliceAxes(build, x, 1, parts), padding };
}
