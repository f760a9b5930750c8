import type { Build } from '../build.js';
import type { Value } from '../ir.js';
import { expectAxes } from './rank.js';

export type DataFormat = 'channelsLast' | 'channelsFirst';

/** How many spatial axes a map has. */
export type SpatialRank = 1 | 2 | 3;

const spatialNames = { 1: ['length'], 2: ['height', 'width'], 3: ['depth', 'height', 'width'] } as const;

/** Requires (batch, …spatial, channels), or channels before the spatial axes. */
export function expectMap(build: Build, x: Value, rank: SpatialRank, format: DataFormat): void {
  const spatial = spatialNames[rank];
  expectAxes(
    build,
    x,
    format === 'channelsLast' ? ['batch', ...spatial, 'channels'] : ['batch', 'channels', ...spatial],
  );
}

/** The spatial axes of an input of the rank and format given. */
export const spatialAxes = (rank: SpatialRank, format: DataFormat): readonly number[] => {
  const first = format === 'channelsLast' ? 1 : 2;
  return Array.from({ length: rank }, (_, axis) => first + axis);
};

/** The input with its channels last. */
export function channelsLast(build: Build, x: Value, format: DataFormat): Value {
  if (format === 'channelsLast') return x;
  const spatial = [...x.shape.keys()].slice(2);
  return build.op({ kind: 'transpose', permutation: [0, ...spatial, 1] }, [x]);
}

/** A tensor with channels last, in the format given. */
export function inFormat(build: Build, x: Value, format: DataFormat): Value {
  if (format === 'channelsLast') return x;
  const last = x.shape.length - 1;
  const spatial = [...x.shape.keys()].slice(1, last);
  return build.op({ kind: 'transpose', permutation: [0, last, ...spatial] }, [x]);
}

/** What `sequential` takes where no input is given: a batch of maps of any sizes. */
export const mapInput = (rank: SpatialRank): readonly (string | null)[] => [
  'batch',
  ...new Array<null>(rank + 1).fill(null),
];
