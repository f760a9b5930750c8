import type { Build } from '../build.js';
import { mul, product, type Dim } from '../dim.js';
import type { OpOf, Padding, Value } from '../ir.js';

/** Windows over one to three spatial axes, whose taps are neighbours. */
export interface Windows {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  /** Sizes before each axis and after it, such that the last window ends where they do. */
  readonly reach: Padding;
}

/**
 * The largest element or the average of each window of a map [batch, ...spatial, channels]. An average counts only
 * elements inside the map. A volume is pooled as maps first and then along its depth: the windows of all depths have the
 * same elements inside, so that an average of averages is the average.
 *
 * @throws ShapeError for a window that does not fit the map
 */
export function poolMap(build: Build, fn: OpOf<'pool'>['fn'], x: Value, windows: Windows): Value {
  const { kernel, strides, reach } = windows;
  const pool = (map: Value, axes: readonly [number | null, number | null]): Value => {
    const at = <T>(list: readonly T[], otherwise: T): readonly [T, T] => [
      axes[0] === null ? otherwise : list[axes[0]]!,
      axes[1] === null ? otherwise : list[axes[1]]!,
    ];
    const options = { size: at(kernel, 1), strides: at(strides, 1), padding: at(reach, [0, 0]) };
    return build.op({ kind: 'pool', fn, ...options }, [map]);
  };
  const [batch, ...rest] = x.shape as [Dim, ...Dim[]];
  const channels = rest.pop()!;
  if (rest.length === 2) return pool(x, [0, 1]);
  if (rest.length === 1) {
    const y = pool(build.reshape(x, [batch, 1, ...rest, channels]), [null, 0]);
    return build.reshape(y, [batch, y.shape[2]!, channels]);
  }
  const [depth, height, width] = rest as [Dim, Dim, Dim];
  const maps = pool(build.reshape(x, [mul(batch, depth), height, width, channels]), [1, 2]);
  const sizes = maps.shape.slice(1);
  const y = pool(build.reshape(maps, [batch, depth, 1, product(sizes)]), [0, null]);
  return build.reshape(y, [batch, y.shape[1]!, ...sizes]);
}
