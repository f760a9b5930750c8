import type { Build } from '../build.js';
import type { Value } from '../ir.js';
import { expectAxes } from './rank.js';

export type DataFormat = 'channelsLast' | 'channelsFirst';

const spatialNames = { 1: ['length'], 2: ['height', 'width'] } as const;

/** Requires (batch, …spatial, channels), or channels before the spatial axes. */
export function expectMap(build: Build, x: Value, rank: 1 | 2, format: DataFormat): void {
  const spatial = spatialNames[rank];
  expectAxes(
    build,
    x,
    format === 'channelsLast' ? ['batch', ...spatial, 'channels'] : ['batch', 'channels', ...spatial],
  );
}

/** The spatial axes of an input of the rank and format given. */
export const spatialAxes = (rank: 1 | 2, format: DataFormat): readonly number[] => {
  const first = format === 'channelsLast' ? 1 : 2;
  return rank === 1 ? [first] : [first, first + 1];
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

/** (batch, length, channels) as a map of height 1. */
export function sequenceAsMap(build: Build, x: Value): Value {
  const [batch, length, channels] = x.shape;
  return build.reshape(x, [batch!, 1, length!, channels!]);
}

/** A map of height 1 as (batch, length, channels). */
export function mapAsSequence(build: Build, x: Value): Value {
  const [batch, , length, channels] = x.shape;
  return build.reshape(x, [batch!, length!, channels!]);
}
