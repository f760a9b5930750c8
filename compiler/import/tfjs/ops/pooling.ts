import { add, sub, type Dim } from '../../../dim.js';
import { poolMap } from '../../../expand/pool-map.js';
import type { OpOf } from '../../../ir.js';
import type { Expand, Operators } from '../define.js';
import { onMap, paddingOf, perAxis, requireRank } from '../window.js';

/** Windows over `rank` spatial axes; an average counts only elements inside the map. */
const pool =
  (fn: OpOf<'pool'>['fn'], rank: number): Expand =>
  (context, inputs) => {
    const x = context.real(inputs, 0);
    requireRank(context, 'the input', x, rank + 2);
    return onMap(context, x, (map) => {
      const [kernel, strides] = [perAxis(context, 'ksize', rank), perAxis(context, 'strides', rank)];
      const spatial = map.shape.slice(1, -1);
      const reach = paddingOf(context, spatial, { kernel, strides, dilation: kernel.map(() => 1) });
      spatial.forEach((size, axis) => {
        const padded: Dim = reach[axis]!.reduce<Dim>(add, size);
        context.build.require(
          'atLeast',
          sub(padded, kernel[axis]!),
          0,
          `window ${kernel[axis]!} is longer than its input`,
        );
      });
      return poolMap(context.build, fn, map, { kernel, strides, reach });
    });
  };

/** Poolings. */
export const poolings: Operators = {
  MaxPool: pool('maximum', 2),
  MaxPool3D: pool('maximum', 3),
  AvgPool: pool('average', 2),
  AvgPool3D: pool('average', 3),
};
