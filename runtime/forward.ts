/**
 * The smallest runtime: instantiate, resize, forward, run. What the module does not carry as values is initialized with
 * its seed by the first call; `nacre/runtime` has variables and initialization too.
 */
import { open, openSync } from './open.js';
import { Session } from './session.js';
import type { ForwardModel, Signature, Source } from './types.js';

export { InputError, ModuleError, NacreError, ShapeError } from './errors.js';
export type * from './types.js';

/** @throws ModuleError for what is no module of nacre's, or a host that refuses it */
export function instantiate<S extends Signature = Signature>(
  source: Source<S> | PromiseLike<Source<S>>,
): Promise<ForwardModel<S>> {
  return open(source, Session) as unknown as Promise<ForwardModel<S>>;
}

/** The same at once, for hosts where a start-up must not wait. */
export function instantiateSync<S extends Signature = Signature>(source: Source<S>): ForwardModel<S> {
  return openSync(source, Session) as unknown as ForwardModel<S>;
}
