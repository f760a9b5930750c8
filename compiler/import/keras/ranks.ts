import type { Value } from './context.js';

type Options = Readonly<Record<string, unknown>>;

const global = (options: Options, [x]: readonly (number | undefined)[]): number | undefined =>
  options['keepDims'] === true ? x : 2;
const recurrent = (options: Options): number => (options['returnSequences'] === true ? 3 : 2);

/** The number of axes of the first output of kinds that change it. */
const ranks: Readonly<
  Record<string, (options: Options, inputs: readonly (number | undefined)[]) => number | undefined>
> = {
  dot: (_, [left, right]) => (left === undefined || right === undefined ? undefined : Math.max(2, left + right - 2)),
  embedding: (_, [x]) => x && x + 1,
  flatten: () => 2,
  globalAveragePooling1d: global,
  globalAveragePooling2d: global,
  globalAveragePooling3d: global,
  globalMaxPooling1d: global,
  globalMaxPooling2d: global,
  globalMaxPooling3d: global,
  gru: recurrent,
  lstm: recurrent,
  mergeTime: (_, [x]) => x && x - 1,
  repeatVector: () => 3,
  reshape: ({ targetShape }) => (Array.isArray(targetShape) ? targetShape.length + 1 : undefined),
  simpleRnn: recurrent,
  splitTime: (_, [x]) => x && x + 1,
};

/** The number of axes that a layer of nacre gives; that of its first input for most kinds. */
export function rankOf(kind: string, options: Options, inputs: readonly (Value | null)[]): number | undefined {
  const given = inputs.map((input) => input?.rank);
  const rule = Object.hasOwn(ranks, kind) ? ranks[kind] : undefined;
  return rule ? rule(options, given) : given[0];
}
