import type { Build } from '../build.js';
import { equal, type Dim } from '../dim.js';
import type { Padding, Value } from '../ir.js';

/** Elements from the first tap of a dilated kernel to its last. */
export const extentOf = (kernel: number, dilation: number): number => (kernel - 1) * dilation + 1;

/** [batch, channels, ...spatial] → [batch, ...spatial, channels] */
export function channelsLast(build: Build, x: Value): Value {
  const rank = x.shape.length;
  const spatial = Array.from({ length: rank - 2 }, (_, axis) => axis + 2);
  return build.op({ kind: 'transpose', permutation: [0, ...spatial, 1] }, [x]);
}

/** [batch, ...spatial, channels] → [batch, channels, ...spatial] */
export function channelsFirst(build: Build, x: Value): Value {
  const rank = x.shape.length;
  const spatial = Array.from({ length: rank - 2 }, (_, axis) => axis + 1);
  return build.op({ kind: 'transpose', permutation: [0, rank - 1, ...spatial] }, [x]);
}

/** Where a part of an axis starts, how many elements it has and how far apart they are. */
export interface AxisPart {
  readonly start: Dim;
  readonly size: Dim;
  readonly step?: number;
}

/** Parts of the axes from `first` on, as one slice; all other axes are whole. */
export function sliceAxes(build: Build, x: Value, first: number, parts: readonly AxisPart[]): Value {
  const partOf = (axis: number): AxisPart => parts[axis - first] ?? { start: 0, size: x.shape[axis]! };
  const each = x.shape.map((_, axis) => partOf(axis));
  const isWhole = each.every(
    ({ start, size, step = 1 }, axis) => start === 0 && equal(size, x.shape[axis]!) && (step === 1 || size === 1),
  );
  if (isWhole) return x;
  const slice = {
    starts: each.map(({ start }) => start),
    steps: each.map(({ step = 1 }) => step),
    sizes: each.map(({ size }) => size),
  };
  return build.op({ kind: 'slice', ...slice }, [x]);
}

/** Elements `start + i · step` for i < size along one axis. */
export const sliceAxis = (build: Build, x: Value, axis: number, start: Dim, size: Dim, step = 1): Value =>
  sliceAxes(build, x, axis, [{ start, size, step }]);

/** A tensor as a pad op makes it, or as it is where there is nothing to add. */
export function padAxes(build: Build, x: Value, padding: Padding, value = 0): Value {
  if (padding.every((sides) => sides.every((side) => side === 0))) return x;
  return build.op({ kind: 'pad', padding, value }, [x]);
}
