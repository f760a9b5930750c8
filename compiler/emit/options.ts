import type { Target } from './library.js';

export interface EmitOptions {
  readonly target: Target;
  /** The kernel library of the target. */
  readonly library: Uint8Array;
  readonly maxMemory: number;
  readonly seed: bigint;
  /** Also return the text form. */
  readonly text?: boolean;
}
