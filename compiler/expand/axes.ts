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

/** Elements `start + i · step` for i < size along one axis. */
export function sliceAxis(build: Build, x: Value, axis: number, start: Dim, size: Dim, step = 1): Value {
  const isWhole = start === 0 && equal(size, x.shape[axis]!) && (step === 1 || size === 1);
  if (isWhole) return x;
  return build.op(
    {
      kind: 'slice',
      starts: x.shape.map((_, at) => (at === axis ? start : 0)),
      steps: x.shape.map((_, at) => (at === axis ? step : 1)),
      sizes: x.shape.map((own, at) => (at === axis ? size : own)),
    },
    [x],
  );
}

/** A tensor as a pad op makes it, or as it is where there is nothing to add. */
export function padAxes(build: Build, x: Value, padding: Padding, value = 0): Value {
  if (padding.every((sides) => sides.every((side) => side === 0))) return x;
  return build.op({ kind: 'pad', padding, value }, [x]);
}
