import type { CompiledFunction } from '../ir.js';
import type { Target } from './library.js';
import type { CarriedInitializer } from './initializers.js';

export interface EmitOptions {
  readonly target: Target;
  /** The kernel library of the target. */
  readonly library: Uint8Array;
  readonly maxMemory: number;
  readonly seed: bigint;
  /** Initializers the module carries beyond those it uses. */
  readonly initializers: readonly CarriedInitializer[];
  /** The user's functions, by name. */
  readonly functions?: ReadonlyMap<string, CompiledFunction>;
  /** Also return the text form. */
  readonly text?: boolean;
}
