import { loadWeightsSync } from '../../../runtime/external.js';
import type { HostFunctions } from '../../../runtime/host.js';
import type { ManifestStep } from '../../../runtime/manifest.js';
import { openSync, type Exports } from '../../../runtime/open.js';
import { VariableSession } from '../../../runtime/variables.js';
import { InternalError } from '../../errors.js';

/** The functions of a module that are timed; all return a status. */
export interface TimedExports {
  forward(): number;
  prepare(): number;
  /** Runs one step of `forward`; an index beyond the last runs none. */
  step(index: number): number;
}

/** An instance of a module that was compiled to be profiled. */
export class StepSession extends VariableSession {
  get steps(): readonly ManifestStep[] {
    return this.manifest.steps ?? [];
  }

  /** The module's own functions. */
  get timed(): TimedExports {
    return this.exports as Exports & TimedExports;
  }

  /** @throws what a status means */
  require(status: number): void {
    this.check(status);
  }
}

export interface OpenOptions {
  readonly functions?: HostFunctions;
  /** The file of external weights. */
  readonly weights?: Uint8Array | undefined;
  readonly onWarning: (text: string) => void;
}

/** @throws ModuleError for what the host refuses */
export function openSteps(binary: Uint8Array, { functions, weights, onWarning }: OpenOptions): StepSession {
  const session = openSync(binary, StepSession);
  session.onWarning = onWarning;
  if (functions) session.functions = functions;
  if (weights) loadWeightsSync(session as never, weights);
  if (session.manifest.steps === undefined) throw new InternalError('the module has no steps');
  return session;
}
