import type { Build } from '../build.js';
import type { Dim } from '../dim.js';
import type { Pair, Value } from '../ir.js';
import { channelsLast, expectMap, inFormat, mapAsSequence, sequenceAsMap, type DataFormat } from './data-format.js';
import { dataFormat, defineLayer, optional, padding, perAxis } from './define.js';
import { paddingOf, paddingOfAxis, requireFit, sequencePadding, type ResolvedPadding } from './window.js';

type Fold = 'maximum' | 'average';

interface Pooling {
  readonly poolSize: readonly number[];
  readonly strides: readonly number[] | undefined;
  readonly padding: ResolvedPadding;
  readonly dataFormat: DataFormat;
}

function lowerPooling(build: Build, fn: Fold, options: Pooling, x: Value): Value {
  const { poolSize, strides = poolSize, dataFormat } = options;
  const rank = poolSize.length as 1 | 2;
  expectMap(build, x, rank, dataFormat);
  const input = channelsLast(build, x, dataFormat);
  const map = rank === 1 ? sequenceAsMap(build, input) : input;
  const sides = poolSize.map((extent, axis): readonly [Dim, Dim] => {
    const size = map.shape[axis + 3 - rank]!;
    const padding = paddingOfAxis(options.padding, axis);
    requireSmaller(build, padding, extent);
    requireFit(build, 'pool', size, padding, extent);
    return paddingOf(padding, size, { extent, stride: strides[axis]! });
  });
  const windows = rank === 1 ? { padding: [[0, 0] as const, ...sides] } : { padding: sides };
  const y = build.op({ kind: 'pool', fn, size: asPair(poolSize), strides: asPair(strides), ...windows }, [map]);
  return inFormat(build, rank === 1 ? mapAsSequence(build, y) : y, dataFormat);
}

/** A window wholly inside the padding would have no elements. */
function requireSmaller(build: Build, padding: ReturnType<typeof paddingOfAxis>, extent: number): void {
  const longest = typeof padding === 'string' ? 0 : Math.max(...padding);
  if (longest >= extent) build.fail(`padding ${longest} is not shorter than the pool (${extent})`);
}

const asPair = (list: readonly number[]): Pair => (list.length === 1 ? [1, list[0]!] : [list[0]!, list[1]!]);

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

const sequenceInput = ['batch', null, null] as const;
const mapInput = ['batch', null, null, null] as const;

/** The largest element of each window; strides are the pool size unless given. */
export const maxPooling1d = defineLayer('maxPooling1d', {
  inputs: ['x'],
  defaultInput: sequenceInput,
  attributes: sequenceAttributes,
  parameters: {},
  lower: (build, options, _parameters, [x]) => lowerPooling(build, 'maximum', options, x),
});

/** The largest element of each window; strides are the pool size unless given. */
export const maxPooling2d = defineLayer('maxPooling2d', {
  inputs: ['x'],
  defaultInput: mapInput,
  attributes: mapAttributes,
  parameters: {},
  lower: (build, options, _parameters, [x]) => lowerPooling(build, 'maximum', options, x),
});

/** The mean of each window's elements, padding not counted; strides are the pool size unless given. */
export const averagePooling1d = defineLayer('averagePooling1d', {
  inputs: ['x'],
  defaultInput: sequenceInput,
  attributes: sequenceAttributes,
  parameters: {},
  lower: (build, options, _parameters, [x]) => lowerPooling(build, 'average', options, x),
});

/** The mean of each window's elements, padding not counted; strides are the pool size unless given. */
export const averagePooling2d = defineLayer('averagePooling2d', {
  inputs: ['x'],
  defaultInput: mapInput,
  attributes: mapAttributes,
  parameters: {},
  lower: (build, options, _parameters, [x]) => lowerPooling(build, 'average', options, x),
});
