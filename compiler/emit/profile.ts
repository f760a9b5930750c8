import type { KernelPlan } from '../plan/types.js';
import { i32 } from './binaryen.js';
import { Locals } from './code.js';
import type { Linker } from './linker.js';
import { emitBegin, emitEnd, emitSteps } from './steps.js';
import { MANY_CASES, switchOver } from './variable.js';

/**
 * `step(index)`: runs one step of `forward`. All of them in order, and after the last an index beyond it, do what one
 * `forward` does; an index beyond the last runs no step.
 */
export function emitStep(linker: Linker, plan: KernelPlan): void {
  const { module } = linker;
  const locals = new Locals(module, [i32]);
  const begin = emitBegin(linker, locals);
  const cases = emitSteps(linker, plan, plan.forward, locals).map((refs) => [
    ...refs,
    module.return(module.i32.const(0)),
  ]);
  const body = [...begin, ...switchOver(linker, locals.parameter(0).get, cases), ...emitEnd(linker, plan)];
  linker.add('step', [i32], i32, locals, body, cases.length < MANY_CASES);
}
