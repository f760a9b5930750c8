/** The smallest runtime: instantiate, forward, run. `nacre/runtime` has variables too. */
import { open, openSync } from './open.js';
import { Session, type SessionOptions } from './session.js';
import type { ForwardModel, Signature, Source } from './types.js';

export * from './errors.js';
export type * from './types.js';

/** @throws ModuleError for what is no module of nacre's, or a host that refuses it */
export async function instantiate<S extends Signature = Signature>(
  source: Source<S>,
  options?: SessionOptions,
): Promise<ForwardModel<S>> {
  return new Session(await open(source), options) as unknown as ForwardModel<S>;
}

/** The same at once, for hosts where a start-up must not wait. */
export function instantiateSync<S extends Signature = Signature>(
  source: Source<S>,
  options?: SessionOptions,
): ForwardModel<S> {
  return new Session(openSync(source), options) as unknown as ForwardModel<S>;
}
