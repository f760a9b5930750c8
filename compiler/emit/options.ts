import type { ManifestBuild, ManifestStep, ManifestWeights } from '../../runtime/manifest.js';
import type { CompiledFunction } from '../ir.js';
import type { Target } from './library.js';
import type { SelfTest } from './self-test.js';

export interface EmitOptions {
  readonly target: Target;
  /** The kernel library of the target. */
  readonly library: Uint8Array;
  readonly maxMemory: number;
  readonly seed: bigint;
  /** The user's functions, by name. */
  readonly functions?: ReadonlyMap<string, CompiledFunction>;
  /** The user's initializers, by name. */
  readonly customs?: ReadonlyMap<string, CompiledFunction>;
  /** Nothing changes parameters once they are initialized, so what would is left out. */
  readonly frozen?: boolean;
  /** The file of the values that do not travel with the module. */
  readonly weights?: ManifestWeights | undefined;
  /** What the steps of `forward` are: exports `step`, which runs one of them. */
  readonly steps?: readonly ManifestStep[] | undefined;
  /** What the module was made with. */
  readonly build?: ManifestBuild | undefined;
  /** What the module is to test itself with: exports `selfTest` and `assertSelfTest`. */
  readonly selfTest?: SelfTest | undefined;
  /** Also return the text form. */
  readonly text?: boolean;
}
