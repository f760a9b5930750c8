import type { Build } from '../build.js';
import type { Padding, Value } from '../ir.js';
import { expectMap, mapInput, spatialAxes, type DataFormat, type SpatialRank } from './data-format.js';
import { dataFormat, defineLayer, optional, padding } from './define.js';
import { sequencePadding } from './window.js';

interface ZeroPadding {
  readonly padding: string | readonly (readonly [number, number])[];
  readonly dataFormat: DataFormat;
}

function lower(build: Build, rank: SpatialRank, options: ZeroPadding, x: Value): Value {
  expectMap(build, x, rank, options.dataFormat);
  const spatial = spatialAxes(rank, options.dataFormat);
  const sides: Padding = x.shape.map((_, axis) => {
    const at = spatial.indexOf(axis);
    return at < 0 ? [0, 0] : (options.padding[at] as readonly [number, number]);
  });
  return build.op({ kind: 'pad', padding: sides, value: 0 }, [x]);
}

/** Zeros before and after a sequence: one number, or `[before, after]`. */
export const zeroPadding1d = defineLayer('zeroPadding1d', {
  inputs: ['x'],
  defaultInput: mapInput(1),
  attributes: { padding: optional(sequencePadding(), 1), dataFormat: dataFormat() },
  parameters: {},
  lower: (build, options, _parameters, [x]) => lower(build, 1, options, x),
});

/** Zeros around a map: one number, `[height, width]`, or `[[top, bottom], [left, right]]`. */
export const zeroPadding2d = defineLayer('zeroPadding2d', {
  inputs: ['x'],
  defaultInput: mapInput(2),
  attributes: { padding: optional(padding(2), 1), dataFormat: dataFormat() },
  parameters: {},
  lower: (build, options, _parameters, [x]) => lower(build, 2, options, x),
});

/** Zeros around a volume: one number, `[depth, height, width]`, or `[before, after]` for each. */
export const zeroPadding3d = defineLayer('zeroPadding3d', {
  inputs: ['x'],
  defaultInput: mapInput(3),
  attributes: { padding: optional(padding(3), 1), dataFormat: dataFormat() },
  parameters: {},
  lower: (build, options, _parameters, [x]) => lower(build, 3, options, x),
});
