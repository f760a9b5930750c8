import type { Draw } from './draw.js';

export interface Proposal {
  /** Ranks of the input; any from 2 when left out. */
  readonly ranks?: readonly number[];
  readonly dtype?: 'int32';
  /** How many inputs; 1 when left out. */
  readonly arity?: readonly [least: number, most: number];
  /** How many inputs, given the size of the first; in the place of `arity`. */
  readonly count?: (shape: readonly number[]) => number;
  /** Largest absolute input for which the output stays small enough to compare. */
  readonly largest?: number;
  /** The output's size of numbers, given the input's. */
  readonly magnitude?: (input: number, fanIn: number) => number;
  attributes?(draw: Draw, shape: readonly number[], inputs: number): Record<string, unknown>;
}
