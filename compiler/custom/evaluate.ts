import type { CompiledFunction } from '../ir.js';
import { SCOPE } from './scope.js';

/** What a source imports, in JavaScript. WebAssembly rounds results to f32. */
const math = { log: Math.log, exp: Math.exp, sin: Math.sin, cos: Math.cos, pow: Math.pow };

/**
 * A compiled source as a JavaScript function, for the naive evaluator: with the host's mathematics, and without a limit
 * on loops.
 *
 * @param scope what it finds in scope beside mathematics
 */
export function evaluator(
  { binary, entry }: CompiledFunction,
  scope: Readonly<Record<string, (...args: number[]) => number>> = {},
): (...args: number[]) => number {
  const module = new WebAssembly.Module(binary as Uint8Array<ArrayBuffer>);
  const { exports } = new WebAssembly.Instance(module, { [SCOPE]: { ...math, ...scope } });
  return exports[entry] as (...args: number[]) => number;
}
