import type { Build } from '../build.js';
import { mul, product, type Dim } from '../dim.js';
import type { OpOf, Padding, Value } from '../ir.js';

/** A window over one to three spatial axes. */
export interface MapWindow {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  /** Sizes before each axis and after it. */
  readonly reach: Padding;
}

/**
 * The largest element or the average of each window of a map [batch, ...spatial, channels], whose taps are neighbours. An
 * average counts only elements inside the map.
 */
export function poolMap(build: Build, fn: OpOf<'pool'>['fn'], x: Value, window: MapWindow): Value {
  const { kernel, strides, reach } = window;
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
