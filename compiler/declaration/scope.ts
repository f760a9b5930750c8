import type { InitializerEntry } from '../initializers/values.js';
import type { Rng } from '../ir.js';

/** What the names in a declaration may refer to, and what holds for all of it. */
export interface Scope {
  /** The names of the tensors beside the declaration; undefined where a declaration is read without them. */
  readonly tensors: readonly string[] | undefined;
  /** What the declaration's `initializers` defines, by name. */
  readonly initializers: ReadonlyMap<string, InitializerEntry>;
  readonly rng: Rng;
}
