import type { CompiledFunction } from '../ir.js';
import { customCos, customExp, customLog, customPow, customSin } from '../streams/elementary.js';
import { SCOPE } from './scope.js';

const math = { log: customLog, exp: customExp, sin: customSin, cos: customCos, pow: customPow };

/**
 * A compiled source as a JavaScript function, for the naive evaluator: with mathematics in plain TypeScript, and without
 * a limit on loops.
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
