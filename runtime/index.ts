/** The runtime: instantiate a compiled module, run it, and reach its variables. No dependencies, no eval, no fs. */
import { open, openSync } from './open.js';
import type { SessionOptions } from './session.js';
import type { ForwardModel, Initialized, Signature, Source } from './types.js';
import { VariableSession, type VariableInitializeOptions, type Variables } from './variables.js';

export * from './errors.js';
export type { Manifest } from './manifest.js';
export type * from './types.js';
export type { RuntimeInitializer, VariableInfo, VariableInitializeOptions, Variables } from './variables.js';

export interface Model<S extends Signature = Signature> extends ForwardModel<S> {
  readonly variables: Variables<S>;
  /**
   * Fills variables, by default those that are not yet. Where an open size has to be settled first, the request is
   * remembered.
   */
  initialize(options?: VariableInitializeOptions): Initialized;
}

/** @throws ModuleError for what is no module of nacre's, or a host that refuses it */
export async function instantiate<S extends Signature = Signature>(
  source: Source<S>,
  options?: SessionOptions,
): Promise<Model<S>> {
  return new VariableSession(await open(source), options) as unknown as Model<S>;
}

/** The same at once, for hosts where a start-up must not wait. */
export function instantiateSync<S extends Signature = Signature>(
  source: Source<S>,
  options?: SessionOptions,
): Model<S> {
  return new VariableSession(openSync(source), options) as unknown as Model<S>;
}
