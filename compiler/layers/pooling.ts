import type { Build } from '../build.js';
import type { Dim } from '../dim.js';
import { poolMap } from '../expand/pool-map.js';
import type { Value } from '../ir.js';
import { channelsLast, expectMap, inFormat, mapInput, type DataFormat, type SpatialRank } from './data-format.js';
import { dataFormat, defineLayer, optional, padding, perAxis } from './define.js';
import { paddingOf, paddingOfAxis, requireFit, sequencePadding, type ResolvedPadding } from './window.js';

type Fold = 'maximum' | 'average';

interface Pooling {
  readonly poolSize: readonly number[];
  readonly strides: readonly number[] | undefined;
  readonly padding: ResolvedPadding;
  readonly dataFormat: DataFormat;
}

function lower(build: Build, fn: Fold, options: Pooling, x: Value): Value {
  const { poolSize, strides = poolSize, dataFormat } = options;
  expectMap(build, x, poolSize.length as SpatialRank, dataFormat);
  const map = channelsLast(build, x, dataFormat);
  const reach = poolSize.map((extent, axis): readonly [Dim, Dim] => {
    const size = map.shape[axis + 1]!;
    const padding = paddingOfAxis(options.padding, axis);
    requireSmaller(build, padding, extent);
    requireFit(build, 'pool', size, padding, extent);
    return paddingOf(padding, size, { extent, stride: strides[axis]! });
  });
  return inFormat(build, poolMap(build, fn, map, { kernel: poolSize, strides, reach }), dataFormat);
}

/** A window wholly inside the padding would have no elements. */
function requireSmaller(build: Build, padding: ReturnType<typeof paddingOfAxis>, extent: number): void {
  const longest = typeof padding === 'string' ? 0 : Math.max(...padding);
  if (longest >= extent) build.fail(`padding ${longest} is not shorter than the pool (${extent})`);
}

const sequenceAttributes = {
  poolSize: optional(perAxis(1), 2),
  strides: optional(perAxis(1)),
  padding: optional(sequencePadding('valid', 'same', 'sameLower'), 'valid'),
  dataFormat: dataFormat(),
};

const mapAttributes = {
  poolSize: optional(perAxis(2), 2),
  strides: optional(perAxis(2)),
  padding: optional(padding(2, 'valid', 'same', 'sameLower'), 'valid'),
  dataFormat: dataFormat(),
};

const volumeAttributes = {
  poolSize: optional(perAxis(3), 2),
  strides: optional(perAxis(3)),
  padding: optional(padding(3, 'valid', 'same', 'sameLower'), 'valid'),
  dataFormat: dataFormat(),
};

/** The largest element of each window; strides are the pool size unless given. */
export const maxPooling1d = defineLayer('maxPooling1d', {
  inputs: ['x'],
  defaultInput: mapInput(1),
  attributes: sequenceAttributes,
  parameters: {},
  lower: (build, options, _parameters, [x]) => lower(build, 'maximum', options, x),
});

/** The largest element of each window; strides are the pool size unless given. */
export const maxPooling2d = defineLayer('maxPooling2d', {
  inputs: ['x'],
  defaultInput: mapInput(2),
  attributes: mapAttributes,
  parameters: {},
  lower: (build, options, _parameters, [x]) => lower(build, 'maximum', options, x),
});

/** The largest element of each window; strides are the pool size unless given. */
export const maxPooling3d = defineLayer('maxPooling3d', {
  inputs: ['x'],
  defaultInput: mapInput(3),
  attributes: volumeAttributes,
  parameters: {},
  lower: (build, options, _parameters, [x]) => lower(build, 'maximum', options, x),
});

/** The mean of each window's elements, padding not counted; strides are the pool size unless given. */
export const averagePooling1d = defineLayer('averagePooling1d', {
  inputs: ['x'],
  defaultInput: mapInput(1),
  attributes: sequenceAttributes,
  parameters: {},
  lower: (build, options, _parameters, [x]) => lower(build, 'average', options, x),
});

/** The mean of each window's elements, padding not counted; strides are the pool size unless given. */
export const averagePooling2d = defineLayer('averagePooling2d', {
  inputs: ['x'],
  defaultInput: mapInput(2),
  attributes: mapAttributes,
  parameters: {},
  lower: (build, options, _parameters, [x]) => lower(build, 'average', options, x),
});

/** The mean of each window's elements, padding not counted; strides are the pool size unless given. */
export const averagePooling3d = defineLayer('averagePooling3d', {
  inputs: ['x'],
  defaultInput: mapInput(3),
  attributes: volumeAttributes,
  parameters: {},
  lower: (build, options, _parameters, [x]) => lower(build, 'average', options, x),
});
