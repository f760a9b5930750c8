/** The runtime: instantiate a compiled module, run it, and reach its variables. No dependencies, no eval, no fs. */
import type { HostFunctions } from './host.js';
import type { Model } from './model.js';
import { load, requireSimd } from './load.js';
import { open, openSync } from './open.js';
import type { Signature, Source, Sourced } from './types.js';
import { VariableSession, type SessionOptions } from './variables.js';

export * from './errors.js';
export type * from './host.js';
export type { Manifest } from './manifest.js';
export type * from './model.js';
export type { SessionOptions } from './variables.js';
export type * from './types.js';

/** @throws ModuleError for what is no module of nacre's, or a host that refuses it */
export async function instantiate<S extends Signature = Signature>(
  source: Sourced<S>,
  options?: SessionOptions,
): Promise<Model<S>> {
  requireSimd();
  const given = await load(source);
  return configure(await open(given, VariableSession), given, options);
}

/** The same at once, for hosts where a start-up must not wait. */
export function instantiateSync<S extends Signature = Signature>(
  source: Source<S>,
  options?: SessionOptions,
): Model<S> {
  requireSimd();
  return configure(openSync(source, VariableSession), source, options);
}

function configure<S extends Signature>(
  session: VariableSession,
  source: unknown,
  { onWarning, functions }: SessionOptions = {},
): Model<S> {
  if (onWarning) session.onWarning = onWarning;
  session.functions = { ...(source as { readonly functions?: HostFunctions }).functions, ...functions };
  return session as unknown as Model<S>;
}
