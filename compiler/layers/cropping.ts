import type { Build } from '../build.js';
import { sub } from '../dim.js';
import type { Value } from '../ir.js';
import { expectMap, mapInput, spatialAxes, type DataFormat, type SpatialRank } from './data-format.js';
import { dataFormat, defineLayer, optional, padding } from './define.js';
import { sequencePadding } from './window.js';

interface Cropping {
  readonly cropping: string | readonly (readonly [number, number])[];
  readonly dataFormat: DataFormat;
}

function lower(build: Build, rank: SpatialRank, options: Cropping, x: Value): Value {
  expectMap(build, x, rank, options.dataFormat);
  const spatial = spatialAxes(rank, options.dataFormat);
  const sides = x.shape.map((size, axis): readonly [number, number] => {
    const at = spatial.indexOf(axis);
    if (at < 0) return [0, 0];
    const [before, after] = options.cropping[at] as readonly [number, number];
    const message = `cropping ${before} + ${after} leaves nothing of its input ({got})`;
    build.require('atLeast', size, before + after + 1, message);
    return [before, after];
  });
  if (sides.flat().every((side) => side === 0)) return x;
  const slice = {
    starts: sides.map(([before]) => before),
    steps: x.shape.map(() => 1),
    sizes: x.shape.map((size, axis) => sub(size, sides[axis]![0] + sides[axis]![1])),
  };
  return build.op({ kind: 'slice', ...slice }, [x]);
}

/** Without elements at the ends of a sequence: one number, or `[before, after]`. */
export const cropping1d = defineLayer('cropping1d', {
  inputs: ['x'],
  defaultInput: mapInput(1),
  attributes: { cropping: optional(sequencePadding(), 1), dataFormat: dataFormat() },
  parameters: {},
  lower: (build, options, _parameters, [x]) => lower(build, 1, options, x),
});

/** Without the margins of a map: one number, `[height, width]`, or `[[top, bottom], [left, right]]`. */
export const cropping2d = defineLayer('cropping2d', {
  inputs: ['x'],
  defaultInput: mapInput(2),
  attributes: { cropping: optional(padding(2), 0), dataFormat: dataFormat() },
  parameters: {},
  lower: (build, options, _parameters, [x]) => lower(build, 2, options, x),
});

/** Without the margins of a volume: one number, `[depth, height, width]`, or `[before, after]` for each. */
export const cropping3d = defineLayer('cropping3d', {
  inputs: ['x'],
  defaultInput: mapInput(3),
  attributes: { cropping: optional(padding(3), 1), dataFormat: dataFormat() },
  parameters: {},
  lower: (build, options, _parameters, [x]) => lower(build, 3, options, x),
});
