import { ModuleError } from './errors.js';
import { fail, RELAXED_PROBE } from './open.js';
import type { Signature, Source, Sourced } from './types.js';

/** The source that a promise or a response brings; any other is given back. */
export async function load<S extends Signature>(source: Sourced<S>): Promise<Source<S>> {
  const given = (await source) as (Source<S> & Partial<Response>) | undefined;
  requireSuccess(given, 'instantiate');
  return given?.arrayBuffer ? given.arrayBuffer() : given!;
}

/** @param given any value; only a response can be refused */
export function requireSuccess(given: unknown, subject: string): void {
  const { ok, status } = Object(given) as Partial<Response>;
  if (ok === false) throw new ModuleError('response', subject, `the response has status ${status}; check its URL`);
}

/** The opcode of `f32x4.add`, by its place in the probe. */
const SIMD: Readonly<Record<number, number>> = { 25: 228, 26: 1 };

/** Refuses a host on which nothing of nacre runs. */
export function requireSimd(): void {
  if (typeof WebAssembly === 'undefined' || !WebAssembly.validate(RELAXED_PROBE.map((byte, at) => SIMD[at] ?? byte))) {
    fail('simd', 'this host has no WebAssembly with SIMD; update it');
  }
}

/** Refuses to go on where the host has no memory, or no addresses, for an instance. SpiderMonkey throws a string. */
export function requireMemory(error: unknown): void {
  if (error instanceof RangeError || error === 'out of memory') {
    fail('memory', 'the host refused memory; drop other instances');
  }
}
